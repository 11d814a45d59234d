/** A document within a document: YAML or JSON that stands in a scalar of another. */
import { InputError } from "../krm/input-error.ts";
import { shorten } from "../text/quote.ts";
import { lineEnd } from "../yaml/line.ts";
import {
  aliasRange,
  dereference,
  kindOf,
  lastEventOf,
  type Range,
  scalarText,
  startOf,
} from "../yaml/node.ts";
import { type LinePlace, placeFinder } from "../yaml/place.ts";
import { type Locate, scalarLocator } from "../yaml/scalar-source.ts";
import { escapeFor } from "../yaml/scalar-text.ts";
import { scan, type YamlNode, type YamlText } from "../yaml/scan.ts";
import { YamlSyntaxError } from "../yaml/syntax-error.ts";
import type { TextEdit } from "../yaml/text-edit.ts";
import { trimEnd } from "../yaml/trim-end.ts";
import { spend, type UnfoldingBudget } from "../yaml/unfolding.ts";

/** A scanned text, and where its characters stand in the text that is edited. */
export interface EmbeddedDocument {
  readonly yaml: YamlText;
  readonly toSource: (range: Range) => Range | undefined;
  readonly depth: number;
  /** Where a character of the text that is edited stands. */
  readonly placeAt: (offset: number) => LinePlace;
  /** What holds the document; absent for the text that is edited. */
  readonly carrier?: Carrier;
}

/** The scalar, or an alias of one, in which a document stands. */
interface Carrier extends Site {
  /** The same edit in the document around. */
  readonly toOuter: (edit: TextEdit) => TextEdit | undefined;
}

/** A node of a document, and the aliases of collections that lead to it, the outermost first. */
export interface Site {
  readonly layer: EmbeddedDocument;
  readonly node: YamlNode;
  readonly via: readonly YamlNode[];
}

/** No alias leads there. */
export const straight: readonly YamlNode[] = [];

/** True for what an alias within it leads to: no tree holds itself, and no reader takes it. */
export function isCircular({ layer, node, via }: Site): boolean {
  const alias = via.at(-1);
  return alias !== undefined && node < alias && alias < lastEventOf(layer.yaml, node);
}

/** The aliases that lead to a node, in all documents around it; "" where none does. */
export function aliasesTo({ layer, via }: Site): string {
  const { carrier } = layer;
  if (carrier === undefined) return via.join(" ");
  const outer = aliasesTo(carrier);
  const holder = kindOf(carrier.layer.yaml, carrier.node) === "alias" ? ` *${carrier.node}` : "";
  const ways = outer + holder;
  return ways === "" && via.length === 0 ? "" : `${ways} > ${via.join(" ")}`;
}

/** The scalars, or aliases of them, in which the document of a site stands; "" for the text that is edited. */
export function carriersOf({ layer: { carrier } }: Site): string {
  return carrier === undefined ? "" : `${carriersOf(carrier)} ${carrier.node}`;
}

/**
 * Counts an image that aliases of collections or of texts bring to a place, since it is looked at in each.
 *
 * @throws {InputError} where they bring images to more places than the input may unfold to.
 */
export function countShared(site: Site): void {
  const alias = nearestAlias(site);
  if (alias === undefined || spend(site.layer.yaml.budget, IMAGE_NODES)) return;
  const { layer, node } = alias;
  const { start, end } = aliasRange(layer.yaml, node) ?? { start: 0, end: 0 };
  const name = shorten(layer.yaml.text.slice(start, end), 60);
  throw new InputError(
    `the input is too large: ${lineBefore(layer, start)}with what \`${name}\` stands for, aliases bring images to more places than its size allows: use it in fewer places`,
  );
}

// What is done about an image takes the time of so many nodes that are passed over.
const IMAGE_NODES = 64;

/** The innermost alias by which a site is reached, in whichever document. */
function nearestAlias({ layer, via }: Site): Pick<Site, "layer" | "node"> | undefined {
  const node = via.at(-1);
  if (node !== undefined) return { layer, node };
  const { carrier } = layer;
  if (carrier === undefined) return undefined;
  return kindOf(carrier.layer.yaml, carrier.node) === "alias" ? carrier : nearestAlias(carrier);
}

