import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Benchmark } from "./benchmark.ts";
import { type Command, node, pinDigests, run } from "./command.ts";
import { measureInTurn } from "./measure.ts";
import { toolFor } from "./peer.ts";
import { startRegistryProcess } from "./registry-process.ts";
import { printTable, time, times } from "./table.ts";
import { deployments, imageNames, resourceList, stream } from "./workload.ts";

/** What a function costs those who run it, beside one that changes nothing. */
export const inOrchestrators: Benchmark = {
  name: "orchestrators",
  summary: "kpt and kustomize, where they are, with an identity function and with ours; 150 images, 25 ms",
  measure: () => withRegistry(measureOrchestrators),
  typical: (profile) =>
    withRegistry((host) => profile(pinDigests(resourceList(deployments(100, imageNames([host], 150)))))),
};

async function withRegistry(task: (host: string) => Promise<void>): Promise<void> {
  const registry = await startRegistryProcess({ latency: 25, tokens: true });
  try {
    await task(registry.host);
  } finally {
    await registry.stop();
  }
}

async function measureOrchestrators(host: string): Promise<void> {
  const tools = orchestrators.filter(({ isHere }) => isHere);
  for (const { name, isHere } of orchestrators)
    if (!isHere) console.log(`left out, since it is not here: ${name}`);
  const rows: (readonly string[])[] = [];
  for (const { name, command, most } of tools) {
    for (const resources of [1, 100, 1_000, 10_000].filter((each) => each <= most)) {
      const texts = deployments(resources, imageNames([host], 150));
      rows.push([name, `${resources}`, ...(await measurePair((fn) => command(texts, fn)))]);
    }
  }
  const title =
    "The same orchestrator with an identity function (cat) and with pin-digests; 150 images, 25 ms a round trip";
  printTable(title, ["", "resources", "identity", "pin-digests", "", "more"], rows);
}

interface Orchestrator {
  readonly name: string;
  readonly isHere: boolean;
  /** Runs a function, an executable with arguments, over the manifests, in a folder that it makes. */
  readonly command: (manifests: readonly string[], fn: Fn) => Prepared;
  /** The most resources that it takes in a time worth waiting for. */
  readonly most: number;
}

interface Fn {
  readonly path: string;
  readonly args: readonly string[];
}

interface Prepared {
  readonly command: Command;
  readonly remove: () => void;
}

const IDENTITY: Fn = { path: "/bin/cat", args: [] };
const OWN: Fn = { path: node, args: [`${process.cwd()}/dist/main.js`] };

const kpt = toolFor("kpt", "version");
const kustomize = toolFor("kustomize", "version");

const orchestrators: readonly Orchestrator[] = [
  {
    name: "kpt",
    isHere: kpt !== undefined,
    command: (manifests, { path, args }) => ({
      command: {
        file: kpt ?? "",
        args: ["fn", "eval", "-", "--exec", [path, ...args].join(" ")],
        input: resourceList(manifests),
      },
      remove: () => {},
    }),
    most: 10_000,
  },
  {
    name: "kustomize",
    isHere: kustomize !== undefined,
    command: kustomization,
    most: 1_000,
  },
];

async function measurePair(prepare: (fn: Fn) => Prepared): Promise<readonly string[]> {
  const [identity, own] = [prepare(IDENTITY), prepare(OWN)];
  try {
    const { wall } = await run(own.command);
    const commands = { identity: identity.command, own: own.command };
    const figures = await measureInTurn(commands, wall < 5_000 ? 5 : 1);
    const [less, more] = [figures.identity.wall.median, figures.own.wall.median];
    return [time(less), time(more), times(more / less), time(more - less)];
  } finally {
    identity.remove();
    own.remove();
  }
}

function kustomization(manifests: readonly string[], { path, args }: Fn): Prepared {
  const folder = mkdtempSync(join(tmpdir(), "pin-digests-bench-"));
  const files = {
    "kustomization.yaml": "resources: [all.yaml]\ntransformers: [function.yaml]\n",
    "all.yaml": stream(manifests),
    // kustomize takes a path without arguments.
    "fn.sh": `#!/bin/sh\nexec ${[path, ...args].join(" ")}\n`,
    "function.yaml": FUNCTION,
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text, { mode: 0o755 });
  return {
    command: {
      file: kustomize ?? "",
      args: ["build", "--enable-alpha-plugins", "--enable-exec", folder],
    },
    remove: () => rmSync(folder, { recursive: true }),
  };
}

const FUNCTION = `apiVersion: fn.kpt.dev/v1alpha1
kind: PinDigests
metadata:
  name: pin-digests
  annotations:
    config.kubernetes.io/function: "exec: {path: ./fn.sh}"
`;
