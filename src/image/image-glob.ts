import { canonicalName, type ImageReference } from "./reference.ts";

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