/** False where no alias can bring a site elsewhere, since there is none. */
export function mayBeShared({ layer }: Site): boolean {
  if (layer.yaml.targets.size > 0) return true;
  return layer.carrier !== undefined && mayBeShared(layer.carrier);
}

/** The text that is edited. */
export function outerLayer(yaml: YamlText): EmbeddedDocument {
  return { yaml, toSource: (range) => range, depth: 0, placeAt: placeFinder(yaml.source) };
}

/** An edit of a document as one of the text that is edited; undefined where the place can't be told for certain. */
export function sourceEdit({ carrier }: EmbeddedDocument, edit: TextEdit): TextEdit | undefined {
  if (carrier === undefined) return edit;
  const outer = carrier.toOuter(edit);
  return outer && sourceEdit(carrier.layer, outer);
}

// Documents in documents in documents: deeper, someone plays.
const depthMax = 4;

/** A text that should be a document and can't be read. */
export interface Unreadable {
  readonly reason: string;
  /** The line on which reading it stopped, in the text that is edited; absent where the whole of it is meant. */
  readonly line: number | undefined;
  /** The offset of the same place. */
  readonly at?: number;
}

/**
 * The document in a scalar, or in the one that an alias stands for. It may be JSON, since that is YAML.
 *
 * @throws {InputError} where the documents in the input unfold to more than it may.
 */
export function innerLayer({ layer: outer, node, via }: Site): EmbeddedDocument | Unreadable {
  const scalar = dereference(outer.yaml, node);
  if (outer.depth >= depthMax) {
    return unreadable(`a document within ${depthMax} others is not read`);
  }
  const inner = innerDocument(outer, scalar);
  if ("reason" in inner) return inner;
  const { yaml, toSource, toOuter } = inner;
  if (!spend(yaml.budget, yaml.size)) throw tooLarge(outer, scalar);
  const carrier = { layer: outer, node, via, toOuter };
  return { yaml, toSource, depth: outer.depth + 1, placeAt: outer.placeAt, carrier };
}

/**
 * The document in a scalar that nobody says to be one; undefined where it can't be read, since it may be anything. It has a
 * budget of its own: what is only tried takes nothing from what must be read.
 */
export function guessedLayer({ layer: outer, node, via }: Site): EmbeddedDocument | undefined {
  if (outer.depth >= depthMax) return undefined;
  const scalar = dereference(outer.yaml, node);
  try {
    const { length } = scalarText(outer.yaml, scalar) ?? "";
    const budget = { most: NODES_MIN + length * NODES_PER_CHARACTER, spent: 0 };
    const { yaml, toSource, toOuter } = openScalar(outer, scalar, budget);
    const carrier = { layer: outer, node, via, toOuter };
    return { yaml, toSource, depth: outer.depth + 1, placeAt: outer.placeAt, carrier };
  } catch (error) {
    if (error instanceof YamlSyntaxError) return undefined;
    throw error;
  }
}

// Far more than texts with a few anchors need.
const NODES_MIN = 1_000;
const NODES_PER_CHARACTER = 8;

type InnerDocument = Pick<EmbeddedDocument, "yaml" | "toSource"> & Pick<Carrier, "toOuter">;

/** A text that aliases name as well is read once. */
function innerDocument(outer: EmbeddedDocument, scalar: YamlNode): InnerDocument | Unreadable {
  if (!outer.yaml.anchored.has(scalar)) return readInner(outer, scalar);
  const known = shared.get(outer.yaml) ?? new Map<YamlNode, InnerDocument | Unreadable>();
  shared.set(outer.yaml, known);
  const inner = known.get(scalar) ?? readInner(outer, scalar);
  known.set(scalar, inner);
  return inner;
}

const shared = new WeakMap<YamlText, Map<YamlNode, InnerDocument | Unreadable>>();

