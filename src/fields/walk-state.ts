/** Where the walk stands in an object. */

import { KEY_MAX, PATH_MAX } from "../krm/field-path.ts";
import type { Resource } from "../krm/resource.ts";
import { ownText } from "../text/own-text.ts";
import { shorten } from "../text/quote.ts";
import { aliasesOf, type Member, membersByName } from "../yaml/members.ts";
import { dereference, kindOf } from "../yaml/node.ts";
import type { YamlNode } from "../yaml/scan.ts";
import type { EmbeddedDocument, Site } from "./embedded-document.ts";
import type { Flaw } from "./flaw.ts";
import type { ImageField } from "./image-field.ts";

/** What the walk of one object collects. */
export interface Walk {
  readonly resource: Resource;
  readonly fields: ImageField[];
  readonly denials: Denial[];
  /** By kind and path, each once. */
  readonly flaws: Map<string, Flaw>;
  /** What holds nothing that counts, seen through an alias, and in which role. */
  readonly barren: Set<string>;
  /** The keys and indices that lead here. */
  readonly path: (string | number)[];
  /** Maps for which the user names the key of the digest, where the map alone does not make a reference. */
  readonly wishes: Wish[];
  /** The values of charts, and other documents in which keys tell what is an image. */
  readonly documents: KeyedDocument[];
  /** The objects within the object, each as often as it is reached. */
  readonly objects: EnteredObject[];
  /** The user's rules that deny a part, or lead to a document in which something was found. */
  readonly reached: Set<string>;
  /** The texts in base64 in which images without a digest stand. */
  readonly encoded: EncodedText[];
}

/** A walk that has collected nothing yet. */
export function startWalk(resource: Resource, path: Walk["path"] = []): Walk {
  return {
    resource,
    fields: [],
    denials: [],
    flaws: new Map(),
    wishes: [],
    documents: [],
    objects: [],
    encoded: [],
    reached: new Set(),
    path,
    barren: new Set(),
  };
}

/** A text in base64, and the images without a digest in it. */
export interface EncodedText extends Pick<Flaw, "at" | "rule"> {
  readonly path: string;
  readonly fields: readonly ImageField[];
}

/** An object within another, and the keys and indices that lead there. */
export interface EnteredObject extends Site {
  readonly path: readonly (string | number)[];
  /** The flaws in it, by their numbers. */
  readonly flaws: { readonly from: number; to: number };
}

/** A map, or a document in a text, and the keys and indices that lead there. */
export interface KeyedDocument extends Site {
  readonly path: readonly (string | number)[];
  /** The key that says what it is, where that is none of the path. */
  readonly key?: string;
  /** Whether a key for a digest that is there and empty is filled. */
  readonly fillsDigest?: true | undefined;
}

/** A part of an object that holds no images, and why. */
export interface Denial {
  readonly layer: EmbeddedDocument;
  readonly node: YamlNode;
  readonly reason: string;
  /** Set where it may hold some, and the user wants it left alone. */
  readonly isOptOut?: true;
}

/** Where the user wants the digest of a reference whose parts stand above. */
export interface Wish {
  readonly path: string;
  readonly map: Site;
  readonly digestKey: string;
  readonly rule: string;
  readonly isUsers: boolean;
}

/** A value: a node, which may be an alias, and the map that it stands in. */
export interface Place extends Site {
  /** The map in which the value stands, and what else stands in it. */
  readonly map?: Site;
  readonly siblings?: readonly Member[] | undefined;
}

/** The node itself, behind an alias. */
export function targetOf({ layer, node }: Site): YamlNode {
  return dereference(layer.yaml, node);
}

/** What an alias stands for, with the alias as the last on the way there; any other node as it is. */
export function follow({ layer, node, via }: Site): Site {
  const target = dereference(layer.yaml, node);
  return target === node ? { layer, node, via } : { layer, node: target, via: [...via, node] };
}

/** What stands at the keys of a path, parted by slashes, or at a key that has some in it; it may be an alias. */
export function siteAt(map: Site, path: string): Site | undefined {
  const whole = path.includes("/") ? memberAt(map, path) : undefined;
  if (whole !== undefined) return whole;
  let at: Site | undefined = map;
  for (const name of path.split("/")) {
    at = memberAt(at, name);
    if (at === undefined) return undefined;
  }
  return at;
}

function memberAt(map: Site, name: string): Site | undefined {
  const { layer, node, via } = follow(map);
  if (kindOf(layer.yaml, node) !== "mapping") return undefined;
  const member = membersByName(layer.yaml, node).get(name);
  if (member === undefined) return undefined;
  const ways = member.by === undefined ? via : [...via, ...aliasesOf(member.by)];
  return { layer, node: member.value, via: ways };
}

/**
 * `spec.template.spec.containers[0].image`: a key with dots or brackets is quoted, so that the path can be read back. What
 * is long is cut, since the path of each image repeats the keys above it.
 */
export function formatPath(parts: readonly (string | number)[]): string {
  let at = knownPaths;
  for (const part of parts) {
    // Of so long a key few objects have another, and what is remembered is kept for as long as the process runs.
    if (typeof part === "string" && part.length > KEY_MAX) return written(parts);
    at = at.below.get(part) ?? addedPath(at, part);
  }
  at.text ??= written(parts);
  return at.text;
}

/** A path that was written before: objects of a kind have theirs in common. */
interface KnownPath {
  text?: string;
  readonly below: Map<string | number, KnownPath>;
}

const knownPaths: KnownPath = { below: new Map() };
let knownCount = 0;
const KNOWN_MAX = 1000;

function addedPath({ below }: KnownPath, part: string | number): KnownPath {
  if (knownCount === KNOWN_MAX) {
    knownPaths.below.clear();
    knownCount = 0;
  }
  const added: KnownPath = { below: new Map() };
  below.set(typeof part === "string" ? ownText(part) : part, added);
  knownCount++;
  return added;
}

function written(parts: readonly (string | number)[]): string {
  const pieces: string[] = [];
  for (const part of parts) {
    if (typeof part === "number") pieces.push(`[${part}]`);
    else {
      const key = shorten(part, KEY_MAX);
      if (key === "" || key.includes(".") || key.includes("[") || key.includes("]"))
        pieces.push(`[${JSON.stringify(key)}]`);
      else pieces.push(pieces.length === 0 ? "" : ".", key);
    }
  }
  return cut(pieces.join(""));
}

/** The path of what stands at a path, as {@link formatPath} writes it, below keys and indices. */
export function pathBelow(parts: readonly (string | number)[], below: string): string {
  const above = formatPath(parts);
  return cut(above === "" || below === "" || below.startsWith("[") ? above + below : `${above}.${below}`);
}

function cut(path: string): string {
  return path.length > PATH_MAX ? `${path.slice(0, PATH_MAX / 2)}…${path.slice(-PATH_MAX / 2)}` : path;
}
