/**
 * Aliases and merge keys between what are images and what are none, in any style, with the `yaml` library as the judge: it
 * says what a text means, before and after, and which scalars are one and the same.
 */
import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Document, isAlias, isMap, isScalar, isSeq, type Node, parseDocument } from "yaml";
import { parseDigest } from "../../src/image/digest.ts";
import { type PinResult, pinDigests } from "../../src/pin-digests.ts";

const digestOf = (image: string) => parseDigest(`sha256:${createHash("sha256").update(image).digest("hex")}`);
const pinnedText = (image: string): string => `${image}@${digestOf(image)}`;

function run(text: string, options = ""): Promise<PinResult> {
  return pinDigests(text, {
    // A likely image would be confirmed by a certain one that has the same text.
    functionConfig: `apiVersion: fn.kpt.dev/v1alpha1\nkind: PinDigests\nmetadata: {name: pin}\nunknownFields: ignore\n${options}`,
    resolveDigest: async ({ text: image }) => digestOf(image),
  });
}

describe("what aliases share with images", () => {
  test("keeps its meaning, and each image is pinned, or the run fails where one text is to be two", async () => {
    let [succeeded, failed] = [0, 0];
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(999), { minLength: 120, maxLength: 400, size: "max" }),
        async (tape) => {
          const before = printList(tape);
          const document = parse(before);
          const { wanted, isPossible } = judge(document);

          const result = await run(before);

          const told = result.results.map(({ message }) => message);
          expect({ ok: result.ok, before, told }).toEqual({ ok: isPossible, before, told });
          if (!isPossible) {
            failed++;
            expect(result.text).toBe("");
            expect(told.join("\n")).toMatch(
              /can't be changed on line \d+ of the input alone: .* on line \d+, where/,
            );
            return;
          }
          succeeded++;
          expect({ before, after: meaning(result.text) }).toEqual({ before, after: wanted });
          const again = await run(result.text);
          expect(again.text).toBe(result.text);
          const { text: undone } = await run(result.text, "mode: unpin\n");
          expect(meaning(undone)).toEqual(meaning(before));
          if (!told.some((message) => message.includes("written out"))) expect(undone).toBe(before);
        },
      ),
      { numRuns: 200 },
    );
    // The tape leads to both.
    expect({ succeeded: succeeded > 10, failed: failed > 3 }).toEqual({ succeeded: true, failed: true });
  });

  test("keeps its meaning in documents within, and around them", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(999), { minLength: 20, maxLength: 60 }), async (tape) => {
        const before = printChart(tape);

        const result = await run(before);

        const told = result.results.map(({ message }) => message);
        expect({ ok: result.ok, before, told }).toEqual({ ok: true, before, told });
        const { metadata, spec } = parse(before).toJS();
        const after = parse(result.text).toJS();
        expect({ before, after: { ...after, spec: { ...after.spec, valuesContent: "" } } }).toEqual({
          before,
          after: {
            apiVersion: "helm.cattle.io/v1",
            kind: "HelmChart",
            metadata,
            spec: { ...spec, valuesContent: "" },
          },
        });
        expect({ before, inner: parse(after.spec.valuesContent).toJS() }).toEqual({
          before,
          inner: pinValues(parse(spec.valuesContent).toJS()),
        });
        expect((await run(result.text)).text).toBe(result.text);
        const { text: undone } = await run(result.text, "mode: unpin\n");
        expect(parse(parse(undone).toJS().spec.valuesContent).toJS()).toEqual(
          parse(spec.valuesContent).toJS(),
        );
        if (!told.some((message) => message.includes("written out"))) expect(undone).toBe(before);
      }),
      { numRuns: 200 },
    );
  });
});

function parse(text: string): Document {
  const document = parseDocument(text, { merge: true, keepSourceTokens: false });
  if (document.errors.length > 0) throw new Error(`${document.errors[0]?.message}\n${text}`);
  return document;
}

/** What a text means, with definitions as if they were not pinned. */
function meaning(text: string): unknown {
  const list = parse(text).toJS({ maxAliasCount: -1 });
  for (const item of list.items) item.x = unpinnedImages(item.x);
  return list;
}

function unpinnedImages(value: unknown): unknown {
  return value === undefined
    ? undefined
    : JSON.parse(JSON.stringify(value).replaceAll(/("image":"[^"@]*)@sha256:[0-9a-f]{64}/g, "$1"));
}

interface Verdict {
  readonly wanted: unknown;
  readonly isPossible: boolean;
}

