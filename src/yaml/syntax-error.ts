import { lineAndColumn } from "./place.ts";

/** A text that is not YAML, with the place where reading it stopped. */
export class YamlSyntaxError extends Error {
  override readonly name = "YamlSyntaxError";
  /** `nesting`, `unfolding`: it is YAML, but deeper than may be, or aliases make too much of it. */
  readonly code: YamlErrorCode;
  /** Line in the text, from 1. */
  readonly line: number;
  /** Column in the line, from 1, in UTF-16 units. */
  readonly column: number;
  readonly offset: number;
  readonly reason: string;

  constructor(reason: string, place: Place, { code = "syntax", ...options }: Options = {}) {
    const { line, column } = lineAndColumn(place.text, place.offset);
    super(`line ${line}, column ${column}: ${reason}`, options);
    this.code = code;
    this.line = line;
    this.column = column;
    this.offset = place.offset;
    this.reason = reason;
  }
}

/** What is wrong with a text. */
export type YamlErrorCode = "syntax" | "nesting" | "unfolding";

interface Options extends ErrorOptions {
  readonly code?: YamlErrorCode;
}

interface Place {
  readonly text: string;
  readonly offset: number;
}
