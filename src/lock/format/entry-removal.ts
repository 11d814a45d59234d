/** Entries that a lock is to have no more. */
import { columnOf, lineStart, nextLine, skipComments } from "../../yaml/line.ts";
import { entriesOf, eventOf, isFlow, startOf, type YamlEntry } from "../../yaml/node.ts";
import { closingBracket, endOf, endOfEntry } from "../../yaml/node-end.ts";
import type { YamlNode, YamlText } from "../../yaml/scan.ts";
import type { TextEdit } from "../../yaml/text-edit.ts";
import { fieldOf } from "./entry-text.ts";
import type { ImageLock, LockEntry } from "./image-lock.ts";

/** The edits that remove entries, each with the comments that belong to it: behind it, and right above it. */
export function removalEdits(lock: ImageLock, removed: readonly LockEntry[]): readonly TextEdit[] {
  const { yaml, images } = lock;
  if (images === undefined || removed.length === 0) return [];
  const keys = new Set(removed.map(({ key }) => key));
  const entries = entriesOf(yaml, images);
  const isEmpty = entries.every(({ key }) => keys.has(key));
  if (isFlow(yaml, images)) {
    if (isEmpty)
      return [{ start: (startOf(yaml, images) ?? 0) + 1, end: closingBracket(yaml, images), text: "" }];
    return flowRemovals(yaml, entries, keys);
  }
  const column = columnOf(yaml, images);
  const lines = entries
    .filter(({ key }) => keys.has(key))
    .map((entry) => ({
      start: aboveOwnComments(yaml.text, lineStart(yaml.text, startOf(yaml, entry.key) ?? 0), column),
      end: skipComments(yaml.text, nextLine(yaml.text, endOfEntry(yaml, entry)), column),
      text: "",
    }));
  return isEmpty ? [emptyMap(lock, images), ...lines] : lines;
}

/** What comes before the first entry that stays goes up to the next one, all others from the end of the one before. */
function flowRemovals(
  yaml: YamlText,
  entries: readonly YamlEntry[],
  keys: ReadonlySet<YamlNode>,
): readonly TextEdit[] {
  const first = entries.findIndex(({ key }) => !keys.has(key));
  return entries.flatMap((entry, index) => {
    const [before, after] = [entries[index - 1], entries[index + 1]];
    if (!keys.has(entry.key)) return [];
    if (index < first && after !== undefined)
      return [{ start: startOfKey(yaml, entry.key), end: startOfKey(yaml, after.key), text: "" }];
    if (before === undefined) return [];
    return [{ start: endOfEntry(yaml, before), end: endOfEntry(yaml, entry), text: "" }];
  });
}

/** With its quotes, its tag or anchor, and the `?` of a key that is said to be one. */
function startOfKey(yaml: YamlText, key: YamlNode): number {
  const start = startOf(yaml, key) ?? 0;
  const event = eventOf(yaml, key);
  const properties = "tagStart" in event ? [event.tagStart, event.anchorStart].filter((at) => at !== -1) : [];
  const begin = Math.min(start, ...properties);
  const [lead = ""] = /(?:\?\s+)?["']?$/.exec(yaml.text.slice(Math.max(0, begin - 100), begin)) ?? [];
  return begin - lead.length;
}

/** `{}` behind the key `images`, and behind what says of which type its value is. */
function emptyMap({ yaml, resource }: ImageLock, images: YamlNode): TextEdit {
  const key = fieldOf(yaml, resource.node, "images")?.key ?? images;
  const end = endOf(yaml, key, 0);
  const colon = yaml.text.indexOf(":", end) + 1;
  const event = eventOf(yaml, images);
  const at = "tagEnd" in event ? Math.max(colon, event.tagEnd, event.anchorEnd) : colon;
  return { start: at, end: at, text: " {}" };
}

/** The start of the first of the lines of comment that stand right above, in the same column. */
function aboveOwnComments(text: string, offset: number, column: number): number {
  const own = new RegExp(`^ {${column}}#`);
  let position = offset;
  while (position > 0) {
    const above = lineStart(text, position - 1);
    if (!own.test(text.slice(above, position))) break;
    position = above;
  }
  return position;
}
