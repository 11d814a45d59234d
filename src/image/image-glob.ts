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
  const [first = "", ...rest] = glob.split("*");
  const last = rest.pop();
  if (last === undefined) return text === first;
  if (!text.startsWith(first) || !text.endsWith(last) || text.length < first.length + last.length)
    return false;
  let position = first.length;
  for (const part of rest) {
    const found = text.indexOf(part, position);
    if (found === -1) return false;
    position = found + part.length;
  }
  return position <= text.length - last.length;
}
