/** Taking note of the flaws that the walk meets. */
import { placeholderKind } from "../image/placeholder.ts";
import { keptForLast, type MadeOf } from "../yaml/kept-for-last.ts";
import type { Contest } from "../yaml/members.ts";
import { dereference, keysOf, scalarText, startOf } from "../yaml/node.ts";
import { type LinePlace, lineNames, namedLines } from "../yaml/place.ts";
import type { YamlNode, YamlText } from "../yaml/scan.ts";
import type { EmbeddedDocument, Unreadable } from "./embedded-document.ts";
import type { FieldRule } from "./field-rule.ts";
import type { Flaw } from "./flaw.ts";
import { formatPath, type Walk } from "./walk-state.ts";

/** The keys of a mapping that stand in it more than once, by name. */
export const doubledKeys: MadeOf<ReadonlyMap<string, readonly YamlNode[]>> = keptForLast(findDoubledKeys);

function findDoubledKeys(yaml: YamlText, mapping: YamlNode): ReadonlyMap<string, readonly YamlNode[]> {
  const keys = new Map<string, YamlNode[]>();
  const doubled = new Map<string, readonly YamlNode[]>();
  for (const key of keysOf(yaml, mapping)) {
    const name = scalarText(yaml, dereference(yaml, key));
    if (name === undefined) continue;
    const known = keys.get(name);
    if (known === undefined) keys.set(name, [key]);
    else {
      known.push(key);
      doubled.set(name, known);
    }
  }
  return doubled;
}

/** Takes note that the key to which the walk's path leads stands in its mapping more than once. */
export function noteDouble(walk: Walk, layer: EmbeddedDocument, keys: readonly YamlNode[]): void {
  const path = formatPath(walk.path);
  const id = `duplicate-key ${path}`;
  if (walk.flaws.has(id)) return;
  walk.flaws.set(id, { kind: "duplicate-key", path, ...duplicateKey(layer, keys) });
}

/** What is told of a key that stands more than once, and where the second one stands. */
export function duplicateKey(
  layer: EmbeddedDocument,
  keys: readonly YamlNode[],
): Pick<Flaw, "message" | "at"> {
  const [, second] = keys;
  return { message: duplicateKeyMessage(layer, keys), ...(second !== undefined && placeOf(layer, second)) };
}

function duplicateKeyMessage(layer: EmbeddedDocument, keys: readonly YamlNode[]): string {
  const places = keys.flatMap((key) => linePlaceOf(layer, key) ?? []);
  const lines = places.length === 0 ? ["?"] : lineNames(places);
  return `must have this key once, but it stands on ${namedLines(lines)} of the input: kubectl reads the last one, other readers read another or none; delete the wrong one`;
}

/** Takes note that the key to which the walk's path leads comes by a merge key too that stands behind what it is otherwise. */
export function noteContest(
  walk: Walk,
  layer: EmbeddedDocument,
  { mergeKey, isDouble }: Contest,
  areBothPinned: boolean,
): void {
  const path = formatPath(walk.path);
  const line = linePlaceOf(layer, mergeKey)?.line;
  const by = `the ${isDouble ? "second " : ""}merge key on line ${line} of the input`;
  const others = isDouble ? "another or none" : "the key before it";
  const outcome = areBothPinned ? "both are pinned" : "its image is left alone";
  const advice = isDouble ? "write one merge key with a list" : "write the merge key first";
  walk.flaws.set(`contested-key ${path}`, {
    kind: isDouble || !areBothPinned ? "duplicate-key" : "contested-key",
    path,
    message: `comes by ${by} as well: kubectl reads that one, other readers ${others}; ${outcome}; ${advice}`,
    ...placeOf(layer, mergeKey),
  });
}

/** Takes note that a text, in which a rule says that images are, can't be read. */
export function noteUnreadable(
  walk: Walk,
  rule: FieldRule,
  { text, reason, line, at }: Unreadable & Pick<Flaw, "at"> & { readonly text: string },
): void {
  const path = formatPath(walk.path);
  const kind = placeholderKind(text) === "template" ? "template" : "unreadable";
  const place = line === undefined ? "it can't be read" : `line ${line} of the input can't be read`;
  const hint = kind === "template" ? "it is a template" : reason;
  const message = `must hold YAML or JSON, but ${place}: ${hint}; no image in it is found`;
  walk.flaws.set(`${kind} ${path}`, {
    kind,
    path,
    message,
    rule: rule.label,
    at,
  });
}

/** Where in the input a node of a document begins. */
function linePlaceOf(layer: EmbeddedDocument, node: YamlNode): LinePlace | undefined {
  const { at } = placeOf(layer, node);
  return at === undefined ? undefined : layer.placeAt(at);
}

/** Where a node of a document begins in the text that is edited. */
export function placeOf(layer: EmbeddedDocument, node: YamlNode): Pick<Flaw, "at"> {
  const start = startOf(layer.yaml, node);
  const range = start === undefined ? undefined : layer.toSource({ start, end: start + 1 });
  return range === undefined ? {} : { at: range.start };
}
