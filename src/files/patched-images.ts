/** What is told of patches that leave an image with the digest of another. */
import type { Config } from "../config/config.ts";
import type { Result } from "../krm/result.ts";
import { quote } from "../text/quote.ts";
import type { PartWrite } from "./part-write.ts";

/** An image with a digest, and what writes a part of it. */
export interface PatchedImage {
  readonly write: Pick<PartWrite, "file" | "kind" | "key" | "nameKey" | "path" | "position">;
  readonly image: string;
}

/** A result for each place: a finding of a check. */
export function patchedResults(
  patched: readonly PatchedImage[],
  { mode, check }: Pick<Config, "mode" | "check">,
): readonly Result[] {
  const severity = mode === "check" ? check.unpinned : "warning";
  if (mode === "unpin" || severity === "off") return [];
  const told = new Set<string>();
  return patched.flatMap(({ write: { file, kind, key, nameKey, position, path }, image }) => {
    const { line, column } = position();
    const place = JSON.stringify([file, line, column]);
    if (told.has(place)) return [];
    told.add(place);
    const name = quote(image.replace(/@.*$/s, ""));
    const keys = nameKey === undefined ? `\`${key}\`` : `\`${nameKey}\` or the \`${key}\``;
    const message =
      kind === "stale"
        ? `changes the ${keys} of ${name} and keeps its digest, which is that of the old image: write the digest here, too`
        : `takes away the digest of ${name}, so that it runs without one: write the digest here`;
    const result = {
      severity,
      message,
      file: { path: file },
      field: { path },
      position: { line, column },
      ...(mode === "check" && { tags: { class: "unpinned" } }),
    };
    return [result];
  });
}
