/** The events of a text in typed arrays: as objects they take ten times the memory, and a third of the time to collect. */
import { CHOMPING_MODE, EVENT_ID, type Event, type SCALAR_STYLE } from "js-yaml";
import type { Mutable } from "./mutable.ts";

/** Events by their index. What is the same for most is not kept: {@link eventAt} knows all about one. */
export interface EventTable {
  readonly length: number;
  /** The types, as `EVENT_ID` has them. */
  readonly types: Uint8Array;
  /** Where a collection, the value of a scalar or the name of an alias begins; -1 for what stands nowhere. */
  readonly starts: Int32Array;
  /** Where the value of a scalar or the name of an alias ends; of a collection or document, the event that closes it. */
  readonly ends: Int32Array;
  /** The style of a scalar or collection, with {@link fast} where a value is the text itself. */
  readonly styles: Uint8Array;
  /** The events that have more to them: an anchor, a tag, an indentation. */
  readonly rare: ReadonlyMap<number, Event>;
}

/** In the style of a scalar: its value is its text. */
export const fast = 0x80;

/** A table that grows. */
export interface GrowingTable {
  readonly table: EventTable;
  /** Adds an event whose offsets are so many characters too small. */
  add(event: Event, shift: number): void;
}

/** Makes an empty table with room for so many events to begin with. */
export function growTable(room: number): GrowingTable {
  const rare = new Map<number, Event>();
  const { types, starts, ends, styles } = columns(room);
  const table = { length: 0, types, starts, ends, styles, rare };
  const open: number[] = [];

  function put(type: number, style: number, start: number, end: number): void {
    const { length } = table;
    if (length === table.types.length) makeRoom(table);
    table.types[length] = type;
    table.styles[length] = style;
    table.starts[length] = start;
    table.ends[length] = end;
    table.length = length + 1;
  }

  return {
    table,
    add(event, shift) {
      const node = table.length;
      switch (event.type) {
        case EVENT_ID.SCALAR: {
          const { valueStart, valueEnd, style } = event;
          const by = valueStart === -1 ? 0 : shift;
          put(event.type, event.fast ? style | fast : style, valueStart + by, valueEnd + by);
          if (hasProperties(event) || event.indent !== -1) rare.set(node, shifted(event, shift));
          break;
        }
        case EVENT_ID.MAPPING:
        case EVENT_ID.SEQUENCE:
          put(event.type, event.style, event.start + shift, 0);
          if (hasProperties(event)) rare.set(node, shifted(event, shift));
          open.push(node);
          break;
        case EVENT_ID.ALIAS:
          put(event.type, 0, event.anchorStart + shift, event.anchorEnd + shift);
          break;
        case EVENT_ID.DOCUMENT:
          put(event.type, 0, -1, 0);
          rare.set(node, event);
          open.push(node);
          break;
        case EVENT_ID.POP:
          put(event.type, 0, -1, 0);
          table.ends[open.pop() ?? node] = node;
          break;
      }
    },
  };
}

/** Columns with room for so many events, side by side in memory: a run over many files makes many tables. */
function columns(room: number): Pick<EventTable, "types" | "starts" | "ends" | "styles"> {
  const memory = new ArrayBuffer(10 * room);
  return {
    starts: new Int32Array(memory, 0, room),
    ends: new Int32Array(memory, 4 * room, room),
    types: new Uint8Array(memory, 8 * room, room),
    styles: new Uint8Array(memory, 9 * room, room),
  };
}

function makeRoom(table: Mutable<EventTable>): void {
  const { types, starts, ends, styles } = table;
  Object.assign(table, columns(types.length * 2 + 64));
  table.types.set(types);
  table.starts.set(starts);
  table.ends.set(ends);
  table.styles.set(styles);
}

function hasProperties({
  anchorStart,
  tagStart,
}: {
  readonly anchorStart: number;
  readonly tagStart: number;
}) {
  return anchorStart !== -1 || tagStart !== -1;
}

/** An event with its offsets so many characters further on. */
export function shifted(event: Event, by: number): Event {
  if (by === 0) return event;
  // Each text in a block has such an event, and V8 takes long to spread.
  const moved: Event & Offsets = Object.assign({}, event);
  for (const name of OFFSETS) {
    const offset = moved[name];
    if (offset !== undefined && offset >= 0) moved[name] = offset + by;
  }
  return moved;
}

/** Where something stands that an event has; -1 for nothing. */
const OFFSETS = [
  "start",
  "valueStart",
  "valueEnd",
  "anchorStart",
  "anchorEnd",
  "tagStart",
  "tagEnd",
] as const;
type Offsets = { [Name in (typeof OFFSETS)[number]]?: number };

/** True for a collection whose end is still to come. */
export function isOpen({ types, ends }: EventTable, node: number): boolean {
  return (types[node] === EVENT_ID.MAPPING || types[node] === EVENT_ID.SEQUENCE) && ends[node] === 0;
}

/** An event with all that is known of it. @throws {RangeError} where there is none. */
export function eventAt(table: EventTable, node: number): Event {
  const known = table.rare.get(node);
  if (known !== undefined) return known;
  if (node < 0 || node >= table.length) throw new RangeError(`no YAML node at event ${node}`);
  const start = table.starts[node] ?? -1;
  const end = table.ends[node] ?? -1;
  const style = table.styles[node] ?? 0;
  const type = table.types[node] as Event["type"];
  switch (type) {
    case EVENT_ID.SCALAR:
      return {
        type,
        anchorStart: -1,
        anchorEnd: -1,
        tagStart: -1,
        tagEnd: -1,
        valueStart: start,
        valueEnd: end,
        style: (style & ~fast) as (typeof SCALAR_STYLE)["PLAIN"],
        chomping: CHOMPING_MODE.CLIP,
        indent: -1,
        fast: (style & fast) !== 0,
      };
    case EVENT_ID.MAPPING:
    case EVENT_ID.SEQUENCE:
      return { type, anchorStart: -1, anchorEnd: -1, tagStart: -1, tagEnd: -1, start, style: style as 1 };
    case EVENT_ID.ALIAS:
      return { type, anchorStart: start, anchorEnd: end };
    case EVENT_ID.DOCUMENT:
      return { type, explicitStart: false, explicitEnd: false, directives: [] };
    default:
      return { type: EVENT_ID.POP };
  }
}
