/** How keys and values that are inserted are written: as their neighbours are, and so that no reader takes them for anything else. */
import { EVENT_ID, SCALAR_STYLE } from "js-yaml";
import { eventOf } from "../node.ts";
import type { YamlNode, YamlText } from "../scan.ts";
import { isYaml11Keyword } from "../yaml11-keyword.ts";

/** The quotes of a text; `""` where it needs none. */
export type Quotes = "" | "'" | '"';

/** The quotes that a scalar stands in. */
export function quotesOf(yaml: YamlText, node: YamlNode): Quotes {
  const event = eventOf(yaml, node);
  if (event.type !== EVENT_ID.SCALAR) return "";
  if (event.style === SCALAR_STYLE.SINGLE_QUOTED) return "'";
  return event.style === SCALAR_STYLE.DOUBLE_QUOTED ? '"' : "";
}

/** A text in quotes; in double ones, without being asked, where YAML would take it for something else. */
export function quoted(text: string, quotes: Quotes): string {
  return quotes === "" && isPlain(text) ? text : (quotes || '"') + text + (quotes || '"');
}

/** True for a text that every reader takes for one without quotes, in block and in flow style. */
export function isPlain(text: string): boolean {
  return PLAIN.test(text) && !isYaml11Keyword(text);
}

// What begins with a digit may be a number, a date or a time to a reader of YAML 1.1: 12:30 is one.
const PLAIN = /^[A-Za-z][A-Za-z0-9_./:()-]*$/;
