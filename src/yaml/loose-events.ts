/** The events of a text that js-yaml refuses as it stands, and which kubectl reads. */
import { EVENT_ID, type Event, SCALAR_STYLE } from "js-yaml";
import { jsonObjectStarts } from "./json-stream.ts";
import type { Property } from "./loose-pass.ts";
import { type LooseText, loosen } from "./loose-text.ts";
import { segmentsEvents, strictEvents } from "./strict-events.ts";
import { YamlSyntaxError } from "./syntax-error.ts";

/** The events of JSON objects one behind the other, each a document; undefined for any other text. */
export function jsonEvents(text: string, nesting: number): readonly Event[] | undefined {
  const starts = jsonObjectStarts(text);
  return starts && readOrNot(() => segmentsEvents(text, starts, nesting));
}

/**
 * The events of a text once it is {@link loosen}ed; undefined where it can't be read so either, or where it is read
 * otherwise than it was loosened.
 */
export function looseEvents(text: string, nesting: number): readonly Event[] | undefined {
  const loose = loosen(text);
  const events = loose && readOrNot(() => strictEvents(loose.text, nesting));
  if (events === undefined) return undefined;
  const starts = new Set(events.map(startOf));
  return loose?.starts.every((start) => starts.has(start)) ? tightened(events, text, loose) : undefined;
}

/** The events of a text where NEL, LS and PS end no line; undefined where one stands elsewhere than in a scalar. */
export function yaml12Events(text: string, nesting: number): readonly Event[] | undefined {
  const events = readOrNot(() => strictEvents(text, nesting));
  if (events === undefined) return undefined;
  const ranges = events.flatMap((event) =>
    event.type === EVENT_ID.SCALAR ? [{ start: event.valueStart, end: event.valueEnd }] : [],
  );
  const places = [...text.matchAll(/[\u0085\u2028\u2029]/g)].map(({ index }) => index);
  let at = 0;
  const isInScalar = (place: number): boolean => {
    while (at < ranges.length && (ranges[at]?.end ?? 0) <= place) at++;
    return (ranges[at]?.start ?? place + 1) <= place;
  };
  return places.every(isInScalar) ? events : undefined;
}

/** What is read; undefined where it can't be. */
function readOrNot(read: () => readonly Event[]): readonly Event[] | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof YamlSyntaxError) return undefined;
    throw error;
  }
}

/** Where a node begins, without its properties; of a block scalar, where its text does. */
function startOf(event: Event): number | undefined {
  if (event.type === EVENT_ID.SCALAR) return event.valueStart - (isQuoted(event.style) ? 1 : 0);
  return event.type === EVENT_ID.MAPPING || event.type === EVENT_ID.SEQUENCE ? event.start : undefined;
}

function isQuoted(style: number): boolean {
  return style === SCALAR_STYLE.DOUBLE_QUOTED || style === SCALAR_STYLE.SINGLE_QUOTED;
}

/** The events of a loosened text as they are in the text itself. */
function tightened(events: readonly Event[], text: string, loose: LooseText): readonly Event[] {
  const detached = new Map(loose.properties);
  return events.map((event) => {
    const start = startOf(event);
    if (start === undefined) return event;
    // A mapping begins where its first key does, and comes before it.
    const properties = detached.get(start);
    detached.delete(start);
    if (event.type === EVENT_ID.SCALAR && loose.aliases.has(start)) {
      return { type: EVENT_ID.ALIAS, anchorStart: start + 1, anchorEnd: event.valueEnd };
    }
    const unfolded = unfold(unglued(event, loose.glued.get(start)), text, loose.text);
    return properties === undefined ? unfolded : attached(unfolded, properties);
  });
}

function attached(event: Event, properties: readonly Property[]): Event {
  const anchor = properties.find(({ kind }) => kind === "anchor");
  const tag = properties.find(({ kind }) => kind === "tag");
  return {
    ...event,
    ...(anchor && { anchorStart: anchor.start + 1, anchorEnd: anchor.end }),
    ...(tag && { tagStart: tag.start, tagEnd: tag.end }),
  };
}

/** A scalar without the anchor that was made a part of it. */
function unglued(event: Event, anchor: Property | undefined): Event {
  if (anchor === undefined || event.type !== EVENT_ID.SCALAR) return event;
  return { ...event, anchorStart: anchor.start + 1, anchorEnd: anchor.end, valueStart: anchor.end };
}

/** A scalar that is its own text once its lines are put on one is not where they stand apart. */
function unfold(event: Event, text: string, loose: string): Event {
  if (event.type !== EVENT_ID.SCALAR || !event.fast) return event;
  const { valueStart, valueEnd } = event;
  return text.slice(valueStart, valueEnd) === loose.slice(valueStart, valueEnd)
    ? event
    : { ...event, fast: false };
}
