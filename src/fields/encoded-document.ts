/** A document in base64, as in the `data` of a Secret. Nobody edits it here: it is only told that it holds images. */
import { parseIfImage } from "../image/likely-reference.ts";
import { dereference, scalarText } from "../yaml/node.ts";
import { scan, type YamlText } from "../yaml/scan.ts";
import { YamlSyntaxError } from "../yaml/syntax-error.ts";
import { spend, type UnfoldingBudget } from "../yaml/unfolding.ts";
import type { EmbeddedDocument, Site } from "./embedded-document.ts";
import type { ImageField } from "./image-field.ts";
import { unknownField } from "./suggested-spec.ts";

/** The document in a text of base64; undefined where it holds none that can be read, since it may hold anything. */
export function decodedLayer({ layer: outer, node, via }: Site): EmbeddedDocument | undefined {
  const encoded = scalarText(outer.yaml, dereference(outer.yaml, node)) ?? "";
  const text = encoded.length > ENCODED_MAX ? undefined : decode(encoded);
  const yaml = text?.includes(":") ? read(text, outer.yaml.budget) : undefined;
  if (yaml === undefined) return undefined;
  return {
    yaml,
    toSource: nowhere,
    depth: outer.depth + 1,
    placeAt: outer.placeAt,
    carrier: { layer: outer, node, via, toOuter: nowhere },
  };
}

// The API server takes no Secret and no ConfigMap of more than 1 MiB, which are 1.4 million characters.
const ENCODED_MAX = 1_500_000;

/** Nothing of what is encoded stands anywhere. */
const nowhere = (): undefined => undefined;

function decode(encoded: string): string | undefined {
  const compact = encoded.replaceAll(/\s+/g, "");
  if (compact.length % 4 !== 0 || !base64.test(compact)) return undefined;
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(Buffer.from(compact, "base64"));
  } catch (error) {
    // What is no text, such as a certificate or an archive, is no document.
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

const base64 = /^[A-Za-z\d+/]+={0,2}$/;

function read(text: string, budget: UnfoldingBudget): YamlText | undefined {
  try {
    const yaml = scan(text, { nesting: nestingMax, budget });
    return spend(budget, yaml.size) ? yaml : undefined;
  } catch (error) {
    if (error instanceof YamlSyntaxError) return undefined;
    throw error;
  }
}

// As in documents that are not encoded.
const nestingMax = 100;

/** True for an image that would get a digest if it were not encoded. */
export function lacksDigest({ value, fault, rule, tagless }: ImageField): boolean {
  if (value === undefined || fault !== undefined || rule === unknownField) return false;
  const image = parseIfImage(value);
  if (image === undefined || image.digest !== undefined) return false;
  return tagless === "pin" || image.tag !== undefined;
}
