import { isAbsolute } from "node:path";
import { readTextFile, UnfitFileError } from "../fs/read.ts";
import { codeOf, isSystemError } from "../fs/system-error.ts";

/** A file that was asked for: its text, or why there is none. */
export type CredentialFile =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "absent" }
  | { readonly kind: "unreadable"; readonly reason: string; readonly code?: string | undefined };

/**
 * Reads a file of credentials. A relative path is refused: it would be looked for in the working directory, which
 * often is the package under work, and what a package holds must not decide who we are.
 */
export async function readCredentialFile(path: string): Promise<CredentialFile> {
  if (!isAbsolute(path)) return { kind: "unreadable", reason: "its path is relative" };
  try {
    return { kind: "text", text: await readTextFile(path) };
  } catch (error) {
    if (error instanceof UnfitFileError) return { kind: "unreadable", reason: `it ${error.fault}` };
    if (isSystemError(error, "ENOENT", "ENOTDIR")) return { kind: "absent" };
    const code = codeOf(error);
    return { kind: "unreadable", reason: `it can't be read: ${code ?? "unknown"}`, code };
  }
}
