/** The events of a text as js-yaml reads it. */
import { type Event, parseEvents, YAMLException } from "js-yaml";
import { shifted } from "./event-table.ts";
import { YamlSyntaxError } from "./syntax-error.ts";

/** Reads a whole text, nested in at most so many collections. @throws {YamlSyntaxError} */
export function strictEvents(text: string, nesting: number): readonly Event[] {
  const starts = innerByteOrderMarks(text);
  if (starts.length === 0) return segmentEvents(text, 0, text.length, nesting);
  return segmentsEvents(text, [0, ...starts], nesting);
}

/** The events of the parts of a text that begin at these offsets, each read for itself. @throws {YamlSyntaxError} */
export function segmentsEvents(text: string, starts: readonly number[], nesting: number): readonly Event[] {
  return starts.flatMap((start, n) => segmentEvents(text, start, starts[n + 1] ?? text.length, nesting));
}

/** Where a document begins with a byte order mark of its own, as in files that were put one after the other. */
function innerByteOrderMarks(text: string): readonly number[] {
  if (text.indexOf("\ufeff", 1) === -1) return [];
  return [...text.matchAll(/(?<=^---[ \t]*\r?\n)\ufeff/gm)].map((match) => match.index);
}

function segmentEvents(text: string, start: number, end: number, maxDepth: number): readonly Event[] {
  const part = text.slice(start, end);
  try {
    const events = parseEvents(part, { maxDepth });
    return start === 0 ? events : events.map((event) => shifted(event, start));
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    const at = error.mark?.position ?? 0;
    const code = faultOf(part, maxDepth + 1) === at ? "syntax" : "nesting";
    throw new YamlSyntaxError(error.reason, { text, offset: start + at }, { code, cause: error });
  }
}

/** Where a reader that may go so deep stops; undefined where it reads all. What moves with the depth is no fault of syntax. */
function faultOf(part: string, maxDepth: number): number | undefined {
  try {
    parseEvents(part, { maxDepth });
    return undefined;
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    return error.mark?.position ?? 0;
  }
}