/** What is to come of a list: which texts are images, and whether some text would have to be two. */
function judge(document: Document): Verdict {
  const before = document.toJS({ maxAliasCount: -1 });
  // Scalars and aliases of them, by what their places want.
  const wants = new Map<Node, Set<string>>();
  const items = document.get("items") as { items: Node[] };
  for (const item of items.items) {
    const object = resolve(document, item);
    const data = object.toJS(document, { maxAliasCount: -1 });
    const skipped = skipOf(data);
    // What else stands beside its image makes a definition a container.
    const isContainer = Array.isArray(data.x?.args) || Array.isArray(data.x?.env);
    for (const { site, path, owner, text } of scalarsOf(document, object, [], undefined)) {
      const isOpen = skipped !== "true";
      const isX = path.join(".") === "x.image" && isContainer;
      const isImage =
        isOpen && (isX ? owner !== skipped || owner === undefined : isImagePath(path, { owner, skipped }));
      const isDefinition =
        isOpen && !isX && path[0] === "x" && path.at(-1) === "image" && !path.some(isNever);
      const want = isImage ? "image" : isDefinition ? undefined : "text";
      if (want === undefined || text === undefined) continue;
      const known = wants.get(site) ?? new Set<string>();
      wants.set(site, known.add(want));
    }
  }
  const isPossible = [...wants.values()].every(({ size }) => size === 1);
  const wanted = structuredClone(before);
  for (const item of wanted.items) {
    item.x = unpinnedImages(item.x);
    if (skipOf(item) === "true") continue;
    const unshared = structuredClone(JSON.parse(JSON.stringify(item)));
    Object.assign(item, pinObject(unshared));
  }
  return { wanted, isPossible };
}

const isNever = (key: string): boolean => ["labels", "args", "env", "nodeSelector"].includes(key);

interface Owner {
  readonly owner: string | undefined;
  readonly skipped: string | undefined;
}

function isImagePath(path: readonly string[], { owner, skipped }: Owner): boolean {
  const route = path.join(".");
  if (/^spec\.(?:c|initC)ontainers\.\d+\.image$/.test(route)) return owner === undefined || owner !== skipped;
  if (/^spec\.(?:c|initC)ontainers\.\d+\.env\.\d+\.value$/.test(route)) return owner === "X_IMAGE";
  return /^spec\.values\.(?:image|sidecar\.image)$/.test(route);
}

/** An object with its images pinned. */
function pinObject(object: Record<string, never>): unknown {
  const { spec = {} } = object as { spec?: Record<string, never> };
  const skipped = skipOf(object);
  for (const list of ["containers", "initContainers"]) {
    for (const container of (spec[list] ?? []) as Container[]) {
      if (typeof container.image === "string" && (container.name === undefined || container.name !== skipped))
        container.image = pinnedText(container.image);
      for (const variable of container.env ?? []) {
        if (variable.name === "X_IMAGE") variable.value = pinnedText(variable.value);
      }
    }
  }
  const { values } = spec as { values?: { image?: string; sidecar?: { image?: string } } };
  if (typeof values?.image === "string") values.image = pinnedText(values.image);
  if (typeof values?.sidecar?.image === "string") values.sidecar.image = pinnedText(values.sidecar.image);
  return object;
}

interface Container {
  name?: string;
  image?: unknown;
  env?: { name: string; value: string }[];
}

function skipOf(object: unknown): string | undefined {
  const { metadata } = object as { metadata: { annotations?: Record<string, string> } };
  return metadata.annotations?.["pin-digests.fn.kpt.dev/skip"];
}

interface Found {
  readonly site: Node;
  readonly path: readonly string[];
  readonly owner: string | undefined;
  readonly text: string | undefined;
}

function resolve(document: Document, node: Node): Node {
  if (!isAlias(node)) return node;
  const target = node.resolve(document);
  if (target === undefined) throw new Error(`no anchor ${node.source}`);
  return target;
}

/** The scalars of a tree whose collections are unfolded, keys too; aliases of scalars are sites of their own. */
function* scalarsOf(
  document: Document,
  node: Node,
  path: readonly string[],
  owner: string | undefined,
): Generator<Found> {
  const target = resolve(document, node);
  if (isScalar(target)) {
    yield { site: node, path, owner, text: String(target.value) };
  } else if (isSeq(target)) {
    for (const [index, item] of target.items.entries())
      yield* scalarsOf(document, item as Node, [...path, String(index)], undefined);
  } else if (isMap(target)) {
    const members = membersOf(document, target);
    const name = members.findLast(({ key }) => key === "name")?.value;
    const text = name && resolve(document, name);
    const inner = isScalar(text) ? String(text.value) : undefined;
    for (const { key, keyNode, value } of members) {
      yield { site: keyNode, path: [...path, "(key)"], owner: inner, text: key };
      yield* scalarsOf(document, value, [...path, key], inner);
    }
  }
}

