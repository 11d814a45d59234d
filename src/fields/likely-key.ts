/**
 * Keys that people give to images. A key alone proves nothing: what each of these rules finds in operators that were never
 * seen before, and what it takes by mistake, is measured by `npm run coverage:fields`.
 */

/** What a key says of its value. */
export type KeyMeaning =
  /** The value is an image. */
  | "image"
  /** The value holds images, by whatever keys. */
  | "images"
  /** The value may hold an image, or what a machine starts from. */
  | "other images"
  /** Neither the value nor anything below is an image that is run. */
  | "none"
  /** What stands below may be one, or name what others run. */
  | "unsure"
  | undefined;

/** What a key says of its value, by its words: `postgreSQLImage`, `init_image`, `imageOverrides`. */
export function meaningOf(key: string): KeyMeaning {
  const small = key.toLowerCase();
  if (notBelow.has(small)) return "none";
  if (unsureBelow.has(small) || /Selector$/.test(key)) return "unsure";
  if (!/im(?:age|g)/i.test(key)) return undefined;
  const words = wordsOf(key).flatMap(partsOfWord);
  if (words[0] === "related" && words[1] === "image") return "image";
  const last = words.at(-1) ?? "";
  const before = words.slice(0, -1);
  const isImage = last === "image" || last === "img" || (suffixes.has(last) && endsInImage(before));
  if (isImage) return other(beforeImage(words)) ?? "image";
  if (last === "images") return other(before) ?? "images";
  const isMany = before.at(-1) === "image" && manySuffixes.has(last);
  return isMany ? (other(beforeImage(words)) ?? "images") : undefined;
}

/**
 * `imageAgent`, the image of an agent, `proxyImageArm64`, that of a platform: of such a key the text must say that it is a
 * whole reference.
 */
export function speaksOfImage(key: string): boolean {
  const words = wordsOf(key).flatMap(partsOfWord);
  const at = Math.max(words.lastIndexOf("image"), words.lastIndexOf("images"));
  const behind = words.slice(at + 1);
  if (at === -1 || behind.length === 0 || behind.some((word) => ofRegistries.has(word))) return false;
  return other(words.slice(0, at)) === undefined;
}

function beforeImage(words: readonly string[]): readonly string[] {
  return words.slice(0, Math.max(words.lastIndexOf("image"), words.lastIndexOf("img")));
}

/** What the words before `image` make of it: `cloudImage` is another thing, `cloudControllerImage` that of a controller. */
function other(before: readonly string[]): "none" | "other images" | undefined {
  const said = before.findLast((word) => !plainWords.has(word)) ?? "";
  if (otherImages.has(said) || aimWords.has(before[0] ?? "")) return "none";
  return machineImages.has(said) ? "other images" : undefined;
}

/** True for a key whose text may be a secret, and is not to be told by what it says: `imagePassword`. */
export function isSecret(key: string): boolean {
  return secretWords.has(wordsOf(key).at(-1) ?? "");
}

const secretWords: ReadonlySet<string> = new Set([
  "passphrase",
  "passwd",
  "password",
  "pwd",
  "secret",
  "token",
]);

/** Words that say of an image no more than that it is one. */
const plainWords: ReadonlySet<string> = new Set(["base", "container", "docker", "full", "oci", "registry"]);

/** Words that say of whatever follows that it is written to. */
const aimWords: ReadonlySet<string> = new Set(["dest", "destination", "output", "push"]);

/** True for a flag or a key that says of its value that it is written to: `--destination`, `-t`. */
export function isAim(key: string): boolean {
  const words = wordsOf(key);
  return words.some((word) => aimWords.has(word)) || aimFlags.has(words.at(-1) ?? "");
}

const aimFlags: ReadonlySet<string> = new Set(["cache", "repo", "t", "tag", "target", "to"]);

/** `sidecarimage` and `imagename`, as they are written in the end where keys have small letters alone. */
function partsOfWord(word: string): readonly string[] {
  const [, before, image, behind] = /^([a-z]+?)?(images?|img)(name|ref|url)?\d?$/.exec(word) ?? [];
  return image === undefined ? [word] : [before, image, behind].filter((part) => part !== undefined);
}

/** What else stands behind `image` says whose the rest is: `imagePullSecretRef`, `imageRegistryUrl`, `imageStreamName`. */
function endsInImage(words: readonly string[]): boolean {
  const image = words.lastIndexOf("image");
  return image !== -1 && words.slice(image + 1).every((word) => ofPulls.has(word));
}

/** What stands in the name of an image and says no more than that it is pulled: `ImagePullSpec`. */
const ofPulls: ReadonlySet<string> = new Set(["pull", "full"]);

