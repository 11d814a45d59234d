/** The patches that a kustomization names or holds, as maps and lists. */
import { resolve } from "node:path";
import { ownOrMergedChild } from "../yaml/members.ts";
import { scalarText } from "../yaml/node.ts";
import type { YamlNode } from "../yaml/scan.ts";
import type { KustomizationFile, ReadNamed } from "./kustomization-file.ts";
import { mayHoldParts } from "./part-keys.ts";
import { type PartWrite, type Patch, partWritesIn, selectorOf } from "./part-write.ts";
import {
  documentsHeld,
  documentsOf,
  elementsAt,
  mapAt,
  placeOf,
  textAt,
  type YamlMap,
} from "./yaml-parts.ts";

/** A kustomization, and what reads the files that it names. */
export interface PatchingFile {
  readonly file: KustomizationFile;
  readonly folder: string;
  readonly root: YamlMap;
  readonly read: ReadNamed;
}

/** What the patches of a kustomization write over parts of images. */
export function patchedParts(patching: PatchingFile): readonly PartWrite[] {
  const { root } = patching;
  const known = new Set<string>();
  /** Those of a file, of which one that is named again for the same objects says nothing more. */
  const named = (path: string, target: YamlMap | undefined): readonly Patch[] => {
    const key = JSON.stringify([path, ...targetKeys.map((each) => textAt(target, each) ?? [])]);
    if (known.has(key)) return [];
    known.add(key);
    return patchesIn(patching, path, target);
  };
  const targeted = ["patches", "patchesJson6902"].flatMap((key) =>
    elementsAt(root, key).flatMap((map, index) => {
      const target = mapAt(map, "target");
      const path = textAt(map, "path");
      if (path !== undefined) return named(path, target);
      const node = ownOrMergedChild(map.yaml, map.node, "patch");
      return node === undefined
        ? []
        : inlinePatches(patching, { node, path: `${key}[${index}].patch` }, target);
    }),
  );
  const merged = ["patches", "patchesStrategicMerge"].flatMap((key) =>
    elementsAt(root, key).flatMap(({ yaml, node }, index) => {
      const text = scalarText(yaml, node);
      if (text === undefined) return [];
      // A name on one line leads to a file.
      return text.includes("\n")
        ? inlinePatches(patching, { node, path: `${key}[${index}]` }, undefined)
        : named(text, undefined);
    }),
  );
  return [...targeted, ...merged].flatMap(partWritesIn);
}

const targetKeys = ["group", "version", "kind", "name", "namespace", "labelSelector", "annotationSelector"];

function patchesIn(
  { folder, read }: PatchingFile,
  path: string,
  target: YamlMap | undefined,
): readonly Patch[] {
  const place = resolve(folder, path);
  const file = read(place);
  if (file === undefined || !mayHoldParts(file.text)) return [];
  return documentsOf(file.text).map((document) => ({
    file: file.path,
    place,
    by: folder,
    path: "",
    document,
    positionAt: (offset) => placeOf(document.yaml, offset),
    select: selectorOf(document, target),
  }));
}

function inlinePatches(
  { file, folder, root }: PatchingFile,
  { node, path }: InlineText,
  target: YamlMap | undefined,
): readonly Patch[] {
  const { yaml } = root;
  if (!mayHoldParts(scalarText(yaml, node) ?? "")) return [];
  return documentsHeld({ yaml, node }).map(({ document, positionAt }) => {
    const select = selectorOf(document, target);
    return { file: file.path, place: file.place, by: folder, path, document, positionAt, select };
  });
}

/** A text that holds patches, and its path. */
interface InlineText {
  readonly node: YamlNode;
  readonly path: string;
}
