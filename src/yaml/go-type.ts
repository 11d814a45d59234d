/**
 * What kubectl, Helm and kustomize make of a scalar. Their readers, https://github.com/yaml/go-yaml, keep words and numbers
 * of YAML 1.1: `yes` is a truth value to them, `1_000` and `0b11` are numbers, and `!!binary` is decoded.
 */
import { isPlainScalar, rootOf, type ScalarType, scalarText, scalarType, tagOf } from "./node.ts";
import { scan, type YamlNode, type YamlText } from "./scan.ts";

/** The type of a scalar to readers that are written in Go; undefined for any other node. */
export function goType(yaml: YamlText, node: YamlNode): ScalarType | undefined {
  const type = scalarType(yaml, node);
  // A tag of someone's own says nothing to them.
  if (type === "other") return "string";
  if (type !== "string" || !isPlainScalar(yaml, node) || tagOf(yaml, node) !== undefined) return type;
  const text = scalarText(yaml, node) ?? "";
  if (text.length <= LONGEST_WORD && WORDS.test(text)) return "boolean";
  return NUMBER_START.test(text) && NUMBER.test(text.replaceAll("_", "")) ? "number" : "string";
}

/** False for a name that without quotes is a number, a word such as `yes` or `null`, or a date. */
export function isTextWithoutQuotes(name: string): boolean {
  const yaml = scan(name);
  return goType(yaml, rootOf(yaml.documents[0] ?? 0)) === "string" && !DATE.test(name);
}

/** https://yaml.org/type/timestamp.html, as far as a name can be one */
const DATE = /^\d{4}-\d{1,2}-\d{1,2}(?:[tT].*)?$/;
const LONGEST_WORD = 3;
const WORDS = /^(?:[yYnN]|yes|Yes|YES|no|No|NO|on|On|ON|off|Off|OFF)$/;
const NUMBER_START = /^[-+]?[0-9]|^[-+]_/;
const NUMBER =
  /^[-+]?(?:0[bB][01]+|0[oO][0-7]+|0[xX][0-9a-fA-F]+|(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?)$/;
