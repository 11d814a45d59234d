/**
 * What another program or a server said, fit for a message: on one line, short, and the same each time that it is said.
 * Secrets are taken out of it before, since what is cut off or stripped out of a secret leaves a rest that nobody knows.
 */
import { unprintableCharacter } from "./printable.ts";

/** A text of a server. */
export function cutUntrusted(text: string): string {
  return cut(stripVolatile(toLine(text)), 299);
}

/** A word or two, in quotes, with nothing as long as a token in them. */
export function quoteUntrusted(text: string): string {
  const line = text.trim().split(/[\r\n]/, 1)[0] ?? "";
  return JSON.stringify(cut(stripVolatile(toLine(line)).replace(/[\w+=~-]{32,}/g, "…"), 200));
}

function toLine(text: string): string {
  return text.replaceAll(unprintableCharacter(), " ").replaceAll(/\s+/g, " ").trim();
}

function cut(line: string, length: number): string {
  return line.length > length ? `${line.slice(0, length)}…` : line;
}

/** A text without what is another each time that it is said: the ids of requests, and times. */
function stripVolatile(text: string): string {
  return text.replace(UUID, "…").replace(TIME, "…");
}

const UUID = /\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/gi;
const TIME = /\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d)?(?:\.\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?/g;
