/** Results of a run as people count them: by image, not by field. */
import type { Result } from "../krm/result.ts";

/** Results that say the same of the same image. */
export interface ImageGroup {
  readonly results: [Result, ...Result[]];
  /** What was written, or would be, in place of what. */
  readonly change: { readonly from: string; readonly to: string } | undefined;
}

/** Puts results together that say the same, in the order of the first of each. */
export function groupByImage(results: readonly Result[]): readonly ImageGroup[] {
  const groups = new Map<string, ImageGroup>();
  for (const result of results) {
    const change = changeOf(result);
    const key = change === undefined ? `${result.severity} ${result.message}` : `${change.from} ${change.to}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { results: [result], change });
    else group.results.push(result);
  }
  return [...groups.values()];
}

/** A change of an image, and not of an entry of a lock, which is a digest alone. A check finds other things than changes. */
function changeOf({ field, severity, tags }: Result): ImageGroup["change"] {
  const { currentValue: from, proposedValue: to } = field ?? {};
  if (from === undefined || to === undefined || severity === "error") return undefined;
  if (tags?.class !== undefined && tags.class !== "drift") return undefined;
  return /^sha\d+:/.test(from) ? undefined : { from, to };
}