/** The keys by which a map that is called after an image holds its reference: `image: {url: …}`. */
export const referenceKeys: ReadonlySet<string> = new Set([
  "image",
  "name",
  "ref",
  "reference",
  "uri",
  "url",
]);

/** True for a key beside which an image is what is built: `dockerfilePath`, `buildArgs`. */
export function isOfBuild(key: string): boolean {
  return buildKey.test(key);
}

const buildKey =
  /^(?:build|sign|(?:[dD]ocker|[cC]ontainer)[_-]?[fF]ile(?:[A-Z_-]\w*)?|build[_-]?(?:[aA]rgs|[cC]ontext|[pP]acks?))$/;

/** Words behind `image` by which it is not that of a program. */
const ofRegistries: ReadonlySet<string> = new Set([
  "arch",
  "attestation",
  "cache",
  "content",
  "destination",
  "lookup",
  "mirror",
  "mirrors",
  "output",
  "path",
  "pattern",
  "patterns",
  "prefix",
  "pull",
  "push",
  "registry",
  "repo",
  "repository",
  "sbom",
  "scan",
  "signature",
  "snapshot",
  "source",
  "stream",
  "target",
  "template",
  "type",
]);

/** The last word of a key, behind `image`, that still means the image. */
const suffixes: ReadonlySet<string> = new Set([
  "claim",
  "fqin",
  "name",
  "override",
  "ref",
  "reference",
  "spec",
  "uri",
  "url",
]);

/** The last word of a key, behind `image`, by which it holds several. */
const manySuffixes: ReadonlySet<string> = new Set([
  "list",
  "map",
  "names",
  "overrides",
  "references",
  "refs",
  "set",
  "specs",
  "uris",
  "urls",
]);

/** Words that make an image another thing: a picture, or what is built, compared or copied. */
export const otherImages: ReadonlySet<string> = new Set([
  "allow",
  "allowed",
  "approved",
  "avatar",
  "background",
  "banned",
  "banner",
  "blacklist",
  "blacklisted",
  "blocked",
  "cover",
  "denied",
  "deny",
  "dest",
  "destination",
  "exclude",
  "excluded",
  "exempt",
  "exempted",
  "favicon",
  "forbidden",
  "icon",
  "ignore",
  "ignored",
  "insecure",
  "logo",
  "match",
  "mirror",
  "output",
  "permitted",
  "photo",
  "prohibited",
  "push",
  "rbd",
  "restricted",
  "result",
  "skip",
  "skipped",
  "thumbnail",
  "trusted",
  "unsigned",
  "untrusted",
  "verify",
  "whitelist",
  "whitelisted",
]);

/** Words that make an image what a machine starts from, or one that others run. */
export const machineImages: ReadonlySet<string> = new Set([
  "boot",
  "cloud",
  "disk",
  "firmware",
  "guest",
  "initrd",
  "iso",
  "kernel",
  "last",
  "machine",
  "old",
  "original",
  "os",
  "previous",
  "ramdisk",
  "rootfs",
  "scan",
  "scanned",
  "seed",
  "source",
  "target",
  "vm",
]);

/** Keys below which images are compared, described or written to, not run. */
const notBelow: ReadonlySet<string> = new Set([
  "allow",
  "allowed",
  "allowlist",
  "approved",
  "blacklist",
  "blocked",
  "blocklist",
  "deny",
  "denied",
  "denylist",
  "destination",
  "destinations",
  "disks",
  "exclude",
  "excluded",
  "excludes",
  "exclusions",
  "exempt",
  "exempted",
  "exemptions",
  "forbidden",
  "ignore",
  "ignored",
  "ignores",
  "match",
  "matchexpressions",
  "matches",
  "mirror",
  "mirrors",
  "openapiv3schema",
  "output",
  "outputs",
  "push",
  "schema",
  "skip",
  "skipped",
  "status",
  "trusted",
  "whitelist",
]);

/** Keys below which images may be inputs, names, disks, or what somebody else runs. */
const unsureBelow: ReadonlySet<string> = new Set([
  "bootdisk",
  "cdrom",
  "conditions",
  "disk",
  "filter",
  "filters",
  "osdisk",
  "parameters",
  "params",
  "replace",
  "result",
  "results",
  "rootdisk",
  "rootvolume",
  "selector",
  "selectors",
  "target",
  "targets",
  "wasm",
  "when",
]);

/** The words of a key, in lower case: `postgreSQLImage` has three. */
export function wordsOf(key: string): readonly string[] {
  return key
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .replace(/([A-Z])([A-Z][a-z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter(Boolean);
}
