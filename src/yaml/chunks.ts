/**
 * Reading a long text in parts, so that what is made of one part can be forgotten before the next: the items of a
 * ResourceList, and the documents of a stream. Whatever is not certain gives undefined, and the text is read as a whole.
 */
import { COLLECTION_STYLE, EVENT_ID, type Event } from "js-yaml";

/** Reads the events of a text that is nested in so many collections; throws where it is no YAML. */
export type ReadEvents = (text: string, depth: number) => readonly Event[];

/** Takes an event whose offsets are so many characters too small. */
export type TakeEvent = (event: Event, shift: number) => void;

/** Gives the events of a text in parts of about so many characters; false where it can't be cut, and some were given. */
export function readInParts(text: string, size: number, read: ReadEvents, take: TakeEvent): boolean {
  if (text.length <= size) return false;
  const items = itemsOf(text);
  if (items === undefined) return readDocuments(text, size, read, take);
  return readItems(text, { ...items, size }, read, take);
}

interface Items {
  /** Where the line of the first item begins. */
  readonly start: number;
  /** Behind the last item. */
  readonly end: number;
  /** The white space before the dash of each. */
  readonly indentation: string;
}

/** The items of a list, as far as can be told at a glance. */
function itemsOf(text: string): Items | undefined {
  const key = /^items:[ \t]*(?:#.*)?\r?\n(?:[ \t]*(?:#.*)?\r?\n)*(?<indentation> *)(?=- )/m.exec(
    text.slice(0, HEAD_MAX),
  );
  const indentation = key?.groups?.indentation;
  if (key === null || indentation === undefined) return undefined;
  const start = key.index + key[0].length - indentation.length;
  const nextKey = /\n[A-Za-z]/g;
  nextKey.lastIndex = start;
  const next = nextKey.exec(text);
  return { start, end: next === null ? text.length : next.index + 1, indentation };
}

// A list that says more than that before its items is read as a whole.
const HEAD_MAX = 10_000;

/** The list with one item in the place of all, whose place is then taken by the items. */
function readItems(
  text: string,
  { start, end, indentation, size }: Items & { readonly size: number },
  read: ReadEvents,
  take: TakeEvent,
): boolean {
  const placeholder = `${indentation}- 0\n`;
  const frame = read(`${text.slice(0, start)}${placeholder}${text.slice(end)}`, 0);
  const at = frame.findIndex(
    (event) => event.type === EVENT_ID.SCALAR && event.valueStart === start + placeholder.length - 2,
  );
  if (frame[at - 1]?.type !== EVENT_ID.SEQUENCE || frame[at + 1]?.type !== EVENT_ID.POP) return false;
  for (const event of frame.slice(0, at)) take(event, 0);
  for (let from = start; from < end; ) {
    const next = text.indexOf(`\n${indentation}- `, from + size);
    const to = next === -1 || next >= end ? end : next + 1;
    const events = read(text.slice(from, to), 1);
    if (!beginsWithList(events)) return false;
    for (let n = 2; n < events.length - 2; n++) {
      const event = events[n] as Event;
      if (event.type === EVENT_ID.DOCUMENT) return false;
      take(event, from);
    }
    from = to;
  }
  for (const event of frame.slice(at + 1)) take(event, end - start - placeholder.length);
  return true;
}

function beginsWithList(events: readonly Event[]): boolean {
  const [document, list] = events;
  return (
    document?.type === EVENT_ID.DOCUMENT &&
    !document.explicitStart &&
    !document.explicitEnd &&
    list?.type === EVENT_ID.SEQUENCE &&
    list.style === COLLECTION_STYLE.BLOCK
  );
}

function readDocuments(text: string, size: number, read: ReadEvents, take: TakeEvent): boolean {
  for (let from = 0; from < text.length; ) {
    const to = nextDocument(text, from + size);
    for (const event of read(text.slice(from, to), 0)) take(event, from);
    from = to;
  }
  return true;
}

/** Where a line begins that can only be the start of a document. */
function nextDocument(text: string, from: number): number {
  for (let at = from; ; at += 4) {
    at = text.indexOf("\n---", at);
    if (at === -1) return text.length;
    if (/[ \t\r\n]/.test(text.charAt(at + 4))) return at + 1;
  }
}
