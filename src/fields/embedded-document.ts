/** A document within a document: YAML or JSON that stands in a scalar of another. */
import { InputError } from "../krm/input-error.ts";
import { lineFinder } from "../yaml/line.ts";
import { type Range, scalarText, startOf } from "../yaml/node.ts";
import { scalarLocator } from "../yaml/scalar-source.ts";
import { scanStrictly, type YamlNode, type YamlText } from "../yaml/scan.ts";
import { YamlSyntaxError } from "../yaml/syntax-error.ts";
import { spend } from "../yaml/unfolding.ts";

/** A scanned text, and where its characters stand in the text that is edited. */
export interface EmbeddedDocument {
  readonly yaml: YamlText;
  readonly toSource: (range: Range) => Range | undefined;
  readonly depth: number;
  /** The line, from 1, of a character of the text that is edited. */
  readonly lineAt: (offset: number) => number;
}

/** The text that is edited. */
export function outerLayer(yaml: YamlText): EmbeddedDocument {
  return { yaml, toSource: (range) => range, depth: 0, lineAt: lineFinder(yaml.text) };
}

// Documents in documents in documents: deeper, someone plays.
const depthMax = 4;

/** A text that should be a document and can't be read. */
export interface Unreadable {
  readonly reason: string;
  /** Where reading it stopped, in the text that is edited; absent where the whole of it is meant. */
  readonly line: number | undefined;
}

/**
 * The document in a scalar, which may be JSON, since that is YAML; or why there is none.
 *
 * @throws {InputError} where the documents in the input unfold to more than it may.
 */
export function innerLayer(outer: EmbeddedDocument, scalar: YamlNode): EmbeddedDocument | Unreadable {
  if (outer.depth >= depthMax) {
    return unreadable(`a document within ${depthMax} others is not read`);
  }
  const inner = innerDocument(outer, scalar);
  if ("reason" in inner) return inner;
  const { yaml, toSource } = inner;
  if (!spend(yaml.budget, yaml.size)) throw tooLarge(outer, scalar);
  return { yaml, toSource, depth: outer.depth + 1, lineAt: outer.lineAt };
}

type InnerDocument = Pick<EmbeddedDocument, "yaml" | "toSource">;

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
  const locate = scalarLocator(outer.yaml, scalar);
  const toSource = (range: Range): Range | undefined => {
    const place = locate(range);
    return place && outer.toSource(place);
  };
  try {
    return { yaml: scanStrictly(text, { nesting: nestingMax, budget: outer.yaml.budget }), toSource };
  } catch (error) {
    if (!(error instanceof YamlSyntaxError)) throw error;
    if (error.code === "unfolding") throw tooLarge(outer, scalar);
    const place = nearestPlace(text, error.offset, toSource);
    return { reason: error.reason, line: place && outer.lineAt(place.start) };
  }
}

// The usual limit of js-yaml; all layers together must not need more than the stack holds.
const nestingMax = 100;

function tooLarge(outer: EmbeddedDocument, scalar: YamlNode): InputError {
  const start = startOf(outer.yaml, scalar) ?? 0;
  const place = outer.toSource({ start, end: start + 1 });
  const line = place === undefined ? "" : `line ${outer.lineAt(place.start)}: `;
  return new InputError(
    `the input is too large: ${line}with the document in this text, it unfolds to more than ${outer.yaml.budget.most} nodes: use its anchor, or those in it, in fewer places`,
  );
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
  const lineEnd = text.indexOf("\n", offset);
  const ahead = text.slice(offset, lineEnd === -1 ? text.length : lineEnd).search(/\S/);
  const start = ahead === -1 ? text.slice(0, offset).trimEnd().length - 1 : offset + ahead;
  return toSource({ start, end: start + 1 });
}
