import { deployments, imageNames, pinned, resourceList, stream } from "./workload.ts";

/** A form of input in so many parts, which should cost what any text of its size costs. */
export interface Shape {
  readonly name: (count: number) => string;
  readonly text: (count: number) => string;
  readonly count: number;
}

/** The first is the plain one, beside which the others are seen. */
export const shapes: readonly Shape[] = [
  { name: (n) => `${n} Deployments`, text: (n) => resourceList(deployments(n, PINNED())), count: 5_000 },
  { name: (n) => `${n} documents`, text: (n) => stream(deployments(n, PINNED())), count: 5_000 },
  { name: (n) => `${n} small items`, text: (n) => resourceList(many(n, configMap)), count: 50_000 },
  {
    name: (n) => `an item of ${n} containers`,
    text: (n) => resourceList([pod(many(n, container))]),
    count: 50_000,
  },
  {
    name: (n) => `an item of one text of ${n} lines`,
    text: (n) => resourceList([longText(n)]),
    count: 100_000,
  },
  { name: (n) => `${n} results in the list`, text: (n) => withResults(many(n, result)), count: 10_000 },
  { name: (n) => `${n} items, nested 80 deep`, text: (n) => resourceList(many(n, nested)), count: 500 },
  {
    name: (n) => `${n} items, nested 80 deep in braces`,
    text: (n) => resourceList(many(n, braces)),
    count: 2_000,
  },
  {
    name: (n) => `${n} anchors, each with an alias`,
    text: (n) => resourceList([pod(many(n, anchored))]),
    count: 20_000,
  },
  { name: (n) => `an anchor with ${n} aliases`, text: (n) => resourceList([shared(n)]), count: 40_000 },
];

const PINNED = (): readonly string[] => imageNames(["registry.example"], 150).map(pinned);
const IMAGE = pinned("registry.example/team/web:v1");
const DEPTH = 80;

function many(count: number, make: (index: number) => string): readonly string[] {
  return Array.from({ length: count }, (_, index) => make(index));
}

function configMap(index: number): string {
  return `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings-${index}\ndata:\n  LEVEL: info\n  WORKERS: "4"\n`;
}

function pod(containers: readonly string[]): string {
  return `apiVersion: v1\nkind: Pod\nmetadata:\n  name: large\nspec:\n  containers:\n${containers.join("")}`;
}

function container(index: number): string {
  return `  - name: web-${index}\n    image: ${IMAGE}\n    args: [--verbose]\n`;
}

function anchored(index: number): string {
  return `  - name: one-${index}\n    image: &i${index} ${IMAGE}\n  - name: two-${index}\n    image: *i${index}\n`;
}

function shared(count: number): string {
  return pod([`  - &c\n    name: web\n    image: ${IMAGE}\n`, ...many(count, () => "  - *c\n")]);
}

function longText(lines: number): string {
  const text = many(lines, (index) => `    line ${index} of a script that is long, and says nothing\n`);
  return `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: script\ndata:\n  script: |\n${text.join("")}`;
}

function result(index: number): string {
  return `- message: pinned service-${index}\n  severity: info\n  resourceRef: {apiVersion: v1, kind: Pod, name: p-${index}}\n  field: {path: "spec.containers[0].image"}\n`;
}

function withResults(results: readonly string[]): string {
  return `${resourceList(deployments(1, PINNED()))}results:\n${results.join("")}`;
}

function nested(index: number): string {
  const levels = many(DEPTH, (depth) => `${"  ".repeat(depth + 1)}level:\n`);
  return `apiVersion: acme.io/v1\nkind: Tree\nmetadata:\n  name: tree-${index}\nspec:\n${levels.join("")}${"  ".repeat(DEPTH + 1)}leaf: 1\n`;
}

function braces(index: number): string {
  const tree = `${"{level: ".repeat(DEPTH)}1${"}".repeat(DEPTH)}`;
  return `apiVersion: acme.io/v1\nkind: Tree\nmetadata:\n  name: tree-${index}\nspec: ${tree}\n`;
}
