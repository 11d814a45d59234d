/** Results as YAML: the bytes of js-yaml's `dump`, which takes twenty times as long for what is nearly always plain. */
import { dump } from "js-yaml";
import { isWord } from "../yaml/word.ts";
import type { Result } from "./result.ts";

/** The lines of a list of results, each result behind a dash at the margin. */
export function resultLines(results: readonly Result[]): string {
  // Texts that are added to grow into trees, which the garbage collector looks at again and again.
  return results.map(linesOf).join("");
}

function linesOf(result: Result): string {
  const pieces: string[] = [];
  if (putMap(pieces, result, "  ")) return `- ${pieces.join("").slice(2)}`;
  // Behind a text that ends in empty lines js-yaml ends the document.
  return dump([result], blockStyle).replace(/^\.\.\.\n$/m, "");
}

// Every word and number that any reader could take for another type is quoted, and nothing is folded or anchored.
const blockStyle = { lineWidth: -1, noRefs: true, seqNoIndent: true } as const;

/** False where there is more to a value than one line. */
function putMap(pieces: string[], map: object, indentation: string): boolean {
  const before = pieces.length;
  for (const key in map) {
    const value: unknown = map[key as keyof typeof map];
    if (!KEYS.has(key)) return false;
    if (typeof value === "object" && value !== null && !Array.isArray(value)) {
      pieces.push(indentation, key, ":\n");
      if (!putMap(pieces, value, `${indentation}  `)) return false;
    } else {
      const scalar = scalarText(value);
      if (scalar === undefined) return false;
      pieces.push(indentation, key, ": ", scalar, "\n");
    }
  }
  return pieces.length > before;
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
  if (PLAIN.test(value) && !isWord(value)) return value;
  return dump({ a: value }, blockStyle).slice(3, -1);
}

// Begins with a letter, without a colon that ends a key or a sign that begins a comment.
const PLAIN = /^[A-Za-z](?:[!-9;-~]|:(?=[!-~])| (?=[!"$-~]))*$/;
