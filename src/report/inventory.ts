/** What a list or a stream uses, as a lock, as kustomize's `images`, or as JSON. */

import type { Digest } from "../image/digest.ts";
import { parseIfImage } from "../image/likely-reference.ts";
import { canonicalName, formatReference } from "../image/reference.ts";
import { groupBy, type LockedImage } from "../lock/format/locked-image.ts";
import { lockText } from "../lock/format/new-lock.ts";
import type { Voucher } from "../lock/format/voucher.ts";
import { printableJson } from "../text/printable.ts";
import { timeText } from "../text/time.ts";
import { askedReference, type ImageRow, type ImageUse, imageRows, useNotes } from "./image-use.ts";
import { imagesTable } from "./images-table.ts";
import { kustomizeImages } from "./kustomize-images.ts";
import type { ListFormat } from "./report-form.ts";

/** An inventory, and what it could not hold. */
export interface Inventory {
  readonly text: string;
  readonly warnings: readonly string[];
}

/** Lists images, each once, with the fields that use them; `platform` is the one that the digests are for. */
export function inventory(
  uses: readonly ImageUse[],
  { format, platform }: { readonly format: ListFormat; readonly platform?: string | undefined },
): Inventory {
  switch (format) {
    case "lock":
      return lockInventory(uses, platform);
    case "kustomize":
      return kustomizeImages(imageRows(uses));
    case "json":
      return jsonInventory(imageRows(uses), platform);
    case "table":
      return { text: imagesTable(imageRows(uses)), warnings: [] };
  }
}

/** The lock by which the same digests are found for what was there before. */
function lockInventory(uses: readonly ImageUse[], platform: string | undefined): Inventory {
  const warnings: string[] = [];
  const kept = new Map<string, LockRow>();
  const rows = uses.flatMap((use) => lockRow(use, platform) ?? []);
  for (const [first, ...others] of groupBy(rows, ({ name, digest }) => `${name}@${digest}`).values()) {
    if (first === undefined) continue;
    const text = JSON.stringify(first.use.text);
    const other = kept.get(first.name);
    if (first.digest === undefined) warnings.push(`${text} has no digest, so the lock lacks it`);
    else if (first.locked === undefined) warnings.push(`${text} has no tag, so the lock lacks it`);
    else if (other !== undefined)
      warnings.push(`${text} is left out, since the lock has ${JSON.stringify(other.use.text)}`);
    else kept.set(first.name, { ...first, uses: [first, ...others].map(({ use }) => use) });
  }
  const images = [...kept.values()].flatMap(({ locked }) => locked ?? []);
  const notesOf = ({ reference }: LockedImage) => useNotes(kept.get(canonicalName(reference))?.uses ?? []);
  return { text: lockText(images, notesOf), warnings };
}

interface LockRow {
  readonly use: ImageUse;
  /** All uses of its digest. */
  readonly uses?: readonly ImageUse[];
  readonly name: string;
  readonly digest: Digest | undefined;
  /** Absent where there is no tag that a lock could know the image by. */
  readonly locked?: LockedImage | undefined;
}

function lockRow(use: ImageUse, platform: string | undefined): LockRow | undefined {
  const image = parseIfImage(use.text);
  if (image === undefined) return undefined;
  const { digest } = image;
  const reference = askedReference(use, image);
  if (digest === undefined || reference === undefined) return { use, name: canonicalName(image), digest };
  const { platforms } = use;
  const locked = { reference, digest, platform, platforms };
  return { use, name: canonicalName(reference), digest, locked };
}

function jsonInventory(rows: readonly ImageRow[], platform: string | undefined): Inventory {
  const document = { platform, images: rows.map(jsonRow) };
  return { text: `${printableJson(JSON.stringify(document, undefined, 2))}\n`, warnings: [] };
}

function voucherRow({ at, ...voucher }: Voucher): object {
  return { ...voucher, loggedAt: at === undefined ? undefined : timeText(at) };
}

function jsonRow({ image, uses }: ImageRow): object {
  const { name, tag, digest } = image;
  return {
    image: formatReference({ name, tag, digest }),
    registry: image.registry,
    repository: image.repository,
    tag,
    digest,
    // For tools that sign digests, which know no tags.
    reference: digest && `${image.registry}/${image.repository}@${digest}`,
    vouchers: uses.find(({ vouchers }) => vouchers !== undefined)?.vouchers?.map(voucherRow),
    platforms: uses.find(({ platforms }) => platforms !== undefined)?.platforms,
    uses: uses.map(({ resource, file, path }) => ({ resource, file, path })),
  };
}
