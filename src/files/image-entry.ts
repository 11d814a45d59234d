/**
 * Entries of `images` in a kustomization: what they say, and what they leave of an image in another file.
 *
 * https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/images/
 */
import type { Override } from "../krm/input.ts";
import { groupBy } from "../lock/format/locked-image.ts";
import { lastUpTo } from "../yaml/sorted-offsets.ts";
import { textAt, type YamlMap } from "./yaml-parts.ts";

/** An entry of `images`. */
export interface ImageEntry {
  /** Where it stands among the others, which are heeded one after the other. */
  readonly index: number;
  readonly name: string;
  /** Whether the name may match several. */
  readonly isExpression: boolean;
  /** Undefined where it is missing or empty, as the others. */
  readonly newName: string | undefined;
  readonly newTag: string | undefined;
  readonly digest: string | undefined;
  readonly tagSuffix: string | undefined;
}

/** Reads an entry. */
export function readEntry(map: YamlMap, index: number): ImageEntry {
  // kustomize reads it as an expression.
  const name = textAt(map, "name") ?? "";
  return {
    index,
    name: name.replaceAll("\\", ""),
    isExpression: /[*+?()[\]{}|^$]/.test(name.replaceAll(/\\./g, "")),
    newName: textAt(map, "newName"),
    newTag: textAt(map, "newTag"),
    digest: textAt(map, "digest"),
    tagSuffix: textAt(map, "tagSuffix"),
  };
}

/** True for an entry after which nothing is left of the tag and the digest that a file has. */
function setsTag({ newTag, digest }: ImageEntry): boolean {
  return newTag !== undefined || digest !== undefined;
}

/** What becomes of an image by entries that come one after the other. */
export interface FollowedImage {
  /** Whether one of them sets its tag. */
  readonly isSet: boolean;
  /** What it is called after them. */
  readonly name: string;
}

/** Follows an image through entries, in their order, from the one behind an index on. */
export type FollowEntries = (from: string, behind?: number) => FollowedImage;

/** Makes what follows images through the entries of one list. */
export function entriesFollower(entries: readonly ImageEntry[]): FollowEntries {
  const byName = groupBy(entries, ({ name }) => name);
  const indexes = new Map([...byName].map(([name, each]) => [name, each.map(({ index }) => index)]));
  const follow: FollowEntries = (name, behind = -1) => {
    const at = lastUpTo(indexes.get(name) ?? [], behind) + 1;
    const entry = byName.get(name)?.[at];
    const after = entry && followed[entry.index];
    return entry === undefined || after === undefined
      ? { isSet: false, name }
      : { isSet: setsTag(entry) || after.isSet, name: after.name };
  };
  // What an entry leaves is followed once, the last entry first: else each of a chain would be followed to its end.
  const followed: FollowedImage[] = [];
  for (const { index, name, newName } of entries.toReversed())
    followed[index] = follow(newName ?? name, index);
  return follow;
}

/** What an entry leaves to the files whose images it changes. */
export function entryOverride(entry: ImageEntry): Override | undefined {
  if (setsTag(entry)) {
    if (!entry.isExpression || entry.newName !== undefined) return undefined;
    if (entry.digest !== undefined)
      return { kind: "set", reason: "it has a digest for all that its `name` matches" };
    const reason =
      "its `name` is an expression, and each image that it matches has a digest of its own: write an entry for each";
    return { kind: "floats", reason };
  }
  if (entry.tagSuffix !== undefined)
    return {
      kind: "floats",
      reason: "`tagSuffix` drops every digest: write the whole tag as `newTag` instead",
    };
  if (entry.newName === undefined) return undefined;
  if (entry.isExpression)
    return {
      kind: "floats",
      reason:
        "its `name` is an expression, and it sets no tag for what that matches: write `newTag` here, too",
    };
  const reason =
    "it changes the name alone, so that tags and digests are those of other files: write `newTag` here, too";
  return { kind: "open", reason };
}
