/** A glance at a part of an object, before anybody walks through it: most parts of most objects hold no image. */
import { EVENT_ID } from "js-yaml";
import { isPlainlyWritten, keysOf, lastEventOf, scalarText } from "../yaml/node.ts";
import type { YamlNode, YamlText } from "../yaml/scan.ts";
import { containerLists, deniedKeys } from "./container-heuristics.ts";

/**
 * The keys by which something counts, or doesn't, where no rule leads. `metadata` does only for the `annotations` in it, and
 * `volumes`, `script` and whatever looks like a container only for the `reference` or `image` in it.
 */
export const significantKeys: ReadonlySet<string> = new Set([
  "image",
  "reference",
  "container",
  ...containerLists,
  "apiVersion",
  "annotations",
  ...deniedKeys.keys(),
]);

/**
 * True for a collection in which nothing counts where no rule leads, since none of the {@link significantKeys} is in it.
 * False for what is long, or can't be told at a glance.
 */
export function canSkip(yaml: YamlText, collection: YamlNode): boolean {
  const { types, starts, ends } = yaml.events;
  const last = lastEventOf(yaml, collection);
  if (last - collection > GLANCE_MAX) return false;
  for (let node = collection + 1; node < last; node++) {
    const type = types[node];
    if (type === EVENT_ID.ALIAS) return false;
    if (type !== EVENT_ID.SCALAR) continue;
    if (!isPlainlyWritten(yaml, node)) return false;
    const start = starts[node] ?? 0;
    const words = byLength[(ends[node] ?? 0) - start];
    if (words?.some((each) => yaml.text.startsWith(each, start))) return false;
  }
  return true;
}

/** False for annotations of which none is called after an image, as all are that hold one. */
export function mayHoldImages(yaml: YamlText, annotations: YamlNode): boolean {
  return keysOf(yaml, annotations).some((key) => {
    const name = scalarText(yaml, key);
    return name === undefined || name === "<<" || name.includes("mage");
  });
}

// What is larger is looked at part by part, so that nothing is looked at again and again.
const GLANCE_MAX = 64;

/** The keys, and that which merges a map that stands elsewhere, by their length. */
const byLength: readonly (readonly string[] | undefined)[] = [...significantKeys, "<<"].reduce<string[][]>(
  (table, key) => {
    table[key.length] = [...(table[key.length] ?? []), key];
    return table;
  },
  [],
);
