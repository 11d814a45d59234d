/**
 * A short cut of what another program or a server said, fit for a message: one line, no control characters, and
 * nothing as long as a token.
 */
export function quoteForeign(text: string): string {
  const line = text.trim().split(/[\r\n]/, 1)[0] ?? "";
  const plain = line.replace(/\p{C}/gu, "").replace(/[\w+=~-]{32,}/g, "…");
  return JSON.stringify(plain.length > 200 ? `${plain.slice(0, 200)}…` : plain);
}
