/** The text of a lock that is not there yet. */
import { canonicalName } from "../../image/reference.ts";
import {
  indexAnnotation,
  localConfigAnnotation,
  olderIndexAnnotation,
  olderPathAnnotation,
  pathAnnotation,
} from "../../krm/place-annotations.ts";
import type { ResourceRef } from "../../krm/result.ts";
import { insert } from "../../yaml/insert/insert.ts";
import type { YamlNode, YamlText } from "../../yaml/scan.ts";
import type { TextEdit } from "../../yaml/text-edit.ts";
import { blockStyle, compareKeys, entryFlow, entryKey, entryLines, jsonStyle } from "./entry-text.ts";
import { lockApiVersion } from "./image-lock.ts";
import { groupBy, type LockedImage } from "./locked-image.ts";

/** The name of the file that a new lock goes to, at the root of its package. */
export const lockFileName = "image-lock.yaml";

/** Who a new lock is, in its own text and in what is told of it. */
export const newLock: ResourceRef = { apiVersion: lockApiVersion, kind: "ImageLock", name: "image-lock" };

/** What is written above an entry of a lock, each text a comment of a line. */
export type EntryNotes = (image: LockedImage) => readonly string[];

/** A lock as a file of its own. */
export function lockText(images: readonly LockedImage[], notesOf: EntryNotes = () => []): string {
  return `${lockLines(images, localConfig, notesOf).join("\n")}\n`;
}

/** A list to which a lock is added as its last item. */
export interface LockItem {
  readonly items: YamlNode;
  /** The position among the objects of {@link lockFileName}: 0 where there is no such file. */
  readonly index: number;
  readonly images: readonly LockedImage[];
}

/** The edit that adds a lock to the items of a list, with the annotations by which kpt makes a file of it. */
export function lockItemEdit(yaml: YamlText, { items, index, images }: LockItem): TextEdit {
  const annotations = [...localConfig, ...fileAnnotations(index)];
  const addition = {
    block: () =>
      lockLines(images, annotations, () => [])
        .map((line, number) => `${number === 0 ? "- " : "  "}${line}\n`)
        .join(""),
    flow: () => lockFlow(images, annotations),
  };
  return insert(yaml, items, addition, { comments: "deeper" });
}

type Annotation = readonly [name: string, value: string];

// It is for functions, not for the cluster: kpt live and kustomize leave it out of what they apply.
const localConfig: readonly Annotation[] = [[localConfigAnnotation, "true"]];

/** Both spellings, since an orchestrator that finds one changed alone takes the file for renamed. */
function fileAnnotations(index: number): readonly Annotation[] {
  return [
    [olderIndexAnnotation, String(index)],
    [olderPathAnnotation, lockFileName],
    [indexAnnotation, String(index)],
    [pathAnnotation, lockFileName],
  ];
}

function lockLines(
  images: readonly LockedImage[],
  annotations: readonly Annotation[],
  notesOf: EntryNotes,
): readonly string[] {
  return [
    `apiVersion: ${newLock.apiVersion}`,
    `kind: ${newLock.kind}`,
    "metadata:",
    `  name: ${newLock.name}`,
    "  annotations:",
    ...annotations.map(([name, value]) => `    ${name}: "${value}"`),
    images.length === 0 ? "images: {}" : "images:",
    ...sorted(images)
      .flatMap((image) => [
        ...notesOf(image).map((note) => `# ${note}`),
        ...entryLines(image, blockStyle, 2).trimEnd().split("\n"),
      ])
      .map((line) => `  ${line}`),
  ];
}

function lockFlow(images: readonly LockedImage[], annotations: readonly Annotation[]): string {
  const metadata = JSON.stringify({ name: newLock.name, annotations: Object.fromEntries(annotations) });
  const entries = sorted(images).map((image) => entryFlow(image, jsonStyle));
  return `{"apiVersion": "${newLock.apiVersion}", "kind": "${newLock.kind}", "metadata": ${metadata}, "images": {${entries.join(", ")}}}`;
}

function sorted(images: readonly LockedImage[]): readonly LockedImage[] {
  const firsts = [...groupBy(images, ({ reference }) => canonicalName(reference)).values()].flatMap(
    ([first]) => first ?? [],
  );
  return firsts.sort((one, other) => compareKeys(entryKey(one), entryKey(other)));
}
