/** Which keys of a map hold the parts of one reference, told by what they are called: `agentRepository` and `agentVersion`. */
import { namesRegistry, parseIfImage } from "../image/likely-reference.ts";
import { machineImages, meaningOf, otherImages, referenceKeys, wordsOf } from "./likely-key.ts";
import { isWhole, namesImages } from "./likely-value.ts";
import type { SplitKeys } from "./table/field-row.ts";

/** The texts of a map that stands for something unknown, by key. */
export interface NamedTexts {
  readonly texts: ReadonlyMap<string, string>;
  /** Whether the map is called after an image. */
  readonly isImage: boolean;
}

/** The references whose parts stand apart in a map. */
export function partsIn(map: NamedTexts): readonly SplitKeys[] {
  const { texts } = map;
  const wholes = new Set<string>();
  const found = new Map<string, SplitKeys>();
  const index = indexParts(texts.keys());
  const bareNames = new Set(
    [...texts]
      .filter(([key, text]) => namespaceOf(key, text, index) !== undefined)
      .map(([key]) => subjectOf(key)),
  );
  const isOfOthers = [...texts.keys()].some((name) => otherCompanions.has(name));
  for (const key of byCertainty(map)) {
    const about = subjectOf(key);
    const text = texts.get(key) ?? "";
    const keys = withoutPaths({ ...companionsOf(key, index), ...namespaceOf(key, text, index) }, texts);
    if (isWhole(text) && keys.registry?.length === 0) wholes.add(about);
    else if (repositoryWords.has(lastWord(key)) && bareNames.has(about)) continue;
    else if (!found.has(about) && isReference(text) && areParts({ ...map, isOfOthers }, key, keys)) {
      const isNamespaced = map.isImage && key === "repository";
      found.set(about, isNamespaced ? withNamespace(keys, (part) => texts.get(part)) : keys);
    }
  }
  return [...found].filter(([about]) => !wholes.has(about)).map(([, keys]) => keys);
}

/** Which keys of a map hold the tag of an image that none of them names: `imageTag` alone, or `tag` alone in an `image`. */
export function tagsAlone({ texts, isImage }: NamedTexts): readonly string[] {
  const isOfImages = isImage || registries.some((key) => /[.:]/.test(texts.get(key) ?? ""));
  const tags = [...texts].filter(
    ([key, text]) => tag.test(text) && ((isOfImages && key === "tag") || imageTag.test(key)),
  );
  if (tags.length === 0) return [];
  const named = new Set(
    [...texts].filter(([key, text]) => text !== "" && mayName(key)).map(([key]) => subjectOf(key)),
  );
  return tags.map(([key]) => key).filter((key) => !named.has(subjectOf(key)));
}

const imageTag = /im(?:age|g)[_-]?(?:tag|version)$/i;

/** Keys that say where images come from, which have one tag beside it. */
const registries = ["hub", "registry", "imageHub", "imageRegistry"];

const tag = /^\w[\w.-]{0,127}$/;

/** Whether a key may hold the name of an image, or its digest. */
function mayName(key: string): boolean {
  const last = lastWord(key);
  return (
    repositoryWords.has(last) ||
    partKinds.get(last) === "digest" ||
    meaningOf(key) === "image" ||
    referenceKeys.has(last)
  );
}

/** No tag has a slash: what has one is a reference of its own, whatever it is called. */
function withoutPaths(keys: SplitKeys, texts: NamedTexts["texts"]): SplitKeys {
  return { ...keys, tag: keys.tag.filter((name) => !texts.get(name)?.includes("/")) };
}

/** The keys of a map that may hold parts of a reference beside its name, by what they are parts of. */
export type PartIndex = ReadonlyMap<string, Readonly<Record<PartKind, readonly string[]>>>;

type PartKind = "registry" | "repository" | "tag" | "version" | "digest";

/** Looks through the keys of a map once, however many references are in it. */
export function indexParts(names: Iterable<string>): PartIndex {
  const index = new Map<string, Record<PartKind, string[]>>();
  for (const name of names) {
    const kind = partKinds.get(lastWord(name));
    if (kind === undefined) continue;
    const about = subjectOf(name);
    const known = index.get(about) ?? { registry: [], repository: [], tag: [], version: [], digest: [] };
    index.set(about, known);
    if (known[kind].length < NAMES_MAX) known[kind].push(name);
  }
  return index;
}

// No reference has more parts: what is beyond is another's by another spelling.
const NAMES_MAX = 10;

/** Where the other parts of a reference stand whose name is under a key: under keys of the same subject. */
export function companionsOf(key: string, index: PartIndex): SplitKeys {
  const known = index.get(subjectOf(key));
  const of = (kind: PartKind): readonly string[] => known?.[kind].filter((name) => name !== key) ?? [];
  return {
    // Beside a base image, the registry is where what is built on it goes.
    registry: /^(?:base|new)[A-Z_-]/.test(key) ? [] : of("registry"),
    repository: [key],
    // The version of a product is not always the tag of its image: an image's own tag comes first.
    tag: [...of("tag"), ...of("version")],
    digest: of("digest"),
  };
}

/**
 * `{repository: nvcr.io/nvidia, image: driver, version: v1}`: beside a name that is a word alone, what is called repository
 * stands before it. Undefined for any other key.
 */
