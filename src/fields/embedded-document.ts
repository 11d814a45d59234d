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

/** The document in a scalar, which may be JSON, since that is YAML; undefined where it is none. */
export function innerLayer(outer: EmbeddedDocument, scalar: YamlNode): EmbeddedDocument | undefined {
  const text = scalarText(outer.yaml, scalar);
  // A text without a colon holds no map.
  if (text === undefined || outer.depth >= depthMax || !text.includes(":")) return undefined;
  const yaml = scanInner(text);
  if (yaml === undefined) return undefined;
  const locate = scalarLocator(outer.yaml, scalar);
  return {
    yaml,
    toSource: (range) => {
      const place = locate(range);
      return place && outer.toSource(place);
    },
    depth: outer.depth + 1,
    lineAt: outer.lineAt,
  };
}

function scanInner(text: string): YamlText | undefined {
  try {
    return scanStrictly(text);
  } catch (error) {
    // What is no document holds no images; whoever expects some is told that none was found.
    if (error instanceof YamlSyntaxError) return undefined;
    throw error;
  }
}
