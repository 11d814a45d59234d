/**
 * YAML text to a flat list of events with source offsets, and what is needed to move in it. Nothing is copied out of
 * the text and nothing is printed again: whoever wants to change a value gets its range.
 *
 * https://yaml.org/spec/1.2.2/
 */
import { EVENT_ID, type Event, parseEvents, YAMLException } from "js-yaml";
import { YamlSyntaxError } from "./syntax-error.ts";

/** A node of a {@link YamlText}: the index of the event that it begins with. */
export type YamlNode = number;

/** A scanned text: its events, where each collection ends, and what each alias stands for. */
export interface YamlText {
  readonly text: string;
  readonly events: readonly Event[];
  /** For an event that opens a document, mapping or sequence: the index of the event that closes it. */
  readonly closing: Int32Array;
  /** Alias → the anchored node that it stands for. */
  readonly targets: ReadonlyMap<YamlNode, YamlNode>;
  readonly documents: readonly YamlNode[];
}

/**
 * Scans a stream of YAML documents. A text that the first library refuses is given to the second, which reads some
 * that the first doesn't.
 *
 * @throws {YamlSyntaxError} where neither reads it, with the first library's complaint.
 */
export async function scan(text: string): Promise<YamlText> {
  try {
    return scanStrictly(text);
  } catch (error) {
    if (!(error instanceof YamlSyntaxError) || isTooDeep(error)) throw error;
    const { tolerantEvents } = await import("./tolerant.ts");
    const events = tolerantEvents(text);
    if (events === undefined) throw error;
    return index(text, events);
  }
}

/** Scans with the first library alone. @throws {YamlSyntaxError} */
export function scanStrictly(text: string): YamlText {
  return index(text, strictEvents(text));
}

// Far deeper than any object of Kubernetes. js-yaml recurses, and near the end of the call stack V8 may abort the
// process rather than throw.
const maxDepth = 500;

/** The second library recurses as well, without a limit. */
function isTooDeep({ cause }: YamlSyntaxError): boolean {
  return cause instanceof YAMLException && cause.reason.startsWith("nesting exceeded maxDepth");
}

/** The events of a text as js-yaml reads it. @throws {YamlSyntaxError} */
export function strictEvents(text: string): readonly Event[] {
  const starts = innerByteOrderMarks(text);
  if (starts.length === 0) return segmentEvents(text, 0, text.length);
  return [0, ...starts].flatMap((start, n) => segmentEvents(text, start, starts[n] ?? text.length));
}

/** Where a document begins with a byte order mark of its own, as in files that were put one after the other. */
function innerByteOrderMarks(text: string): readonly number[] {
  if (text.indexOf("\ufeff", 1) === -1) return [];
  return [...text.matchAll(/(?<=^---[ \t]*\r?\n)\ufeff/gm)].map((match) => match.index);
}

function segmentEvents(text: string, start: number, end: number): readonly Event[] {
  try {
    const events = parseEvents(text.slice(start, end), { maxDepth });
    return start === 0 ? events : events.map((event) => shifted(event, start));
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    const offset = start + (error.mark?.position ?? 0);
    throw new YamlSyntaxError(error.reason, { text, offset }, { cause: error });
  }
}

function shifted(event: Event, by: number): Event {
  return Object.fromEntries(
    Object.entries(event).map(([field, value]) =>
      /(?:start|end)$/i.test(field) && typeof value === "number" && value >= 0
        ? [field, value + by]
        : [field, value],
    ),
    // Checked: the same fields with the same types, only the offsets moved.
  ) as unknown as Event;
}

function index(text: string, events: readonly Event[]): YamlText {
  const closing = new Int32Array(events.length);
  const targets = new Map<YamlNode, YamlNode>();
  const documents: YamlNode[] = [];
  const open: YamlNode[] = [];
  const anchors = new Map<string, YamlNode>();
  for (let node = 0; node < events.length; node++) {
    const event = events[node] as Event;
    switch (event.type) {
      case EVENT_ID.DOCUMENT:
        documents.push(node);
        anchors.clear();
        open.push(node);
        break;
      case EVENT_ID.MAPPING:
      case EVENT_ID.SEQUENCE:
        open.push(node);
        if (event.anchorStart !== -1) anchors.set(text.slice(event.anchorStart, event.anchorEnd), node);
        break;
      case EVENT_ID.SCALAR:
        if (event.anchorStart !== -1) anchors.set(text.slice(event.anchorStart, event.anchorEnd), node);
        break;
      case EVENT_ID.ALIAS: {
        const target = anchors.get(text.slice(event.anchorStart, event.anchorEnd));
        if (target === undefined) {
          throw new YamlSyntaxError("alias of an anchor that is not defined before it", {
            text,
            offset: event.anchorStart - 1,
          });
        }
        if (open.includes(target)) {
          throw new YamlSyntaxError("alias of what it stands in", { text, offset: event.anchorStart - 1 });
        }
        targets.set(node, target);
        break;
      }
      case EVENT_ID.POP:
        closing[open.pop() ?? 0] = node;
        break;
    }
  }
  return { text, events, closing, targets, documents };
}
