import type { Digest } from "../../src/image/digest.ts";
import { parseDigest } from "../../src/image/digest.ts";
import { parseReference } from "../../src/image/reference.ts";
import { type ReadImageLock, readImageLock } from "../../src/lock/format/image-lock.ts";
import type { LockedImage } from "../../src/lock/format/locked-image.ts";
import { rootOf } from "../../src/yaml/node.ts";
import { scan } from "../../src/yaml/scan.ts";

/** A digest that is told apart by its first character. */
export function digest(character: string): Digest {
  return parseDigest(`sha256:${character.repeat(64)}`);
}

/** The lock that is the only document of a text. */
export async function readLock(text: string): Promise<ReadImageLock> {
  const yaml = scan(text);
  return readImageLock(yaml, rootOf(yaml.documents[0] ?? 0));
}

/** A resolution for a test: an image, the character of its digest, and platforms. */
export function locked(
  image: string,
  character: string,
  more: Pick<LockedImage, "platform" | "platforms"> = {},
): LockedImage {
  return { reference: parseReference(image), digest: digest(character), ...more };
}

/** What a lock holds, in a form to compare. */
export function contents(images: readonly LockedImage[]): readonly string[] {
  return images
    .map(({ reference, digest, platform, platforms }) =>
      [reference.text, digest.slice(0, 12), platform ?? "-", platforms?.toSorted().join(",") ?? "-"].join(
        " ",
      ),
    )
    .sort();
}