export function namespaceOf(
  key: string,
  text: string,
  index: PartIndex,
): Pick<SplitKeys, "namespace"> | undefined {
  if (!/image(?:Name)?$/i.test(key) || !/^\w[\w.-]*$/.test(text) || meaningOf(key) !== "image")
    return undefined;
  const repositories = index.get(subjectOf(key))?.repository ?? [];
  return repositories.length === 0 ? undefined : { namespace: repositories };
}

/** A key for the digest of such a reference, by what its other keys are called. */
export function digestKeyBeside({ repository: [key = ""], tag: [tag = ""], digest = [] }: SplitKeys): string {
  if (digest[0] !== undefined) return digest[0];
  const last = /(?:tag|version)$/i;
  if (last.test(tag)) return tag.replace(last, (word) => (/^[A-Z]/.test(word) ? "Digest" : "digest"));
  const prefix = key.replace(/(?:[rR]epository|[rR]epo|[nN]ame)$/, "");
  if (prefix === "" || wordsOf(key).length === 1) return "digest";
  return prefix.endsWith("_") || prefix.endsWith("-")
    ? `${prefix}digest`
    : key.includes("_")
      ? `${key}_digest`
      : `${prefix}Digest`;
}

/** What the parts are parts of: the words before those that say which part it is. */
export function subjectOf(key: string): string {
  const words = [...wordsOf(key)];
  while (partNames.has(words.at(-1) ?? "")) words.pop();
  return words.join(" ").replace(/^(?:base|new)$/, "");
}

/** The keys that may hold the name of an image, those that say so before those that may say something else. */
function byCertainty({ texts, isImage }: NamedTexts): readonly string[] {
  const names = [...texts.keys()];
  const repositories = names.filter(
    (name) =>
      repositoryWords.has(lastWord(name)) && !wordsOf(name).some((word) => otherRepositories.has(word)),
  );
  // `image_web` beside `image_web_version`.
  const images = names.filter((name) => meaningOf(name) === "image" || hasOwnVersion(name, texts));
  const others = isImage
    ? names.filter((name) => referenceKeys.has(name))
    : names.filter((name) => name === "newName" || isNamedBesideTag(name, texts));
  return [...new Set([...repositories, ...images, ...others])];
}

/** `{name: ghcr.io/acme/a, tag: v1}`, `{repositoryUrl: ghcr.io/acme/a, tag: v1}`, whatever the map is called. */
function isNamedBesideTag(name: string, texts: NamedTexts["texts"]): boolean {
  return texts.has("tag") && referenceKeys.has(lastWord(name)) && namesImages(texts.get(name) ?? "");
}

function areParts(
  { texts, isImage, isOfOthers }: NamedTexts & { readonly isOfOthers: boolean },
  key: string,
  { registry = [], tag, digest = [] }: SplitKeys,
): boolean {
  if (!repositoryWords.has(lastWord(key))) return registry.length + tag.length > 0;
  if (isImage || meaningOf(key) !== undefined || /image/i.test(key)) return true;
  const text = texts.get(key) ?? "";
  if (otherSources.test(text) || isOfOthers) return false;
  if (tag.some((name) => lastWord(name) === "tag") || registry.length + digest.length > 0) return true;
  // Whose version the operator knows.
  if (namesImages(text)) return true;
  const image = parseIfImage(text);
  return tag.length > 0 && image !== undefined && namesRegistry(image);
}

/**
 * `{repository: k8ssandra, name: cass-config-builder}`, in what is called after an image: what is called repository is the
 * first part of the name.
 */
export function withNamespace(keys: SplitKeys, textOf: (key: string) => string | undefined): SplitKeys {
  if (!/^[\w-]+$/.test(textOf("repository") ?? "") || !textOf("name")) return keys;
  return { ...keys, namespace: ["repository"], repository: ["name"] };
}

function hasOwnVersion(name: string, texts: NamedTexts["texts"]): boolean {
  return /^image_/.test(name) && ["version", "tag"].some((part) => texts.has(`${name}_${part}`));
}

function lastWord(key: string): string {
  return wordsOf(key).at(-1) ?? "";
}

function isReference(text: string): boolean {
  return parseIfImage(text.replace(/^(?:docker|oci):\/\//, "")) !== undefined;
}

/** Whether one of the keys of a map may hold a part of a reference: nearly all maps have none. */
export function mayBeParts(names: readonly string[]): boolean {
  return names.some((name) => /repo|tag$|version$|registry$/i.test(name));
}

const repositoryWords: ReadonlySet<string> = new Set(["repo", "repository"]);
const partKinds: ReadonlyMap<string, PartKind> = new Map([
  ["registry", "registry"],
  ["repo", "repository"],
  ["repository", "repository"],
  ["tag", "tag"],
  ["version", "version"],
  ["digest", "digest"],
  ["hash", "digest"],
  ["sha", "digest"],
  ["sha256", "digest"],
]);
const partNames: ReadonlySet<string> = new Set([...referenceKeys, ...repositoryWords, ...partKinds.keys()]);

/** Words that make a repository one of other things. */
const otherRepositories: ReadonlySet<string> = new Set([
  ...otherImages,
  ...machineImages,
  "chart",
  "code",
  "git",
  "helm",
  "maven",
]);
/** Keys beside which a repository holds charts or sources. */
const otherCompanions: ReadonlySet<string> = new Set(["branch", "chart", "chartName", "commit", "revision"]);
const otherSources = /^(?:www\.)?(?:github|gitlab|bitbucket)\.(?:com|org)\/|\.git$/;
