/**
 * The `images` of a kustomization.
 *
 * https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/images/
 */

import type { Digest } from "../image/digest.ts";
import { parseIfImage } from "../image/likely-reference.ts";
import { yamlText } from "../krm/yaml-text.ts";
import { groupBy } from "../lock/format/locked-image.ts";
import { type ImageRow, type ImageUse, useNotes } from "./image-use.ts";

/** What kustomize is to be told, and what it can't be. */
export interface KustomizeImages {
  readonly text: string;
  readonly warnings: readonly string[];
}

/**
 * Writes digests by the names of their images, since kustomize sets one digest for all that have a name, whatever their
 * tags: a name that stands for several digests, or for an image without one, is left out.
 */
export function kustomizeImages(rows: readonly ImageRow[]): KustomizeImages {
  const named = [...groupBy(rows.flatMap(usedNames), ({ name }) => name).values()].map(entryOf);
  const lines = named.flatMap(({ lines = [] }) => lines);
  const isEmpty = named.every(({ isSet }) => !isSet);
  return {
    text: `${isEmpty ? "images: []" : "images:"}\n${lines.map((line) => `${line}\n`).join("")}`,
    warnings: named.flatMap(({ warning }) => warning ?? []),
  };
}

interface UsedName {
  /** As it is written, which is how kustomize knows an image. */
  readonly name: string;
  readonly digest: Digest | undefined;
  readonly text: string;
  readonly use: ImageUse;
}

function usedNames({ image, uses }: ImageRow): readonly UsedName[] {
  return uses.map((use) => {
    const name = parseIfImage(use.text)?.name ?? image.name;
    return { name, digest: image.digest, text: image.text, use };
  });
}

interface Entry {
  readonly lines?: readonly string[];
  readonly isSet: boolean;
  readonly warning?: string;
}

function entryOf(group: readonly UsedName[]): Entry {
  const [{ name = "" } = {}] = group;
  const digests = [...new Set(group.map(({ digest }) => digest))];
  const texts = [...new Set(group.map(({ text }) => JSON.stringify(text)))].join(", ");
  const [digest] = digests;
  if (digests.length > 1) {
    const why = `${texts}: left out, since kustomize sets one digest for each name`;
    return { lines: [`# ${why}`], isSet: false, warning: why };
  }
  if (digest === undefined)
    return { isSet: false, warning: `${texts}: left out, since there is no digest to set` };
  const notes = useNotes(group.map(({ use }) => use)).map((note) => `# ${note}`);
  return { lines: [...notes, `- name: ${nameText(name)}`, `  digest: ${digest}`], isSet: true };
}

/** kustomize reads a name as a regular expression, in which the brackets of an IPv6 address would be a choice. */
function nameText(name: string): string {
  return yamlText(name.replaceAll(/[[\]]/g, String.raw`\$&`));
}
