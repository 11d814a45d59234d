/** What the system says of a file or a stream. */

/** True for an error of the system: of one of the codes (`ENOENT`, `EPIPE`), where some are named. */
export function isSystemError(error: unknown, ...codes: readonly string[]): boolean {
  const code = codeOf(error);
  return code !== undefined && (codes.length === 0 || codes.includes(code));
}

/** The code of an error of the system; undefined for any other. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error ? String(error.code) : undefined;
}

/** What an error says. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
