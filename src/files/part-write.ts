/** What patches write over parts of images that stand in other files. */
import type { Position } from "../krm/result.ts";
import { kindOf } from "../yaml/node.ts";
import { overlaidKeys, type PartKey, patchedKeys } from "./part-keys.ts";
import {
  namesIn,
  type ObjectSelector,
  type ReplacementTarget,
  rejectsNothing,
  selectorIn,
} from "./replacement.ts";
import { mapAt, textAt, type YamlMap } from "./yaml-parts.ts";

/** A key of a patch, and in which field of which objects it is written. */
export interface PartWrite extends Pick<PartKey, "kind" | "subject" | "nameKey" | "says"> {
  /** The file, as messages name it, and where it is. */
  readonly file: string;
  readonly place: string;
  /** What lays it over others: the folder of a kustomization, or a list of values. */
  readonly by: string;
  readonly position: () => Position;
  /** Its path in that file. */
  readonly path: string;
  /** The key, and the path of its map. */
  readonly key: string;
  readonly map: readonly string[];
  readonly target: ReplacementTarget;
}

/** A document of patches, and where it stands. */
export interface Patch extends Pick<PartWrite, "file" | "place" | "by"> {
  /** Where it stands in its file; "" for all of that. */
  readonly path: string;
  readonly document: YamlMap;
  readonly positionAt: (offset: number) => Position;
  /** What is patched. */
  readonly select: ObjectSelector;
}

/** What a patch writes. */
export function partWritesIn({ document, select, positionAt, path, ...where }: Patch): readonly PartWrite[] {
  const isList = kindOf(document.yaml, document.node) === "sequence";
  const said = namesIn([select]);
  return (isList ? patchedKeys(document) : overlaidKeys(document)).map(
    ({ kind, subject, nameKey, says, steps, at }) => ({
      ...where,
      kind,
      subject,
      nameKey,
      says,
      position: () => positionAt(at),
      path: [path, ...steps].filter((each) => each !== "").join("."),
      key: steps.at(-1) ?? "",
      map: steps.slice(0, -1),
      target: {
        select,
        rejects: rejectsNothing,
        said,
        written: steps.join("."),
        steps: steps.map((name) => ({ kind: "key", name })),
        part: undefined,
      },
    }),
  );
}

/** The objects of the `target` of a patch, or the one that the patch itself names. */
export function selectorOf(patch: YamlMap, target: YamlMap | undefined): ObjectSelector {
  if (target !== undefined) return selectorIn(target);
  const metadata = mapAt(patch, "metadata");
  const [version, group = ""] = (textAt(patch, "apiVersion") ?? "").split("/").reverse();
  return {
    group,
    version,
    kind: textAt(patch, "kind"),
    name: textAt(metadata, "name"),
    namespace: textAt(metadata, "namespace"),
    labels: [],
    annotations: [],
  };
}
