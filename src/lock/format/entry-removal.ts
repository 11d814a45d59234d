/** Entries that a lock is to have no more. */
import { closingBracket, entryLayout, type Layout, layoutOf } from "../../yaml/layout.ts";
import { columnOf, lineStart, nextLine, skipComments } from "../../yaml/line.ts";
import { eventOf, isFlow, keysOf, startOf } from "../../yaml/node.ts";
import type { YamlNode } from "../../yaml/scan.ts";
import type { TextEdit } from "../../yaml/text-edit.ts";
import { fieldOf } from "./entry-text.ts";
import type { ImageLock } from "./image-lock.ts";
import type { LockEntry } from "./lock-entry.ts";

/** The edits that remove entries, each with the comments that belong to it: behind it, and right above it. */
export function removalEdits(lock: ImageLock, removed: readonly LockEntry[]): readonly TextEdit[] {
  const { yaml, images } = lock;
  if (images === undefined || removed.length === 0) return [];
  const { text } = yaml;
  const keys = new Set(removed.map(({ key }) => key));
  const isKept = keysOf(yaml, images).map((key) => !keys.has(key));
  const isEmpty = !isKept.includes(true);
  if (isFlow(yaml, images)) {
    if (isEmpty)
      return [{ start: (startOf(yaml, images) ?? 0) + 1, end: closingBracket(yaml, images), text: "" }];
    return flowRemovals(layoutOf(yaml, images), isKept);
  }
  const column = columnOf(yaml, images);
  const { spanOf } = layoutOf(yaml, images);
  const lines = isKept.flatMap((kept, index) => {
    if (kept) return [];
    const { start, end } = spanOf(index);
    const first = aboveOwnComments(text, lineStart(text, start), column);
    return [{ start: first, end: skipComments(text, nextLine(text, end), column), text: "" }];
  });
  return isEmpty ? [emptyMap(lock, images), ...lines] : lines;
}

/** What comes before the first entry that stays goes up to the next one, all others from the end of the one before. */
function flowRemovals({ spanOf }: Layout, isKept: readonly boolean[]): readonly TextEdit[] {
  const first = isKept.indexOf(true);
  return isKept.flatMap((kept, index) => {
    if (kept) return [];
    const { start, end } = spanOf(index);
    return index < first
      ? [{ start, end: spanOf(index + 1).start, text: "" }]
      : [{ start: spanOf(index - 1).end, end, text: "" }];
  });
}

/** `{}` behind the key `images`, and behind what says of which type its value is. */
function emptyMap({ yaml, resource }: ImageLock, images: YamlNode): TextEdit {
  const entry = fieldOf(yaml, resource.node, "images") ?? { key: images, value: images };
  const { keyEnd, colonEnd = keyEnd } = entryLayout(yaml, entry);
  const event = eventOf(yaml, images);
  const at = "tagEnd" in event ? Math.max(colonEnd, event.tagEnd, event.anchorEnd) : colonEnd;
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
