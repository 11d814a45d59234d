/** Lines that people are told, with the word in each that colour makes stand out. */
import { formatResult, type Result } from "../krm/result.ts";

/** A line, and what is coloured of it. */
export interface ToldLine {
  readonly text: string;
  /** What is coloured: the first of it in the line; "" for nothing. */
  readonly mark: string;
  readonly tone: Tone;
}

/** What a colour means. */
export type Tone = "good" | "changed" | "warning" | "error";

/** A result as a line, with its severity coloured. */
export function toldResult(result: Result): ToldLine {
  const tone = result.severity === "info" ? "changed" : result.severity;
  return { text: formatResult(result), mark: `[${result.severity}]`, tone };
}

/** The line as a terminal shows it in colours; its text has no control characters by now. */
export function coloured(text: string, { mark, tone }: Omit<ToldLine, "text">): string {
  const at = text.indexOf(mark);
  if (mark === "" || at < 0) return text;
  return `${text.slice(0, at)}\u001b[${codes[tone]}m${mark}\u001b[0m${text.slice(at + mark.length)}`;
}

// Bold and colour: https://www.ecma-international.org/publications-and-standards/standards/ecma-48/
const codes = { good: "32", changed: "36", warning: "1;33", error: "1;31" } as const satisfies Record<
  Tone,
  string
>;
