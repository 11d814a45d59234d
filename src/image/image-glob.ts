/** Globs that mean images, and what they leave out. */

import { quote } from "../text/quote.ts";
import { compileGlob } from "./glob.ts";
import { countWhile, type GlobSet, globKind, globSet, prefixFinder } from "./glob-set.ts";
import { canonicalName, type ImageReference, textWithoutDigest } from "./reference.ts";
import { canonicalHost } from "./registry-host.ts";

/** Which images are meant: where there are any to include, those alone; `exclude` wins. */
export interface ImageGlobs {
  readonly include: readonly string[];
  readonly exclude: readonly string[];
}

/** What says why an image, which may have several names, is not meant; undefined for one that is. */
export function imageFilter({
  include,
  exclude,
}: ImageGlobs): (names: readonly ImageReference[]) => string | undefined {
  if (include.length === 0 && exclude.length === 0) return () => undefined;
  const [included, excluded] = [setOf(include), setOf(exclude)];
  return (names) => {
    const texts = names.flatMap(textsOf);
    const glob = excluded.first(texts);
    if (glob !== undefined) return `matches ${quote(glob)} of \`exclude\``;
    return include.length === 0 || included.first(texts) !== undefined
      ? undefined
      : "matches nothing of `include`";
  };
}

/** Whether an image matches one of some globs, by the text as it is written or by its canonical name. */
export function matchesAny(image: ImageReference, globs: readonly string[]): boolean {
  return setOf(globs).first(textsOf(image)) !== undefined;
}

/** The globs that mean none of some images; those that take too long to be tried are not told. */
export function unmatchedGlobs(
  globs: readonly string[],
  images: readonly ImageReference[],
): readonly string[] {
  if (globs.length === 0) return [];
  const texts = [...new Set(images.flatMap(textsOf))].sort();
  const known = new Set(texts);
  let left = TRIES_MAX;
  const matchesSome = (glob: string): boolean => {
    switch (globKind(glob)) {
      case "exact":
        return known.has(glob);
      case "beginning": {
        const beginning = glob.slice(0, -1);
        const at = countWhile(texts.length, (place) => (texts[place] ?? "") < beginning);
        return texts[at]?.startsWith(beginning) === true;
      }
      case "other": {
        left -= texts.length;
        return left < 0 || texts.some(compileGlob(glob));
      }
    }
  };
  return globs.filter((glob) => !matchesSome(glob) && !matchesSome(canonicalGlob(glob)));
}

// Some ten milliseconds.
const TRIES_MAX = 100_000;

/** Whether a text that is no image reference matches one of some globs. */
export function matchesAnyText(text: string, globs: readonly string[]): boolean {
  return setOf(globs).first([text]) !== undefined;
}

/** The first of some texts that another begins with. */
export function beginningOf(text: string, beginnings: readonly string[]): string | undefined {
  if (beginnings.length === 0) return undefined;
  const find = finders.get(beginnings) ?? prefixFinder(beginnings);
  finders.set(beginnings, find);
  return beginnings[find(text) ?? beginnings.length];
}

// A configuration is asked for each image.
const finders = new WeakMap<readonly string[], ReturnType<typeof prefixFinder>>();
const sets = new WeakMap<readonly string[], GlobSet>();

function setOf(globs: readonly string[]): GlobSet {
  const known = sets.get(globs) ?? canonicalSet(globs);
  sets.set(globs, known);
  return known;
}

/** Globs that mean a registry under whichever of its names they are written with. */
function canonicalSet(globs: readonly string[]): GlobSet {
  const written = new Map<string, string>();
  const all = globs.flatMap((glob) => {
    const canonical = canonicalGlob(glob);
    if (canonical === glob || globs.includes(canonical)) return glob;
    written.set(canonical, glob);
    return [glob, canonical];
  });
  const set = globSet(all);
  if (written.size === 0) return set;
  return {
    first(texts) {
      const found = set.first(texts);
      return found === undefined ? undefined : (written.get(found) ?? found);
    },
  };
}

function canonicalGlob(glob: string): string {
  const slash = glob.indexOf("/");
  const host = glob.slice(0, Math.max(slash, 0));
  // What has neither is an owner on Docker Hub.
  return /[.:]/.test(host) ? canonicalHost(host) + glob.slice(slash) : glob;
}

/**
 * The texts that a glob may match: the reference as written, with and without its digest, and its canonical name,
 * `docker.io/library/nginx:1.27` for `nginx:1.27`; and all that with the one name of its registry, where it has several.
 */
function textsOf(image: ImageReference): readonly string[] {
  const { text, name, registry, repository } = image;
  const host = canonicalHost(registry);
  if (host === registry) return namesOf(image);
  const renamed = `${host}/${repository}${text.slice(name.length)}`;
  const canonical = { ...image, registry: host, name: `${host}/${repository}`, text: renamed };
  return [...namesOf(image), ...namesOf(canonical)];
}

function namesOf(image: ImageReference): readonly string[] {
  const { text, digest } = image;
  // A digest comes and goes, and whoever names an image means it with and without.
  const bare = digest === undefined ? [] : [textWithoutDigest(image)];
  return [text, canonicalName(image), ...bare];
}
