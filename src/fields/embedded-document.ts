/** A document within a document: YAML or JSON that stands in a scalar of another. */
import { lineFinder } from "../yaml/line.ts";
import { type Range, scalarText } from "../yaml/node.ts";
import { scalarLocator } from "../yaml/scalar-source.ts";
import { scanStrictly, type YamlNode, type YamlText } from "../yaml/scan.ts";
import { YamlSyntaxError } from "../yaml/syntax-error.ts";

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

/** The document in a scalar, which may be JSON, since that is YAML; or why there is none. */
export function innerLayer(outer: EmbeddedDocument, scalar: YamlNode): EmbeddedDocument | Unreadable {
  const text = scalarText(outer.yaml, scalar) ?? "";
  if (outer.depth >= depthMax) {
    return unreadable(`a document within ${depthMax} others is not read`);
  }
  if (!text.includes(":")) return unreadable("it holds no map");
  const locate = scalarLocator(outer.yaml, scalar);
  const toSource = (range: Range): Range | undefined => {
    const place = locate(range);
    return place && outer.toSource(place);
  };
  try {
    return { yaml: scanStrictly(text), toSource, depth: outer.depth + 1, lineAt: outer.lineAt };
  } catch (error) {
    if (!(error instanceof YamlSyntaxError)) throw error;
    const place = nearestPlace(text, error.offset, toSource);
    return { reason: error.reason, line: place && outer.lineAt(place.start) };
  }
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
