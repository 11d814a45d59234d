/** Digests that a user wants under keys of maps which make no reference alone: `ref.digest` of `spec.url`. */
import type { Site } from "./embedded-document.ts";
import type { FieldRule } from "./field-rule.ts";
import type { ImageField, Writing } from "./image-field.ts";
import { type Part, partAt } from "./reference-parts.ts";
import { removable, slotIn } from "./split-writing.ts";
import { formatPath, type Walk } from "./walk-state.ts";

/** The place of a digest that a user names for a reference whose parts stand above: `ref.digest` of `spec.url`. */
export function applyDigestKeys({ wishes, fields }: Walk): void {
  if (wishes.length === 0) return;
  const byPath = new Map<string, number>();
  for (const [at, { path }] of fields.entries()) if (!byPath.has(path)) byPath.set(path, at);
  for (const { map, digestKey, rule, isUsers, ...wish } of wishes) {
    const path = `${wish.path}.${digestKey.replaceAll("/", ".")}`;
    const above = pathsAbove(wish.path).flatMap((each) => fieldAt(each, "none"));
    const [at] = [...above, ...fieldAt(path, "in-place")].sort((one, other) => one - other);
    const field = at === undefined ? undefined : fields[at];
    if (at === undefined || field === undefined) continue;
    const digest = field.writing.kind === "none" ? partAt(map, [digestKey]) : undefined;
    if (digest !== undefined && digest.text !== "") {
      fields[at] = {
        ...withDigest(field, digest),
        path,
        rule,
        isUsers,
        writing: removable(map, digestKey),
      };
    } else if (field.writing.kind === "none") {
      fields[at] = { ...field, path, rule, isUsers, writing: slotIn(map, digestKey), site: map };
    } else {
      fields[at] = { ...field, path, rule, isUsers, writing: removable(map, digestKey) };
    }
  }

  function fieldAt(path: string, writing: Writing["kind"]): readonly number[] {
    const at = byPath.get(path);
    return at !== undefined && fields[at]?.path === path && fields[at].writing.kind === writing ? [at] : [];
  }
}

/** A field whose digest stands under a key that only the user knows. */
function withDigest(field: ImageField, digest: Part): ImageField {
  const { value = "", locate } = field;
  const start = value.length + 1;
  return {
    ...field,
    value: `${value}@${digest.text}`,
    site: digest.site,
    locate: (range) =>
      range.start < start
        ? locate(range)
        : digest.locate({ start: range.start - start, end: range.end - start }),
  };
}

/** A path and those of the maps around it. */
function pathsAbove(path: string): readonly string[] {
  const paths = [path];
  for (let dot = path.lastIndexOf("."); dot > 0; dot = path.lastIndexOf(".", dot - 1)) {
    paths.push(path.slice(0, dot));
  }
  return paths;
}

/** Takes note that the user wants a digest in a map, for a reference that stands above. */
export function noteWish(walk: Walk, map: Site, rule: FieldRule): void {
  const digestKey = rule.override?.digestKey?.replaceAll(".", "/");
  if (digestKey === undefined) return;
  const isUsers = rule.source === "user";
  walk.wishes.push({ path: formatPath(walk.path), map, digestKey, rule: rule.label, isUsers });
}
