/** The parts of a reference that stand apart, and the text that they make together. */
import { isDigest } from "../image/digest.ts";
import type { ImageParts } from "../krm/input.ts";
import { goType } from "../yaml/go-type.ts";
import { type Range, writtenText } from "../yaml/node.ts";
import type { Site } from "./embedded-document.ts";
import { access } from "./extract.ts";
import type { ImageField } from "./image-field.ts";
import type { SplitKeys } from "./table/field-row.ts";
import { siteAt, targetOf } from "./walk-state.ts";

/** A text that is a part of a reference. */
export interface Part extends Pick<ImageField, "ends" | "locate"> {
  readonly key: string;
  readonly site: Site;
  readonly text: string;
  /** What stands before the text: `oci://`. */
  readonly scheme: string;
  /** True for a number or a boolean, of which the text may not be what the consumer reads: `1.10`. */
  readonly inexact: boolean;
}

/** The first of the keys that holds a text. */
export function partAt(map: Site, keys: readonly string[]): Part | undefined {
  for (const key of keys) {
    const site = siteAt(map, key);
    const part = site && partOf(site, key);
    if (part !== undefined) return part;
  }
  return undefined;
}

/** The text of a value; undefined where it has none. */
export function partOf(site: Site, key: string): Part | undefined {
  const { layer } = site;
  const target = targetOf(site);
  const type = goType(layer.yaml, target);
  if (type === undefined || type === "null") return undefined;
  const written = writtenText(layer.yaml, target);
  const [scheme = ""] = /^[a-z]+:\/\//.exec(written) ?? [];
  const { locate, ends } = access(layer, site.node);
  return {
    key,
    site,
    text: written.slice(scheme.length),
    scheme,
    locate: ({ start, end }) => locate({ start: start + scheme.length, end: end + scheme.length }),
    ends,
    inexact: type !== "string",
  };
}

/** The keys of all parts, in the order in which these make a reference. */
export function keysOfParts(keys: SplitKeys): readonly string[] {
  const { registry = [], namespace = [], repository, tag, digest = [] } = keys;
  return [...registry, ...namespace, ...repository, ...tag, ...digest];
}

/** What makes a reference. */
export interface Parts {
  readonly registry: Part | undefined;
  readonly namespace: Part | undefined;
  readonly repository: Part;
  readonly tag: Part | undefined;
  readonly digest: Part | undefined;
}

/** The part in which the digest of a reference stands: its own where that is filled, else a tag or a name with one behind it. */
export function digestHolder({
  repository,
  tag,
  digest,
}: Omit<Parts, "registry" | "namespace">): Part | undefined {
  if (digest !== undefined && digest.text !== "") return digest;
  return [tag, repository].find((part) => part?.text.includes("@") || isDigest(part?.text ?? ""));
}

/** What a reference says of itself under keys of their own. */
export function textsOf({ repository, tag }: Pick<Parts, "repository" | "tag">): ImageParts {
  return { name: repository.text, tag: tag?.text };
}

interface Composed extends Pick<ImageField, "ends" | "locate"> {
  readonly value: string;
}

/** One text from the parts, of which each character knows where it stands. */
export function compose({ registry, namespace, repository, tag, digest }: Parts): Composed {
  const pieces: { readonly start: number; readonly part: Part }[] = [];
  let value = "";
  const add = (prefix: string, part: Part | undefined): void => {
    if (part === undefined || part.text === "") return;
    value += prefix;
    pieces.push({ start: value.length, part });
    value += part.text;
  };
  add("", registry);
  for (const part of [namespace, repository]) add(value === "" || value.endsWith("/") ? "" : "/", part);
  // What operators call the version may be a digest.
  add(isDigest(tag?.text ?? "") ? "@" : ":", tag);
  add(/^[0-9a-f]{64}$/.test(digest?.text ?? "") ? "@sha256:" : "@", digest);
  const locate = ({ start, end }: Range): Range | undefined => {
    const piece = pieces.findLast((each) => each.start <= start);
    if (piece === undefined || end > piece.start + piece.part.text.length) return undefined;
    return piece.part.locate({ start: start - piece.start, end: end - piece.start });
  };
  const parts = [pieces[0]?.part, pieces.at(-1)?.part];
  if (parts.every((part) => part?.ends === undefined)) return { value, locate };
  const ends = parts.flatMap((part) => part?.ends ?? part?.locate({ start: 0, end: part.text.length }) ?? []);
  return { value, locate, ends };
}
