/** Results as YAML: the bytes of js-yaml's `dump`, which takes twenty times as long for what is nearly always plain. */
import { dump } from "js-yaml";
import type { Result } from "./result.ts";

/** The lines of a list of results, each result behind a dash at the margin. */
export function resultLines(results: readonly Result[]): string {
  let text = "";
  for (const result of results) {
    const lines = mapLines(result, "  ");
    // Behind a text that ends in empty lines js-yaml ends the document.
    text +=
      lines === undefined ? dump([result], blockStyle).replace(/^\.\.\.\n$/m, "") : `- ${lines.slice(2)}`;
  }
  return text;
}

// Every word and number that any reader could take for another type is quoted, and nothing is folded or anchored.
const blockStyle = { lineWidth: -1, noRefs: true, seqNoIndent: true } as const;

/** Undefined where there is more to a value than one line. */
function mapLines(map: object, indentation: string): string | undefined {
  let text = "";
  for (const [key, value] of Object.entries(map)) {
    if (!KEYS.has(key)) return undefined;
    const isMap = typeof value === "object" && value !== null && !Array.isArray(value);
    const written = isMap ? mapLines(value, `${indentation}  `) : scalarText(value);
    if (!written) return undefined;
    text += `${indentation}${key}:${isMap ? "\n" : " "}${written}${isMap ? "" : "\n"}`;
  }
  return text;
}

// Those of a result: no reader takes them for anything but text.
const KEYS: ReadonlySet<string> = new Set(
  "message severity resourceRef apiVersion kind name namespace field path currentValue proposedValue file index tags class".split(
    " ",
  ),
);

function scalarText(value: unknown): string | undefined {
  if (typeof value === "number" && Number.isSafeInteger(value)) return String(value);
  if (typeof value !== "string" || value.includes("\n")) return undefined;
  return PLAIN.test(value) && !NOT_PLAIN.test(value) ? value : dump({ a: value }, blockStyle).slice(3, -1);
}

// Begins with a letter, and is no word with a meaning of its own.
const PLAIN = /^[A-Za-z][ -~]*$/;
const NOT_PLAIN = /: | #|[: ]$|^(?:null|true|false|yes|no|on|off|y|n)$/i;
