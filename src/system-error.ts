/** What the system says of a file or a stream. */

/** True for an error of the system: of one of the codes (`ENOENT`, `EPIPE`), where some are named. */
export function isSystemError(error: unknown, ...codes: readonly string[]): boolean {
  if (!(error instanceof Error && "code" in error)) return false;
  return codes.length === 0 || codes.includes(String(error.code));
}

/** What an error says. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
