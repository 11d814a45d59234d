/** What a text means to a reader, and what of it a run may change. */
import { isAlias, isMap, isPair, isScalar, isSeq, parseAllDocuments } from "yaml";

/** A node as a reader sees it: kind, tag, anchor and text, and for a mapping its keys and values in turn. */
export interface Node {
  readonly kind: string;
  readonly tag: string;
  readonly anchor: string;
  readonly text: string;
  readonly children: readonly Node[];
}

/** The documents of a text, or undefined where the reader refuses it. */
export type Reading = readonly Node[] | undefined;

/** What `yaml` makes of a text whose lines are ended by YAML 1.1's breaks. */
export function readByYaml(text: string): Reading {
  const documents = parseAllDocuments(text.replaceAll(/\r\n?|[\u0085\u2028\u2029]/g, "\n"), {
    logLevel: "silent",
    merge: false,
    uniqueKeys: false,
  });
  if (!Array.isArray(documents)) return [];
  if (documents.some(({ errors }) => errors.length > 0)) return undefined;
  return documents.map(({ contents }) => nodeOf(contents));
}

function nodeOf(value: unknown): Node {
  const empty = { tag: "", anchor: "", text: "", children: [] };
  if (isAlias(value)) return { ...empty, kind: "alias", text: value.source };
  if (isPair(value)) return { ...empty, kind: "mapping", children: [nodeOf(value.key), nodeOf(value.value)] };
  if (isScalar(value)) {
    const type = value.value === null ? "null" : typeof value.value;
    const tag = value.tag?.replace(/^tag:yaml.org,2002:(?:null|str)$/, type) ?? type;
    return { ...empty, kind: "scalar", tag, anchor: value.anchor ?? "", text: String(value.value ?? "") };
  }
  if (isMap(value) || isSeq(value)) {
    const children = value.items.flatMap((item) =>
      isMap(value) && isPair(item) ? [nodeOf(item.key), nodeOf(item.value)] : [nodeOf(item)],
    );
    return {
      ...empty,
      kind: isMap(value) ? "mapping" : "sequence",
      tag: value.tag ?? "",
      anchor: value.anchor ?? "",
      children,
    };
  }
  return { ...empty, kind: "scalar", tag: "null" };
}

/** JSON as such a node; keys without an order. */
export function nodeOfJson(value: unknown): Node {
  const empty = { tag: "", anchor: "", text: "", children: [] };
  if (Array.isArray(value)) return { ...empty, kind: "sequence", children: value.map(nodeOfJson) };
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
    return {
      ...empty,
      kind: "mapping",
      children: entries.flatMap(([key, member]) => [nodeOfJson(key), nodeOfJson(member)]),
    };
  }
  return { ...empty, kind: "scalar", tag: value === null ? "null" : typeof value, text: String(value ?? "") };
}

/** What a run writes. */
export interface Written {
  /** The keys under which a digest may appear. */
  readonly keys: readonly string[];
  readonly digest: string;
  /** Whether it is a lock that is written, whose `images` gain entries. */
  readonly isLock?: boolean;
}

/**
 * The first thing in which a document differs from what it was though a run may not change it; undefined where there is
 * none. A run may add a digest to a text and under its key, and `items`, `results` and a lock to a list.
 */
export function difference(before: Node, after: Node, written: Written, path = "$"): string | undefined {
  const told = (what: string): string =>
    `${path}: ${what}: ${JSON.stringify(before)} → ${JSON.stringify(after)}`;
  if (before.kind !== after.kind || before.anchor !== after.anchor) return told("kind or anchor");
  switch (before.kind) {
    case "scalar":
      if (before.tag !== after.tag) return told("tag");
      // Its spelling means nothing.
      if (/null$/.test(before.tag)) return undefined;
      return before.text === after.text || isPinned(before.text, after.text, written)
        ? undefined
        : told("text");
    case "alias":
      return before.text === after.text ? undefined : told("alias");
    case "sequence":
      return before.tag === after.tag ? sequenceDifference(before, after, written, path) : told("tag");
    default:
      return before.tag === after.tag ? mappingDifference(before, after, written, path) : told("tag");
  }
}

function isPinned(before: string, after: string, { digest }: Written): boolean {
  return after.includes(`@${digest}`) && after.replace(`@${digest}`, "") === before;
}

function sequenceDifference(before: Node, after: Node, written: Written, path: string): string | undefined {
  if (before.children.length > after.children.length) return `${path}: fewer elements`;
  const isAppended = /^\$\.(?:results|items)$/.test(path);
  if (before.children.length < after.children.length && !isAppended) return `${path}: more elements`;
  return firstOf(before.children, (child, index) =>
    difference(child, after.children[index] ?? child, written, `${path}[${index}]`),
  );
}

function mappingDifference(before: Node, after: Node, written: Written, path: string): string | undefined {
  const old = entriesOf(before);
  const fresh = [...entriesOf(after)];
  const found = firstOf(old, ([key, value]) => {
    const at = fresh.findIndex(([each]) => difference(key, each, written, `${path}.key`) === undefined);
    const [entry] = fresh.splice(at, at === -1 ? 0 : 1);
    if (entry === undefined) return `${path}: lacks ${JSON.stringify(key)}`;
    if (isFilled(key.text, value, entry[1], { written, path })) return undefined;
    return difference(value, entry[1], written, `${path}.${key.text}`);
  });
  if (found !== undefined) return found;
  const known = new Set(old.map(([key]) => key.text));
  const added = fresh.find(
    ([key, value]) => known.has(key.text) || !isAddition(key.text, value, { written, path }),
  );
  return added && `${path}: has ${JSON.stringify(added)} as well`;
}

interface Place {
  readonly written: Written;
  readonly path: string;
}

/** True for an entry that waited for what a run writes. */
function isFilled(key: string, before: Node, after: Node, place: Place): boolean {
  const isVacant =
    before.kind === "alias" ||
    (before.kind === "scalar" && (/null$/.test(before.tag) || before.text.trim() === ""));
  return isVacant && isAddition(key, after, place);
}

function isAddition(key: string, value: Node, { written, path }: Place): boolean {
  if (path === "$" && key === "results") return value.kind === "sequence";
  if (path === "$" && key === "items") return value.kind === "sequence" && value.children.length === 0;
  if (written.isLock)
    return value.kind === "mapping" && (path === "$.images" || (path === "$" && key === "images"));
  // Charts put the algorithm before their `sha` themselves.
  const digest = key === "sha" ? written.digest.slice("sha256:".length) : written.digest;
  return written.keys.includes(key) && value.kind === "scalar" && value.text === digest;
}

function entriesOf({ children }: Node): readonly (readonly [Node, Node])[] {
  return children.flatMap((key, index) => {
    const value = children[index + 1];
    return index % 2 === 0 && value !== undefined ? [[key, value] as const] : [];
  });
}

function firstOf<T>(
  values: readonly T[],
  find: (value: T, index: number) => string | undefined,
): string | undefined {
  for (const [index, value] of values.entries()) {
    const found = find(value, index);
    if (found !== undefined) return found;
  }
  return undefined;
}
