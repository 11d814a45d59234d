/** Which images are used, and where. */
import { parseIfImage } from "../image/likely-reference.ts";
import { canonicalName, type ImageReference } from "../image/reference.ts";
import { formatPlace, type ResourceRef, type ResultFile } from "../krm/result.ts";
import { groupBy } from "../lock/format/locked-image.ts";
import type { Voucher } from "../lock/format/voucher.ts";
import { printable } from "../text/printable.ts";

/** A field that holds an image. */
export interface ImageUse {
  /** As far as the object says who it is. */
  readonly resource?: Partial<ResourceRef>;
  readonly file?: ResultFile;
  readonly path: string;
  /** The reference in it. */
  readonly text: string;
  /** The reference that was in it before, where it was changed. */
  readonly original?: string;
  /** Those of its image, where somebody looked. */
  readonly platforms?: readonly string[];
  /** Who vouches for its digest, where rules ask. */
  readonly vouchers?: readonly Voucher[];
}

/** An image, and the fields that use it. */
export interface ImageRow {
  readonly image: ImageReference;
  readonly uses: readonly ImageUse[];
}

/** Each image once, in the order of names; what is certainly no image is left out. */
export function imageRows(uses: readonly ImageUse[]): readonly ImageRow[] {
  const read = uses.flatMap((use) => {
    const image = parseIfImage(use.text);
    return image === undefined ? [] : [{ image, use }];
  });
  const groups = groupBy(read, ({ image }) => `${nameOf(image)}@${image.digest ?? ""}`);
  return [...groups]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .flatMap(([, group]) => {
      const [first] = group;
      return first === undefined ? [] : [{ image: first.image, uses: group.map(({ use }) => use) }];
    });
}

/** Where an image is used, each place on a line: `apps/v1/Deployment/web spec.image (web.yaml)`. */
export function useNotes(uses: readonly ImageUse[]): readonly string[] {
  return uses.map(({ resource, file, path }) =>
    printable(formatPlace({ resourceRef: resource, field: { path }, file })),
  );
}

/** The reference whose tag was asked for: pins may have dropped it, and a name alone has meant `latest`. */
export function askedReference({ original }: ImageUse, image: ImageReference): ImageReference | undefined {
  if (image.tag !== undefined) return image;
  const before = original === undefined ? undefined : parseIfImage(original);
  return before?.tag === undefined && before?.digest !== undefined ? undefined : before;
}

/** A name without a tag means `latest` only where no digest says otherwise. */
function nameOf(image: ImageReference): string {
  const isBare = image.tag === undefined && image.digest !== undefined;
  return isBare ? `${image.registry}/${image.repository}` : canonicalName(image);
}
