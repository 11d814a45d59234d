/**
 * A short cut of what another program or a server said, fit for a message: one line, no control characters, and
 * nothing as long as a token.
 */
export function quoteUntrusted(text: string): string {
  const line = text.trim().split(/[\r\n]/, 1)[0] ?? "";
  const plain = stripVolatile(line.replace(/\p{C}/gu, "")).replace(/[\w+=~-]{32,}/g, "…");
  return JSON.stringify(plain.length > 200 ? `${plain.slice(0, 200)}…` : plain);
}

/** A text without what is another each time that it is said: the ids of requests, and times. */
export function stripVolatile(text: string): string {
  return text.replace(UUID, "…").replace(TIME, "…");
}

const UUID = /\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/gi;
const TIME = /\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d)?(?:\.\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?/g;
