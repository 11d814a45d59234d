/** Writing texts in scalars: into one that is there, and in the place of an alias. */
import { EVENT_ID, SCALAR_STYLE } from "js-yaml";
import { eventOf, isBlockScalar, tagOf } from "./node.ts";
import { scalarValue } from "./scalar-value.ts";
import type { YamlNode, YamlText } from "./scan.ts";
import { applyEdits, type TextEdit } from "./text-edit.ts";
import { trimEnd } from "./trim-end.ts";

/** A text of one line as it stands in a scalar, by the scalar's quotes. */
export function escapeFor(yaml: YamlText, scalar: YamlNode, text: string): string {
  switch (styleOf(yaml, scalar)) {
    case SCALAR_STYLE.DOUBLE_QUOTED:
      return JSON.stringify(text).slice(1, -1);
    case SCALAR_STYLE.SINGLE_QUOTED:
      return text.replaceAll("'", "''");
    default:
      return text;
  }
}

/**
 * What to write in the place of an alias so that it means what its anchor's scalar means once that is edited: the scalar's
 * own text where that may stand anywhere, else a text in double quotes. The tag goes with it. `trimmed` leaves out the line
 * breaks that end a block scalar, which belong to the notation where its text is one word.
 */
export function writeOut(
  yaml: YamlText,
  scalar: YamlNode,
  edits: readonly TextEdit[],
  ending?: "trimmed",
): string {
  const event = eventOf(yaml, scalar);
  if (event.type !== EVENT_ID.SCALAR) return "";
  if (event.valueStart === -1) return event.tagStart === -1 ? "null" : `${tagBefore(yaml, event)}""`;
  const { valueStart, valueEnd } = event;
  const within = edits.map((edit) => ({
    ...edit,
    start: edit.start - valueStart,
    end: edit.end - valueStart,
  }));
  const written = applyEdits(yaml.text.slice(valueStart, valueEnd), within);
  // Text in quotes is text without a tag that says so, and so is an image.
  const isText = isTextTag(yaml, scalar);
  const tag = isText ? "" : tagBefore(yaml, event);
  const quote = quotes[event.style];
  if (quote !== undefined && !/[\r\n\u0085\u2028\u2029]/.test(written)) return tag + quote + written + quote;
  if (event.style === SCALAR_STYLE.PLAIN && isPlainAnywhere(written, isText || edits.length > 0))
    return tag + written;
  const value = scalarValue(written, { ...event, valueStart: 0, valueEnd: written.length, fast: false });
  return (
    tag + doubleQuoted(ending === "trimmed" && isBlockScalar(yaml, scalar) ? trimEnd(value, "\n") : value)
  );
}

function isTextTag(yaml: YamlText, scalar: YamlNode): boolean {
  const tag = tagOf(yaml, scalar);
  return tag === "!" || tag === "!!str";
}

function tagBefore({ text }: YamlText, { tagStart, tagEnd }: Tagged): string {
  return tagStart === -1 ? "" : `${text.slice(tagStart, tagEnd)} `;
}

interface Tagged {
  readonly tagStart: number;
  readonly tagEnd: number;
}

const quotes: Readonly<Record<number, string | undefined>> = {
  [SCALAR_STYLE.SINGLE_QUOTED]: "'",
  [SCALAR_STYLE.DOUBLE_QUOTED]: '"',
};

/** What has the form of an image with a tag or a registry is no word or number. */
function isPlainAnywhere(text: string, mayBeWord: boolean): boolean {
  if (mayBeWord && !/^[A-Za-z][\w.-]*[:/@][\w./@:+-]*\w$/.test(text)) return false;
  // A plain scalar of several lines, and signs that end one within brackets.
  return !/[\r\n\u0085\u2028\u2029,[\]{}]/.test(text);
}

/** https://yaml.org/spec/1.2.2/#57-escaped-characters */
function doubleQuoted(text: string): string {
  return JSON.stringify(text).replaceAll(
    /[\u007f-\u009f\u2028\u2029\ufeff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

function styleOf(yaml: YamlText, scalar: YamlNode): number | undefined {
  const event = eventOf(yaml, scalar);
  return event.type === EVENT_ID.SCALAR ? event.style : undefined;
}
