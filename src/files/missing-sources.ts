/** What is told of replacements that write images from where nobody here can see them. */
import type { Config } from "../config/config.ts";
import type { Result } from "../krm/result.ts";
import { quote } from "../text/quote.ts";
import type { MissingSource } from "./kustomizations.ts";
import type { ObjectName } from "./replacement.ts";

/** A result for each: a finding of a check, unless the files that may say it are left out of the run. */
export function missingResults(
  missing: readonly MissingSource[],
  { mode, check }: Pick<Config, "mode" | "check">,
): readonly Result[] {
  if (mode === "unpin") return [];
  return missing.flatMap(({ replacement: { source, file, path, position }, isWhole }) => {
    const severity = mode === "check" && isWhole ? check.unpinned : "warning";
    if (source === undefined || severity === "off") return [];
    const what = `\`${source.written}\` of ${nameOf(source.object)}`;
    const message =
      source.part === undefined
        ? `writes images from ${what}, and no file of this run says that in YAML, so nothing is pinned there: write it in an object or a \`literal\` here`
        : `writes images from a part of ${what}, where nothing is pinned: let it take a whole field`;
    return [
      {
        severity,
        message,
        file: { path: file },
        field: { path },
        position: position(),
        ...(mode === "check" && { tags: { class: "unpinned" } }),
      },
    ];
  });
}

function nameOf({ kind = "an object", name }: ObjectName): string {
  return name === undefined ? kind : `${kind} ${quote(name)}`;
}