interface MapMember {
  readonly key: string;
  readonly keyNode: Node;
  readonly value: Node;
}

/** Those that merge keys bring in, also where the mapping says them before, as kubectl reads them; then its own. */
function membersOf(document: Document, map: Node): readonly MapMember[] {
  if (!isMap(map)) return [];
  const own: MapMember[] = [];
  const brought: MapMember[] = [];
  const names = new Set<string>();
  for (const { key, value } of map.items as { key: Node; value: Node }[]) {
    const name = textOfKey(document, key);
    if (name !== "<<") {
      own.push({ key: name, keyNode: key, value });
      names.add(name);
      continue;
    }
    const target = resolve(document, value);
    const sources = isSeq(target) ? (target.items as Node[]) : [value];
    const before = new Set(names);
    const taken = new Set<string>();
    const all = new Set(ownNames(document, map));
    for (const source of sources) {
      for (const member of membersOf(document, resolve(document, source))) {
        if (taken.has(member.key) || (all.has(member.key) && !before.has(member.key))) continue;
        brought.push(member);
      }
      for (const { key: each } of membersOf(document, resolve(document, source))) taken.add(each);
    }
  }
  return [...brought, ...own];
}

function ownNames(document: Document, map: Node): readonly string[] {
  return isMap(map) ? (map.items as { key: Node }[]).map(({ key }) => textOfKey(document, key)) : [];
}

/** The library has a symbol for a merge key. */
function textOfKey(document: Document, key: Node): string {
  const target = resolve(document, key);
  if (!isScalar(target)) return "";
  return typeof target.value === "symbol" ? "<<" : String(target.value);
}

function pinValues(values: { image: string; sidecar: { image: string } }): unknown {
  const { image, sidecar } = values;
  return { ...values, image: pinnedText(image), sidecar: { ...sidecar, image: pinnedText(sidecar.image) } };
}

// The grammar: a list of objects, and a tape of numbers that decide about anchors, aliases, styles and parts.

type Kind = "text" | "container" | "containers" | "map";

interface Printer {
  /** The next decision: a number below `most`, and 0 at the end of the tape. */
  readonly next: (most: number) => number;
  readonly anchors: Map<string, Kind>;
}

function printerOf(tape: readonly number[]): Printer {
  let at = 0;
  return { next: (most) => (tape[at++] ?? 0) % most, anchors: new Map() };
}

function printList(tape: readonly number[]): string {
  const printer = printerOf(tape);
  const count = 2 + printer.next(2);
  const items = Array.from({ length: count }, (_, index) => `- ${indent(printObject(printer, index))}`);
  return `apiVersion: v1\nkind: List\nmetadata: {name: all}\nitems:\n${items.join("\n")}\n`;
}

function indent(text: string, by = 2): string {
  return text.replaceAll("\n", `\n${" ".repeat(by)}`);
}

function printObject(printer: Printer, index: number): string {
  const { next } = printer;
  const skip = ["", "", "", 'pin-digests.fn.kpt.dev/skip: "true"', "pin-digests.fn.kpt.dev/skip: b"][next(5)];
  const annotations = [`note: ${printText(printer)}`, ...(skip ? [skip] : [])].join(", ");
  const isChart = next(4) === 3;
  const lines = [
    isChart ? "apiVersion: helm.toolkit.fluxcd.io/v2" : "apiVersion: v1",
    isChart ? "kind: HelmRelease" : "kind: Pod",
    `metadata:\n  name: o${index}\n  annotations: {${annotations}}\n  labels: ${printLabels(printer)}`,
  ];
  if (next(3) === 1) lines.push(`x: ${printContainer(printer)}`);
  if (isChart) {
    lines.push(
      `spec:\n  values:\n    base: ${printText(printer)}\n    image: ${printText(printer)}\n    sidecar: {image: ${printText(printer)}, label: ${printText(printer)}}`,
    );
  } else {
    lines.push("spec:", `  containers: ${printContainers(printer)}`);
    if (next(2) === 1) lines.push(`  initContainers: ${printContainers(printer)}`);
    if (next(2) === 1) lines.push(`  nodeSelector: {${printText(printer)} : ${printText(printer)}}`);
  }
  return lines.join("\n");
}

const names = ["i", "j", "k"];
const images = ["r.io/a:1", "r.io/b:2", "r.io/c/d:v3"];

