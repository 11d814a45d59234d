/** What a list or a stream uses, as a lock, as kustomize's `images`, or as JSON. */
import { certainImage } from "../image/certain-image.ts";
import { canonicalName, formatReference, type ImageReference } from "../image/reference.ts";
import type { ResourceRef, ResultFile } from "../krm/result.ts";
import { lockText } from "../lock/lock-text.ts";
import { groupBy } from "../lock/locked-image.ts";

/** A field that holds an image. */
export interface ImageUse {
  readonly resource?: ResourceRef;
  readonly file?: ResultFile;
  readonly path: string;
  /** The reference in it. */
  readonly text: string;
}

/** The forms of an inventory. */
export const inventoryFormats = ["lock", "kustomize", "json"] as const;

/** How an inventory is written. */
export type InventoryFormat = (typeof inventoryFormats)[number];

/** An inventory, and what it could not hold. */
export interface Inventory {
  readonly text: string;
  readonly warnings: readonly string[];
}

/** Lists images, each once, with the fields that use them; `platform` is the one that the digests are for. */
export function inventory(
  uses: readonly ImageUse[],
  { format, platform }: { readonly format: InventoryFormat; readonly platform?: string },
): Inventory {
  const rows = rowsOf(uses);
  switch (format) {
    case "lock":
      return lockInventory(rows, platform);
    case "kustomize":
      return kustomizeInventory(rows);
    case "json":
      return { text: `${JSON.stringify({ images: rows.map(jsonRow) }, undefined, 2)}\n`, warnings: [] };
  }
}

interface Row {
  readonly image: ImageReference;
  readonly uses: readonly ImageUse[];
}

function rowsOf(uses: readonly ImageUse[]): readonly Row[] {
  const read = uses.flatMap((use) => {
    const image = certainImage(use.text);
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

/** A name without a tag means `latest` only where no digest says otherwise. */
function nameOf(image: ImageReference): string {
  const isBare = image.tag === undefined && image.digest !== undefined;
  return isBare ? `${image.registry}/${image.repository}` : canonicalName(image);
}

function lockInventory(rows: readonly Row[], platform: string | undefined): Inventory {
  const warnings: string[] = [];
  const kept = new Map<string, Row>();
  for (const row of rows) {
    const { text, digest } = row.image;
    const name = nameOf(row.image);
    const first = kept.get(name);
    if (digest === undefined) warnings.push(`${JSON.stringify(text)} has no digest, so the lock lacks it`);
    else if (row.image.tag === undefined)
      warnings.push(`${JSON.stringify(text)} has no tag, so the lock lacks it`);
    else if (first !== undefined)
      warnings.push(
        `${JSON.stringify(text)} is left out, since the lock has ${JSON.stringify(first.image.text)}`,
      );
    else kept.set(name, row);
  }
  const images = [...kept.values()].flatMap(({ image }) =>
    image.digest === undefined
      ? []
      : [{ reference: image, digest: image.digest, ...(platform !== undefined && { platform }) }],
  );
  return { text: lockText(images), warnings };
}

/** kustomize knows images by their names alone: of two tags of one name it can set one. */
function kustomizeInventory(rows: readonly Row[]): Inventory {
  const warnings: string[] = [];
  const lines: string[] = [];
  const pinned = rows.flatMap(({ image, uses }) =>
    [...new Set(uses.map(({ text }) => certainImage(text)?.name ?? image.name))].map((name) => ({
      name,
      image,
    })),
  );
  const seen = new Set<string>();
  for (const { name, image } of pinned) {
    if (image.digest === undefined) {
      warnings.push(`${JSON.stringify(image.text)} has no digest, so it is left out`);
    } else if (seen.has(name)) {
      lines.push(`# ${image.text}: kustomize sets one digest for each name`);
      warnings.push(`${JSON.stringify(image.text)} is left out: kustomize sets one digest for each name`);
    } else {
      seen.add(name);
      lines.push(`- name: ${yamlText(name)}`, `  digest: ${image.digest}`);
    }
  }
  return { text: seen.size === 0 ? "images: []\n" : `images:\n${lines.join("\n")}\n`, warnings };
}

/** A name that begins with a bracket, of a registry with an IPv6 address, needs quotes. */
function yamlText(text: string): string {
  return /^[A-Za-z]/.test(text) && !/^(?:true|false|null|yes|no|on|off|y|n)$/i.test(text)
    ? text
    : JSON.stringify(text);
}

function jsonRow({ image, uses }: Row): object {
  const { name, tag, digest } = image;
  return {
    image: formatReference({
      name,
      ...(tag !== undefined && { tag }),
      ...(digest !== undefined && { digest }),
    }),
    registry: image.registry,
    repository: image.repository,
    tag,
    digest,
    uses: uses.map(({ resource, file, path }) => ({ resource, file, path })),
  };
}
