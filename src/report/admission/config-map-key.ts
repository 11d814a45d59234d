/**
 * The names of images as keys of a ConfigMap, which hold `[-._a-zA-Z0-9]` alone. Both this file and the policy write them,
 * so the two ways stand beside each other.
 *
 *     key := canonical name, with "/" as "._.", ":" as "_._", "[" as "_-" and "]" as "-_"
 *
 * No two names share a key: neither a host nor a repository has one of these sequences, or begins or ends with "." or "_",
 * and what comes behind the first "_._" that follows a "._." is the tag, which holds none of the four characters.
 */
import type { Digest } from "../../image/digest.ts";

/** The key of an image's canonical name. */
export function nameKey(canonicalName: string): string {
  return ENCODING.reduce((key, [character, written]) => key.replaceAll(character, written), canonicalName);
}

/** The key of a digest. */
export function digestKey(digest: Digest): string {
  return digest.replace(":", ".");
}

/** The longest key that Kubernetes takes. */
export const keyLengthMax = 253;

/** The expression of a digest's key, from that of an image that has a digest. */
export function digestKeyExpression(image: string): string {
  return `${image}.substring(${image}.indexOf('@') + 1).replace(':', '.')`;
}

/** The expression of the keys of images without a digest, from that of their list. */
export function nameKeysExpression(images: string): string {
  return `${images}.map(i,
  !i.contains('/') ? 'docker.io/library/' + i
    : i.matches('^(index[.])?docker[.]io/[^/]+$') ? 'docker.io/library/' + i.substring(i.indexOf('/') + 1)
    : i.matches('^(index[.])?docker[.]io/') ? 'docker.io/' + i.substring(i.indexOf('/') + 1)
    : i.matches('^(localhost|[^/]*[.:A-Z][^/]*)/') ? i.substring(0, i.indexOf('/')).lowerAscii() + i.substring(i.indexOf('/'))
    : 'docker.io/' + i
).map(i, i.lastIndexOf(':') > i.lastIndexOf('/') ? i : i + ':latest'
).map(i, i${ENCODING.map(([character, written]) => `.replace('${character}', '${written}')`).join("")})`;
}

const ENCODING = [
  ["/", "._."],
  [":", "_._"],
  ["[", "_-"],
  ["]", "-_"],
] as const;