/** What is printed, with an anchor now and then. No collection holds an alias of itself. */
function anchored({ next, anchors }: Printer, kind: Kind, print: () => string): string {
  if (next(kind === "text" ? 3 : 2) === 0) return print();
  const name = names[next(names.length)] ?? "i";
  anchors.delete(name);
  const text = print();
  // What was anchored within comes later, and counts.
  if (!anchors.has(name)) anchors.set(name, kind);
  return `&${name} ${text}`;
}

/** An alias of what there is of a kind, now and then. */
function aliasOf({ next, anchors }: Printer, kind: Kind): string | undefined {
  if (next(kind === "text" ? 3 : 2) === 0) return undefined;
  const known = [...anchors].filter(([, each]) => each === kind).map(([name]) => name);
  return known.length === 0 ? undefined : `*${known[next(known.length)]}`;
}

function printText(printer: Printer): string {
  const alias = aliasOf(printer, "text");
  if (alias !== undefined) return alias;
  const { next } = printer;
  const image = images[next(images.length)] ?? "r.io/a:1";
  const styles = [
    image,
    image,
    `'${image}'`,
    `"${image}"`,
    `"${image.replace(":", "\\x3a")}"`,
    `!!str ${image}`,
  ];
  return anchored(printer, "text", () => styles[next(styles.length)] ?? image);
}

function printLabels(printer: Printer): string {
  const alias = printer.next(4) === 1 ? aliasOf(printer, "map") : undefined;
  if (alias !== undefined) return alias;
  return anchored(
    printer,
    "map",
    () => `{${printer.next(3) === 1 ? "image" : "app"}: ${printText(printer)}}`,
  );
}

function printContainers(printer: Printer): string {
  const alias = aliasOf(printer, "containers");
  if (alias !== undefined) return alias;
  return anchored(printer, "containers", () => {
    const containers = Array.from({ length: 1 + printer.next(3) }, () => printContainer(printer));
    if (printer.next(2) === 1) return `[${containers.join(", ")}]`;
    return `\n${containers.map((each) => `  - ${each}`).join("\n")}`;
  });
}

function printContainer(printer: Printer): string {
  const alias = aliasOf(printer, "container");
  if (alias !== undefined) return alias;
  return anchored(printer, "container", () => printParts(printer));
}

function printParts(printer: Printer): string {
  const { next } = printer;
  const parts: string[] = [];
  const isFirst = next(3) !== 1;
  const merge = isFirst ? aliasOf(printer, next(4) === 1 ? "map" : "container") : undefined;
  if (merge !== undefined) parts.push(`<<: ${next(2) === 1 ? `[${merge} ]` : merge}`);
  if (merge === undefined || next(2) === 1) parts.push(`image: ${printText(printer)}`);
  if (next(2) === 1) parts.push(`name: ${["a", "b", "c"][next(3)]}`);
  if (next(4) === 1) parts.push(`args: [${printText(printer)}, ${printText(printer)} ]`);
  if (next(4) === 1) parts.push(`env: [{name: ${["X_IMAGE", "X"][next(2)]}, value: ${printText(printer)}}]`);
  if (next(8) === 1) parts.push(`${printText(printer)} : ${printText(printer)}`);
  const last = isFirst ? undefined : aliasOf(printer, "container");
  if (last !== undefined) parts.push(`<<: ${last} `);
  return `{${parts.join(", ")}}`;
}

/** A chart whose values are a text, in any style, of which copies may stand before and behind. */
function printChart(tape: readonly number[]): string {
  const printer = printerOf(tape);
  const { next } = printer;
  const text = (): string => printText(printer);
  const values = `base: ${text()}\nimage: ${text()} # a "comment"\nsidecar: {image: ${text()}, label: ${text()}}\nmore: [${text()}, it's]\n`;
  const styles = [
    `|\n    ${indent(values, 4).trimEnd()}`,
    `>-\n    ${indent(values.replaceAll("\n", "\n\n"), 4).trimEnd()}`,
    JSON.stringify(values),
    `'${indent(values.replaceAll("'", "''").replaceAll("\n", "\n\n"), 4)}'`,
  ];
  const style = styles[next(styles.length)];
  const place = next(3);
  const [first, second] =
    place === 0 ? [style, style] : place === 1 ? [`&v ${style}`, "*v"] : ["none", `&v ${style}`];
  const third = place === 2 && next(2) === 1 ? "\n  copy: *v" : "";
  return `apiVersion: helm.cattle.io/v1\nkind: HelmChart\nmetadata:\n  name: web\n  note: ${first}\nspec:\n  valuesContent: ${second}${third}\n`;
}
