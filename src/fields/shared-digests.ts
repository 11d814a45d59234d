/** Digests that would be those of two references. */
import { appendTo } from "../yaml/lists-by-key.ts";
import type { ImageField } from "./image-field.ts";
import { unknownField } from "./suggested-spec.ts";
import type { Walk } from "./walk-state.ts";

/** Marks the references that have one key for their digest. */
export function markSharedDigests({ fields }: Walk): void {
  const groups = new Map<string, number[]>();
  for (const [at, { digestAt, rule }] of fields.entries()) {
    if (digestAt === undefined || rule === unknownField) continue;
    appendTo(groups, digestAt, at);
  }
  for (const group of groups.values()) {
    const sharing = group.flatMap((at) => fields[at] ?? []);
    if (!areSeveral(sharing)) continue;
    for (const at of group) {
      const field = fields[at];
      if (field !== undefined) fields[at] = { ...field, fault: "shared-digest" };
    }
  }
}

function areSeveral([first, ...others]: readonly ImageField[]): boolean {
  return others.some(({ identity }) => identity !== first?.identity);
}
