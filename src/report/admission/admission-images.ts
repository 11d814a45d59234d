/** What a policy of the cluster knows of images: the data of its ConfigMap. */
import type { Digest } from "../../image/digest.ts";
import { parseIfImage } from "../../image/likely-reference.ts";
import { canonicalName, type ImageReference } from "../../image/reference.ts";
import type { LockedImage } from "../../lock/format/locked-image.ts";
import { askedReference, type ImageUse } from "../image-use.ts";
import { digestKey, keyLengthMax, nameKey } from "./config-map-key.ts";

/** The data of a ConfigMap, and what it could not hold. */
export interface AdmissionData {
  readonly data: ReadonlyMap<string, string>;
  readonly warnings: readonly string[];
}

/** Where images are known from. */
export interface AdmissionSource {
  readonly uses: readonly ImageUse[];
  /** The entries of the locks that count; of an image that is used, what the run made of it counts. */
  readonly locked: readonly LockedImage[];
}

/** For each digest the images that it was found for. */
export function digestData(source: AdmissionSource): AdmissionData {
  const images = knownImages(source);
  const names = new Map<Digest, Set<string>>();
  for (const { name, digest } of images) {
    if (digest !== undefined) names.set(digest, (names.get(digest) ?? new Set()).add(name));
  }
  const warnings = images.flatMap(({ text, digest }) =>
    digest === undefined ? [`${JSON.stringify(text)} has no digest, so the policy refuses it`] : [],
  );
  const data = [...names].map(
    ([digest, known]) => [digestKey(digest), [...known].sort().join(", ")] as const,
  );
  return { data: sortedMap(data), warnings: [...new Set(warnings)] };
}

/** For each image with a tag the digest to write beside it. */
export function nameData(source: AdmissionSource): AdmissionData {
  const digests = new Map<string, Set<Digest>>();
  for (const { tagged, digest } of knownImages(source)) {
    if (digest === undefined || tagged === undefined) continue;
    const name = canonicalName(tagged);
    digests.set(name, (digests.get(name) ?? new Set()).add(digest));
  }
  const data: (readonly [string, string])[] = [];
  const warnings: string[] = [];
  for (const [name, known] of digests) {
    const key = nameKey(name);
    const [digest, second] = known;
    const refuse = (why: string) =>
      warnings.push(`${JSON.stringify(name)} is not pinned by the policy, since ${why}`);
    if (digest === undefined) continue;
    if (second !== undefined) refuse(`it has several digests: ${[...known].sort().join(", ")}`);
    else if (key.length > keyLengthMax) refuse(`its name is too long for a key of a ConfigMap`);
    else data.push([key, digest]);
  }
  return { data: sortedMap(data), warnings: warnings.sort() };
}

interface KnownImage {
  readonly text: string;
  readonly name: string;
  readonly digest: Digest | undefined;
  /** The reference with the tag that the digest was found for; absent where nobody knows one. */
  readonly tagged?: ImageReference | undefined;
}

function knownImages({ uses, locked }: AdmissionSource): readonly KnownImage[] {
  const used = uses.flatMap((use) => {
    const image = parseIfImage(use.text);
    if (image === undefined) return [];
    const tagged = askedReference(use, image);
    const name = tagged === undefined ? `${image.registry}/${image.repository}` : canonicalName(tagged);
    return [{ text: use.text, name, digest: image.digest, tagged }];
  });
  const pinned = new Set(used.flatMap(({ name, digest }) => (digest === undefined ? [] : [name])));
  const kept = locked.flatMap(({ reference, digest }) => {
    const name = canonicalName(reference);
    return pinned.has(name) ? [] : [{ text: reference.text, name, digest, tagged: reference }];
  });
  return [...used, ...kept];
}

function sortedMap(entries: readonly (readonly [string, string])[]): ReadonlyMap<string, string> {
  return new Map([...entries].sort(([one], [other]) => (one < other ? -1 : 1)));
}
