/**
 * YAML text to a flat list of events with source offsets, and what is needed to move in it. Nothing is copied out of
 * the text and nothing is printed again: whoever wants to change a value gets its range.
 *
 * https://yaml.org/spec/1.2.2/
 */
import { EVENT_ID, type Event, parseEvents, YAMLException } from "js-yaml";
import { type ReadEvents, readInParts, type TakeEvent } from "./chunks.ts";
import { growTable, isOpen, shifted } from "./event-table.ts";
import { YamlSyntaxError } from "./syntax-error.ts";
import { type Folded, type UnfoldingBudget, unfoldedSize, unfoldingBudget } from "./unfolding.ts";

/** A node of a {@link YamlText}: the index of the event that it begins with. */
export type YamlNode = number;

/** A scanned text: its events, and what each alias stands for. */
export interface YamlText extends Folded {
  readonly documents: readonly YamlNode[];
  /** The nodes that some alias stands for. */
  readonly anchored: ReadonlySet<YamlNode>;
  /** How many nodes it is with its aliases unfolded. */
  readonly size: number;
}

// Far deeper than any object of Kubernetes, and half of what the usual stack holds.
const usualNesting = 500;

/** How a text is scanned. */
export interface ScanOptions {
  /** How deep its collections may be nested: 500 unless told, since more than 1,000 take more than the usual stack. */
  readonly nesting?: number;
  /** A text of more characters is read in parts of about so many. */
  readonly partSize?: number;
  /** That of the text in which this one stands; its own unless told. */
  readonly budget?: UnfoldingBudget;
}

/**
 * Scans a stream of YAML documents. A text that the first library refuses is given to the second, which reads some
 * that the first doesn't.
 *
 * @throws {YamlSyntaxError} where neither reads it, with the first library's complaint.
 */
export async function scan(text: string, options: ScanOptions = {}): Promise<YamlText> {
  try {
    return scanStrictly(text, options);
  } catch (error) {
    // The second library recurses as well, without a limit.
    if (!(error instanceof YamlSyntaxError) || error.code !== "syntax") throw error;
    const { nesting = usualNesting, budget = unfoldingBudget(text) } = options;
    const events = (await jsonStreamEvents(text, nesting)) ?? (await looseEvents(text));
    if (events === undefined) throw error;
    return indexAll(text, events, { nesting, budget });
  }
}

/** The events of JSON objects one behind the other, each a document; undefined for any other text. */
async function jsonStreamEvents(text: string, nesting: number): Promise<readonly Event[] | undefined> {
  if (!/^\s*\{/.test(text)) return undefined;
  const { jsonObjectStarts } = await import("./json-stream.ts");
  const starts = jsonObjectStarts(text);
  return starts && segmentsEvents(text, starts, nesting);
}

async function looseEvents(text: string): Promise<readonly Event[] | undefined> {
  const { fallbackEvents } = await import("./fallback-parser.ts");
  return fallbackEvents(text);
}

/** Scans with the first library alone. @throws {YamlSyntaxError} */
export function scanStrictly(
  text: string,
  { nesting = usualNesting, partSize = 1 << 16, budget = unfoldingBudget(text) }: ScanOptions = {},
): YamlText {
  const limits = { nesting, budget };
  return scanInParts(text, { ...limits, partSize }) ?? indexAll(text, strictEvents(text, nesting), limits);
}

/** Undefined where the text is not long, can't be cut or has a fault, which only the whole text can tell rightly. */
function scanInParts(
  text: string,
  { nesting, budget, partSize }: Required<ScanOptions>,
): YamlText | undefined {
  if (text.length <= partSize || text.indexOf("\ufeff", 1) !== -1) return undefined;
  const read: ReadEvents = (part, depth) => parseEvents(part, { maxDepth: nesting - depth });
  let whole = false;
  try {
    const scanned = index(text, { nesting, budget }, (take) => {
      whole = readInParts(text, partSize, read, take);
    });
    return whole ? scanned : undefined;
  } catch (error) {
    if (error instanceof YAMLException || isSyntaxError(error)) return undefined;
    throw error;
  }
}

function isSyntaxError(error: unknown): boolean {
  return error instanceof YamlSyntaxError && error.code === "syntax";
}

/** The events of a text as js-yaml reads it. @throws {YamlSyntaxError} */
export function strictEvents(text: string, nesting: number = usualNesting): readonly Event[] {
  const starts = innerByteOrderMarks(text);
  if (starts.length === 0) return segmentEvents(text, 0, text.length, nesting);
  return segmentsEvents(text, [0, ...starts], nesting);
}

function segmentsEvents(text: string, starts: readonly number[], nesting: number): readonly Event[] {
  return starts.flatMap((start, n) => segmentEvents(text, start, starts[n + 1] ?? text.length, nesting));
}

/** Where a document begins with a byte order mark of its own, as in files that were put one after the other. */
function innerByteOrderMarks(text: string): readonly number[] {
  if (text.indexOf("\ufeff", 1) === -1) return [];
  return [...text.matchAll(/(?<=^---[ \t]*\r?\n)\ufeff/gm)].map((match) => match.index);
}

function segmentEvents(text: string, start: number, end: number, maxDepth: number): readonly Event[] {
  try {
    const events = parseEvents(text.slice(start, end), { maxDepth });
    return start === 0 ? events : events.map((event) => shifted(event, start));
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    const offset = start + (error.mark?.position ?? 0);
    const code = error.reason.startsWith("nesting exceeded maxDepth") ? "nesting" : "syntax";
    throw new YamlSyntaxError(error.reason, { text, offset }, { code, cause: error });
  }
}

function indexAll(text: string, events: readonly Event[], limits: Limits): YamlText {
  return index(text, limits, (take) => {
    for (const event of events) take(event, 0);
  });
}

/** What a text may unfold to. */
type Limits = Pick<YamlText, "nesting" | "budget">;

/** Collects events, and knows which node an alias stands for. */
function index(text: string, limits: Limits, read: (take: TakeEvent) => void): YamlText {
  const { table, add } = growTable(text.length >> 3);
  const targets = new Map<YamlNode, YamlNode>();
  const documents: YamlNode[] = [];
  const anchors = new Map<string, YamlNode>();
  read((event, shift) => {
    const node = table.length;
    add(event, shift);
    switch (event.type) {
      case EVENT_ID.DOCUMENT:
        documents.push(node);
        anchors.clear();
        break;
      case EVENT_ID.MAPPING:
      case EVENT_ID.SEQUENCE:
      case EVENT_ID.SCALAR:
        if (event.anchorStart !== -1) anchors.set(anchorOf(event, shift), node);
        break;
      case EVENT_ID.ALIAS: {
        const target = anchors.get(anchorOf(event, shift));
        const offset = event.anchorStart + shift - 1;
        if (target === undefined)
          throw new YamlSyntaxError("alias of an anchor that is not defined before it", { text, offset });
        if (isOpen(table, target)) throw new YamlSyntaxError("alias of what it stands in", { text, offset });
        targets.set(node, target);
        break;
      }
    }
  });
  const folded = { text, events: table, targets, ...limits };
  return { ...folded, documents, anchored: new Set(targets.values()), size: unfoldedSize(folded) };

  function anchorOf(
    { anchorStart, anchorEnd }: { readonly anchorStart: number; readonly anchorEnd: number },
    shift: number,
  ): string {
    return text.slice(anchorStart + shift, anchorEnd + shift);
  }
}
