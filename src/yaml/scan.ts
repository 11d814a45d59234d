/**
 * YAML text to a flat list of events with source offsets, and what is needed to move in it. Nothing is copied out of
 * the text and nothing is printed again: whoever wants to change a value gets its range.
 *
 * https://yaml.org/spec/1.2.2/
 */
import { EVENT_ID, type Event, parseEvents, YAMLException } from "js-yaml";
import { type ReadEvents, readInParts, type TakeEvent } from "./chunks.ts";
import { growTable, isOpen } from "./event-table.ts";
import { jsonEvents, looseEvents, yaml12Events } from "./loose-events.ts";
import { strictEvents } from "./strict-events.ts";
import { YamlSyntaxError } from "./syntax-error.ts";
import { type Folded, type UnfoldingBudget, unfoldedSize, unfoldingBudget } from "./unfolding.ts";

/** A node of a {@link YamlText}: the index of the event that it begins with. */
export type YamlNode = number;

/** A scanned text: its events, and what each alias stands for. */
export interface YamlText extends Folded {
  /**
   * The text as it came, in which edits are made. In `text` all lines are ended by `\n` or `\r\n`, and every character
   * stands at the offset that it has here.
   */
  readonly source: string;
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
 * Scans a stream of YAML documents, or of JSON objects. What js-yaml refuses is read more loosely, as far as readers
 * written in Go read it too.
 *
 * @throws {YamlSyntaxError} where the text is none of that, with js-yaml's complaint.
 */
export function scan(
  source: string,
  { nesting = usualNesting, partSize = 1 << 16, budget = unfoldingBudget(source) }: ScanOptions = {},
): YamlText {
  const limits = { nesting, budget };
  const texts = { source, text: withKnownBreaks(source) };
  try {
    return (
      scanInParts(texts, { ...limits, partSize }) ??
      indexAll(texts, strictEvents(texts.text, nesting), limits)
    );
  } catch (error) {
    if (!isSyntaxError(error)) throw error;
    const loose = scanLoosely(texts, limits);
    if (loose === undefined) throw error;
    return loose;
  }
}

function scanLoosely(texts: Texts, limits: Limits): YamlText | undefined {
  const { source, text } = texts;
  const { nesting } = limits;
  // JSON knows no line breaks within its strings.
  const objects = jsonEvents(source, nesting);
  if (objects !== undefined) return indexAll({ source, text: source }, objects, limits);
  const events = looseEvents(text, nesting);
  if (events !== undefined) return indexAll(texts, events, limits);
  // What no reader of YAML 1.1 reads may still be YAML 1.2.
  const newer = source.replaceAll(LONE_CR, "\n");
  const newerEvents = newer === text ? undefined : yaml12Events(newer, nesting);
  return newerEvents && indexAll({ source, text: newer }, newerEvents, limits);
}

/**
 * YAML 1.2 knows fewer line breaks than YAML 1.1, which readers written in Go go by: to them NEL, LS and PS end a line, as
 * does a CR alone.
 */
function withKnownBreaks(source: string): string {
  // Each is looked for alone, since that takes a hundredth of the time of an expression.
  const isOdd = ["\r", "\u0085", "\u2028", "\u2029"].some((character) => source.includes(character));
  return isOdd ? source.replaceAll(LONE_CR, "\n").replaceAll(YAML11_BREAK, "\n") : source;
}

const LONE_CR = /\r(?!\n)/g;
const YAML11_BREAK = /[\u0085\u2028\u2029]/g;

/** Undefined where the text is not long, can't be cut or has a fault, which only the whole text can tell rightly. */
function scanInParts(
  texts: Texts,
  { nesting, budget, partSize }: Required<ScanOptions>,
): YamlText | undefined {
  const { text } = texts;
  if (text.length <= partSize || text.indexOf("\ufeff", 1) !== -1) return undefined;
  const read: ReadEvents = (part, depth) => parseEvents(part, { maxDepth: nesting - depth });
  let whole = false;
  try {
    const scanned = index(texts, { nesting, budget }, (take) => {
      whole = readInParts(text, partSize, read, take);
    });
    return whole ? scanned : undefined;
  } catch (error) {
    if (error instanceof YAMLException || isSyntaxError(error)) return undefined;
    throw error;
  }
}

function isSyntaxError(error: unknown): error is YamlSyntaxError {
  return error instanceof YamlSyntaxError && error.code === "syntax";
}

/** A text as it came, and as it is read. */
type Texts = Pick<YamlText, "source" | "text">;

function indexAll(texts: Texts, events: readonly Event[], limits: Limits): YamlText {
  return index(texts, limits, (take) => {
    for (const event of events) take(event, 0);
  });
}

/** What a text may unfold to. */
type Limits = Pick<YamlText, "nesting" | "budget">;

/** Collects events, and knows which node an alias stands for. */
function index(
  { source, text }: Texts,
  { nesting, budget }: Limits,
  read: (take: TakeEvent) => void,
): YamlText {
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
  const size = unfoldedSize({ text, events: table, targets, nesting, budget });
  const anchored = new Set(targets.values());
  // V8 takes long to spread, and this is done for each file.
  return { source, text, events: table, documents, targets, anchored, nesting, budget, size };

  function anchorOf(
    { anchorStart, anchorEnd }: { readonly anchorStart: number; readonly anchorEnd: number },
    shift: number,
  ): string {
    return text.slice(anchorStart + shift, anchorEnd + shift);
  }
}
