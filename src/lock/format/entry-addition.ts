/** Entries that a lock does not have yet: where they go, and how they are written there. */

import { fill, fillLines } from "../../yaml/insert/fill.ts";
import { insert, inserter } from "../../yaml/insert/insert.ts";
import { quoted, quotesOf } from "../../yaml/insert/text.ts";
import { closingBracket, entryLayout } from "../../yaml/layout.ts";
import { columnOf } from "../../yaml/line.ts";
import { entriesOf, isFlow, kindOf, scalarText, startOf, type YamlEntry } from "../../yaml/node.ts";
import type { YamlNode, YamlText } from "../../yaml/scan.ts";
import type { TextEdit } from "../../yaml/text-edit.ts";
import {
  blockStyle,
  compareKeys,
  type EntryStyle,
  entryAddition,
  entryFlow,
  entryKey,
  entryLines,
  fieldOf,
  flowStyle,
  jsonStyle,
  styleOf,
} from "./entry-text.ts";
import type { ImageLock } from "./image-lock.ts";
import { groupBy, type LockedImage } from "./locked-image.ts";

/** The edits that add entries, which come sorted by their keys. */
export function additions(lock: ImageLock, images: readonly LockedImage[]): readonly TextEdit[] {
  const { yaml, resource, images: node } = lock;
  const entry = fieldOf(yaml, resource.node, "images");
  if (node === undefined || entry === undefined) return [addKey(lock, images)];
  if (kindOf(yaml, node) === "mapping" && entriesOf(yaml, node).length > 0) {
    return addEntries(lock, node, images);
  }
  const inBlock = !isFlow(yaml, resource.node) && entryLayout(yaml, entry).colonEnd !== undefined;
  if (inBlock && isBlank(yaml, node)) {
    const step = stepOf(lock);
    return fillLines(yaml, resource.node, entry, { block: newLines(images, step), step });
  }
  const flow = newFlow(images, outerStyle(lock));
  return kindOf(yaml, node) === "mapping"
    ? [insert(yaml, node, { block: () => "", flow: () => flow })]
    : [fill(yaml, resource.node, entry, `{${flow}}`)];
}

/** True for nothing, null and `{}`: braces with a comment in them stay. */
function isBlank(yaml: YamlText, node: YamlNode): boolean {
  if (kindOf(yaml, node) !== "mapping") return true;
  return yaml.text.slice((startOf(yaml, node) ?? 0) + 1, closingBracket(yaml, node)).trim() === "";
}

function addKey(lock: ImageLock, images: readonly LockedImage[]): TextEdit {
  const { yaml, resource } = lock;
  const style = outerStyle(lock);
  const step = stepOf(lock);
  const addition = {
    block: () => `images:\n${newLines(images, step).replaceAll(/^/gm, " ".repeat(step)).trimEnd()}\n`,
    flow: () => `${quoted("images", style.field)}: {${newFlow(images, style)}}`,
  };
  return insert(yaml, resource.node, addition, { comments: "deeper" });
}

function addEntries(lock: ImageLock, node: YamlNode, images: readonly LockedImage[]): readonly TextEdit[] {
  const { yaml } = lock;
  const entries = entriesOf(yaml, node);
  const put = inserter(yaml, node);
  return [...byPredecessor(yaml, entries, images)].flatMap(([behind, group]) => {
    const neighbour = entries[Math.max(behind, 0)];
    const style = neighbour === undefined ? outerStyle(lock) : styleOf(yaml, neighbour);
    const braces = neighbour !== undefined && isFlow(yaml, neighbour.value);
    const step = entryStep(lock, neighbour);
    const all = group.map((image) => entryAddition(image, style, { step, braces }));
    if (isFlow(yaml, node)) return all.map((each) => put(each, { behind }));
    const lines = { block: () => all.map(({ block }) => block()).join(""), flow: () => "" };
    return [put(lines, { behind, comments: "deeper" })];
  });
}

/** New entries by the index of the entry that each goes behind, in the order that they have. */
function byPredecessor(
  yaml: YamlText,
  entries: readonly YamlEntry[],
  images: readonly LockedImage[],
): ReadonlyMap<number, readonly LockedImage[]> {
  return groupBy(images, predecessors(yaml, entries));
}

/** Finds the index of the entry with the greatest key that is smaller than that of a new one; the last of several alike. */
function predecessors(yaml: YamlText, entries: readonly YamlEntry[]): (image: LockedImage) => number {
  const sorted = entries
    .map(({ key }, index) => ({ index, key: scalarText(yaml, key) ?? "" }))
    .sort((one, other) => compareKeys(one.key, other.key));
  return (image) => {
    const wanted = entryKey(image);
    let [low, high] = [0, sorted.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (compareKeys(sorted[middle]?.key ?? "", wanted) < 0) low = middle + 1;
      else high = middle;
    }
    return sorted[low - 1]?.index ?? -1;
  };
}

function newLines(images: readonly LockedImage[], step: number): string {
  return images.map((image) => entryLines(image, blockStyle, step)).join("");
}

function newFlow(images: readonly LockedImage[], style: EntryStyle): string {
  return images.map((image) => entryFlow(image, style)).join(", ");
}

/** How deep this lock indents what is below a key. */
function stepOf({ yaml, resource }: ImageLock): number {
  const column = columnOf(yaml, resource.node);
  for (const { value } of entriesOf(yaml, resource.node)) {
    if (kindOf(yaml, value) !== "mapping" || isFlow(yaml, value)) continue;
    const step = columnOf(yaml, value) - column;
    if (step > 0) return step;
  }
  return 2;
}

function entryStep(lock: ImageLock, neighbour: YamlEntry | undefined): number {
  const { yaml, images = 0 } = lock;
  const isBlock =
    neighbour !== undefined && kindOf(yaml, neighbour.value) === "mapping" && !isFlow(yaml, neighbour.value);
  const step = isBlock ? columnOf(yaml, neighbour.value) - columnOf(yaml, images) : 0;
  return step > 0 ? step : stepOf(lock);
}

/** How to write in braces where there is no entry yet: a lock in braces with its keys in double quotes is JSON. */
function outerStyle({ yaml, resource }: ImageLock): EntryStyle {
  const [first] = entriesOf(yaml, resource.node);
  const isJson = isFlow(yaml, resource.node) && first !== undefined && quotesOf(yaml, first.key) === '"';
  return isJson ? jsonStyle : flowStyle;
}
