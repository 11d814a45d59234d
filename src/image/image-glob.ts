/** Globs that mean images, and what they leave out. */
import { canonicalName, type ImageReference } from "./reference.ts";

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
  return (names) => {
    const meansOne = (glob: string): boolean => names.some((name) => matchesImage(glob, name));
    const excluded = exclude.find(meansOne);
    if (excluded !== undefined) return `matches ${JSON.stringify(excluded)} of \`exclude\``;
    return include.length === 0 || include.some(meansOne) ? undefined : "matches nothing of `include`";
  };
}

/**
 * Whether a glob means an image: it is matched against the reference as written, with and without its digest, and
 * against its canonical name, `docker.io/library/nginx:1.27` for `nginx:1.27`. `*` stands for any characters, slashes too.
 */
export function matchesImage(glob: string, image: ImageReference): boolean {
  const { text, digest } = image;
  return (
    matchesGlob(glob, text) ||
    matchesGlob(glob, canonicalName(image)) ||
    // A digest comes and goes, and whoever names an image means it with and without.
    (digest !== undefined && matchesGlob(glob, text.slice(0, text.indexOf("@"))))
  );
}

/** Whether a glob means a text. Its parts between stars must follow one another: linear, where a regular expression may not be. */
export function matchesGlob(glob: string, text: string): boolean {
  const star = glob.indexOf("*");
  if (star === -1) return text === glob;
  const last = glob.slice(glob.lastIndexOf("*") + 1);
  if (text.length < star + last.length || !text.startsWith(glob.slice(0, star)) || !text.endsWith(last)) {
    return false;
  }
  let position = star;
  for (const part of glob.split("*").slice(1, -1)) {
    const found = text.indexOf(part, position);
    if (found === -1) return false;
    position = found + part.length;
  }
  return position <= text.length - last.length;
}
