/** A replacement in a text: what stands from `start` to `end` (exclusive) becomes `text`. */
export interface TextEdit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** The text with all edits made, as {@link editedParts} has it. */
export function applyEdits(text: string, edits: readonly TextEdit[]): string {
  return edits.length === 0 ? text : editedParts(text, edits).join("");
}

/**
 * The text with all edits made, in parts, for those who write it somewhere: as a whole it would be in memory once more. Edits refer to the original text and may come in any order; insertions at one place
 * keep the order in which they are given.
 *
 * @throws {RangeError} where two edits overlap or one lies outside the text: that is a fault of the caller, and going
 * on would spoil a file.
 */
export function editedParts(text: string, edits: readonly TextEdit[]): readonly string[] {
  const parts: string[] = [];
  let position = 0;
  for (const edit of [...edits].sort((a, b) => a.start - b.start)) {
    if (edit.start < position || edit.end < edit.start || edit.end > text.length) {
      throw new RangeError(`edits must not overlap: ${edit.start}–${edit.end} comes after ${position}`);
    }
    parts.push(text.slice(position, edit.start), edit.text);
    position = edit.end;
  }
  parts.push(text.slice(position));
  return parts;
}
