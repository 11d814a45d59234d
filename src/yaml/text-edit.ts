import { lineAndColumn } from "./place.ts";

/** A replacement in a text: what stands from `start` to `end` (exclusive) becomes `text`. */
export interface TextEdit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** Edits of one place that contradict each other: to go on would spoil a file. The message has line and column. */
export class OverlapError extends Error {
  override readonly name = "OverlapError";
  readonly line: number;
  readonly column: number;
  /** The message without the place. */
  readonly reason: string;

  constructor(text: string, offset: number) {
    const { line, column } = lineAndColumn(text, Math.min(Math.max(offset, 0), text.length));
    const reason =
      "two changes contradict each other here, so nothing was written: opt one of the images here out with `# pin-digests: skip`, and please report it";
    super(`line ${line}, column ${column}: ${reason}`);
    this.line = line;
    this.column = column;
    this.reason = reason;
  }
}

/** The text with all edits made, as {@link editedParts} has it. */
export function applyEdits(text: string, edits: readonly TextEdit[]): string {
  return edits.length === 0 ? text : editedParts(text, edits).join("");
}

/**
 * The text with all edits made, in parts, for those who write it somewhere: as a whole it would be in memory once more. Edits refer to the original text and may come in any order; insertions at one place
 * keep the order in which they are given.
 *
 * @throws {OverlapError} where two edits overlap, two digests come to one place, or an edit lies outside the text.
 */
export function editedParts(text: string, edits: readonly TextEdit[]): readonly string[] {
  const parts: string[] = [];
  let position = 0;
  let before = "";
  for (const edit of sorted(edits)) {
    if (!follows(edit, position, before) || edit.end < edit.start || edit.end > text.length)
      throw new OverlapError(text, edit.start);
    parts.push(text.slice(position, edit.start), edit.text);
    position = edit.end;
    before = edit.text;
  }
  parts.push(text.slice(position));
  return parts;
}

/** Why edits can't be made; undefined where they can. */
export function overlapIn(text: string, edits: readonly TextEdit[]): OverlapError | undefined {
  try {
    editedParts(text, edits);
    return undefined;
  } catch (error) {
    if (error instanceof OverlapError) return error;
    throw error;
  }
}

function sorted(edits: readonly TextEdit[]): readonly TextEdit[] {
  return [...edits].sort((one, other) => one.start - other.start);
}

/** Whether an edit may be made behind another, which ends at a position. No image has two digests. */
function follows({ start, text }: TextEdit, position: number, before: string): boolean {
  return start > position || (start === position && !(text.startsWith("@") && before.includes("@sha")));
}