function readInner(outer: EmbeddedDocument, scalar: YamlNode): InnerDocument | Unreadable {
  const text = scalarText(outer.yaml, scalar) ?? "";
  if (!text.includes(":")) return unreadable("it holds no map");
  try {
    return openScalar(outer, scalar, outer.yaml.budget);
  } catch (error) {
    if (!(error instanceof YamlSyntaxError)) throw error;
    if (error.code === "unfolding") throw tooLarge(outer, scalar);
    const place = nearestPlace(text, error.offset, sourceOf(outer, scalar));
    return place === undefined
      ? unreadable(error.reason)
      : { reason: error.reason, line: outer.placeAt(place.start).line, at: place.start };
  }
}

/** @throws {YamlSyntaxError} */
function openScalar(outer: EmbeddedDocument, scalar: YamlNode, budget: UnfoldingBudget): InnerDocument {
  const locate = scalarLocator(outer.yaml, scalar);
  const text = scalarText(outer.yaml, scalar) ?? "";
  const toOuter = (edit: TextEdit): TextEdit | undefined => {
    const range = outerRange(edit, text, { around: outer.yaml.text, locate });
    return range && { ...range, text: escapeFor(outer.yaml, scalar, edit.text) };
  };
  return {
    yaml: scan(text, { nesting: nestingMax, budget }),
    toSource: sourceOf(outer, scalar, locate),
    toOuter,
  };
}

/**
 * Where an edit of a text is made in the text around it. An insertion has no characters of its own, and blanks have no place
 * of their own: they go behind what stands before them.
 */
function outerRange({ start, end }: Range, text: string, { around, locate }: Carrying): Range | undefined {
  const behind = (offset: number): number | undefined => {
    const last = trimEnd(text.slice(0, offset), " ").length;
    const place = locate({ start: last - 1, end: last })?.end;
    const isSame = place !== undefined && around.startsWith(text.slice(last, offset), place);
    return isSame ? place + offset - last : undefined;
  };
  const isInsertion = start === end;
  const isText = !isInsertion && /\S/.test(text.charAt(start));
  const from = isText ? locate({ start, end: start + 1 })?.start : behind(start);
  const to = isInsertion ? from : behind(end);
  return from === undefined || to === undefined ? undefined : { start: from, end: to };
}

/** A text in which another stands, and where. */
interface Carrying {
  readonly around: string;
  readonly locate: Locate;
}

function sourceOf(
  outer: EmbeddedDocument,
  scalar: YamlNode,
  locate: Locate = scalarLocator(outer.yaml, scalar),
): EmbeddedDocument["toSource"] {
  return (range) => {
    const place = locate(range);
    return place && outer.toSource(place);
  };
}

// The usual limit of js-yaml; all layers together must not need more than the stack holds.
const nestingMax = 100;

function tooLarge(outer: EmbeddedDocument, scalar: YamlNode): InputError {
  const start = startOf(outer.yaml, scalar) ?? 0;
  return new InputError(
    `the input is too large: ${lineBefore(outer, start)}with the document in this text, it unfolds to more than ${outer.yaml.budget.most} nodes: use its anchor, or those in it, in fewer places`,
  );
}

/** The line of an offset in a document, before what is said of it. */
function lineBefore(layer: EmbeddedDocument, start: number): string {
  const place = layer.toSource({ start, end: start + 1 });
  return place === undefined ? "" : `line ${layer.placeAt(place.start).line}: `;
}

function unreadable(reason: string): Unreadable {
  return { reason, line: undefined };
}

/** White space stands nowhere for certain: what is next to it on its line does, or what comes before. */
function nearestPlace(
  text: string,
  offset: number,
  toSource: (range: Range) => Range | undefined,
): Range | undefined {
  const ahead = text.slice(offset, lineEnd(text, offset)).search(/\S/);
  const start = ahead === -1 ? text.slice(0, offset).trimEnd().length - 1 : offset + ahead;
  return toSource({ start, end: start + 1 });
}
