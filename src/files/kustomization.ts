/**
 * What one kustomization says of other files: which they are, how they are read, and what becomes of their images.
 *
 * https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/
 */
import { dirname, resolve } from "node:path";
import { patchedKind } from "../fields/json-patch.ts";
import type { FileImage, InputFile, Override } from "../krm/input.ts";
import { childOf, dereference, elementsOf, kindOf, rootOf, scalarText, scalarType } from "../yaml/node.ts";
import { scan, type YamlNode, type YamlText } from "../yaml/scan.ts";
import { YamlSyntaxError } from "../yaml/syntax-error.ts";

/** A kustomization of a run. */
export interface KustomizationFile {
  /** Absolute. */
  readonly place: string;
  /** As messages name it. */
  readonly path: string;
  readonly text: string;
}

/** What a kustomization says of what it builds on. */
export interface Kustomization {
  readonly place: string;
  readonly path: string;
  readonly folder: string;
  /** The files and folders that it builds on, absolute. */
  readonly bases: readonly string[];
  readonly components: readonly string[];
  readonly entries: readonly ImageEntry[];
  readonly byName: ReadonlyMap<string, readonly ImageEntry[]>;
  /** The images of which it replaces what stands between two delimiters, by keys. */
  readonly splits: readonly string[];
  /** What it says of the files that it names, by their places. */
  readonly forms: readonly (readonly [place: string, form: NamedForm])[];
}

/** An entry of `images`. */
export interface ImageEntry {
  readonly name: string;
  /** Whether the name may match several. */
  readonly isExpression: boolean;
  /** Undefined where it is missing or empty, as the others. */
  readonly newName: string | undefined;
  readonly newTag: string | undefined;
  readonly digest: string | undefined;
  readonly tagSuffix: string | undefined;
}

/** By what keys targets of `replacements` may mean an image. */
export function splitKeys({ putAt, kind, name, owner }: FileImage): readonly string[] {
  const [, list, index] = /^(.*)\[(\d+)\]\.image$/s.exec(putAt) ?? [];
  if (list === undefined || index === undefined) return [];
  return ["*", index, `[name=${owner}]`].flatMap((which) =>
    [kind, undefined].flatMap((ofKind) =>
      [name, undefined].map((named) => splitKey({ list, which, kind: ofKind, name: named })),
    ),
  );
}

interface ImageSplit {
  /** Undefined where any will do, as the name. */
  readonly kind: string | undefined;
  readonly name: string | undefined;
  /** The path to the list of containers. */
  readonly list: string;
  /** The index of the container, or its name in `[name=…]`; `*` for all. */
  readonly which: string;
}

function splitKey({ list, which, kind, name }: ImageSplit): string {
  return JSON.stringify([list, which, kind ?? null, name ?? null]);
}

/** How a file is to be read. */
export type NamedForm = Pick<InputFile, "form" | "patched">;

/** True for an entry after which nothing is left of the tag and the digest that a file has. */
export function setsTag({ newTag, digest }: ImageEntry): boolean {
  return newTag !== undefined || digest !== undefined;
}

/** The entry at a path of a kustomization. */
export function entryAt({ entries }: Kustomization, path: string): ImageEntry | undefined {
  const index = /^(?:images|imageTags)\[(\d+)\]/.exec(path)?.[1];
  return index === undefined ? undefined : entries[Number(index)];
}

/** What an entry leaves to the files whose images it changes. */
export function entryOverride(entry: ImageEntry): Override | undefined {
  if (setsTag(entry)) {
    if (!entry.isExpression || entry.newName !== undefined) return undefined;
    if (entry.digest !== undefined)
      return { kind: "set", reason: "it has a digest for all that its `name` matches" };
    const reason =
      "its `name` is an expression, and each image that it matches has a digest of its own: write an entry for each";
    return { kind: "floats", reason };
  }
  if (entry.tagSuffix !== undefined)
    return {
      kind: "floats",
      reason: "`tagSuffix` drops every digest: write the whole tag as `newTag` instead",
    };
  if (entry.newName === undefined) return undefined;
  if (entry.isExpression)
    return {
      kind: "floats",
      reason:
        "its `name` is an expression, and it sets no tag for what that matches: write `newTag` here, too",
    };
  const reason =
    "it changes the name alone, so that tags and digests are those of other files: write `newTag` here, too";
  return { kind: "open", reason };
}

/** Undefined for one that can't be read, which is told when its images are looked for. */
export function readKustomization({ place, path, text }: KustomizationFile): Kustomization | undefined {
  const yaml = scanQuietly(text);
  const [document] = yaml?.documents ?? [];
  if (yaml === undefined || document === undefined) return undefined;
  const reading: Reading = { yaml, root: rootOf(document), folder: dirname(place) };
  const merges = [...placesAt(reading, "patchesStrategicMerge"), ...placesAt(reading, "patches")];
  const patches = patchFiles(reading);
  const components = placesAt(reading, "components");
  const entries = entriesIn(reading);
  return {
    place,
    path,
    folder: reading.folder,
    bases: [
      ...placesAt(reading, "resources"),
      ...placesAt(reading, "bases"),
      ...merges,
      ...components,
      ...patches.map(([file]) => file),
    ],
    components,
    forms: [
      ...valuesFiles(reading).map((file) => [file, { form: "values" }] as const),
      ...merges.map((file) => [file, { form: "patch" }] as const),
      ...patches,
    ],
    splits: splitsIn(reading),
    entries,
    byName: entriesByName(entries),
  };
}

/** A kustomization as YAML. */
interface Reading {
  readonly yaml: YamlText;
  readonly root: YamlNode;
  readonly folder: string;
}

/** The files that hold patches; others are written in place. */
function patchFiles(reading: Reading): readonly (readonly [place: string, form: NamedForm])[] {
  const { yaml, folder } = reading;
  return elementsAt(reading, "patches", "patchesJson6902").flatMap((patch) => {
    const file = textAt(yaml, patch, "path");
    if (file === undefined) return [];
    const patched = patchedKind(yaml, childOf(yaml, patch, "target"));
    return [[resolve(folder, file), { form: "patch", patched }] as const];
  });
}

/** The files of which charts, and the HelmReleases that take a ConfigMap or a Secret, make values. */
function valuesFiles(reading: Reading): readonly string[] {
  const { yaml, folder } = reading;
  const charts = elementsAt(reading, "helmCharts", "helmChartInflationGenerator").flatMap((chart) => [
    ...["valuesFile", "values"].flatMap((key) => textAt(yaml, chart, key) ?? []),
    ...textsIn(yaml, childOf(yaml, chart, "additionalValuesFiles")),
  ]);
  const generated = elementsAt(reading, "configMapGenerator", "secretGenerator")
    .flatMap((generator) => textsIn(yaml, childOf(yaml, generator, "files")))
    .flatMap((file) => VALUES_FILE.exec(file)?.groups?.path ?? []);
  return [...charts, ...generated].map((file) => resolve(folder, file));
}

/** A file for a key that is called after the values of a chart, as those that a HelmRelease of Flux takes are: `[KEY=]PATH`. */
const VALUES_FILE = /^(?=(?:[^=]*\/)?values[\w.-]*\.ya?ml(?:=|$))(?:[^=]*=)?(?<path>.+)$/;

function entriesIn(reading: Reading): readonly ImageEntry[] {
  const { yaml, root } = reading;
  const key = childOf(yaml, root, "images") === undefined ? "imageTags" : "images";
  return elementsAt(reading, key).map((entry) => {
    // kustomize reads it as an expression.
    const name = textAt(yaml, entry, "name") ?? "";
    return {
      name: name.replaceAll("\\", ""),
      isExpression: /[*+?()[\]{}|^$]/.test(name.replaceAll(/\\./g, "")),
      newName: textAt(yaml, entry, "newName"),
      newTag: textAt(yaml, entry, "newTag"),
      digest: textAt(yaml, entry, "digest"),
      tagSuffix: textAt(yaml, entry, "tagSuffix"),
    };
  });
}

function splitsIn(reading: Reading): readonly string[] {
  const { yaml } = reading;
  const targets = elementsAt(reading, "replacements").flatMap((each) =>
    listAt(yaml, childOf(yaml, each, "targets")),
  );
  return targets.flatMap((target) => {
    if (textAt(yaml, childOf(yaml, target, "options"), "delimiter") === undefined) return [];
    const select = childOf(yaml, target, "select");
    const [kind, name] = [textAt(yaml, select, "kind"), textAt(yaml, select, "name")];
    return textsIn(yaml, childOf(yaml, target, "fieldPaths")).flatMap((path) => {
      const { list, which } = IMAGE_PATH.exec(path)?.groups ?? {};
      return list === undefined || which === undefined ? [] : splitKey({ kind, name, list, which });
    });
  });
}

/** `spec.template.spec.containers.[name=web].image` */
const IMAGE_PATH = /^(?<list>[^[]*)\.(?<which>\*|\d+|\[name=[^\]]*\])\.image$/;

function entriesByName(entries: readonly ImageEntry[]): Kustomization["byName"] {
  const byName = new Map<string, ImageEntry[]>();
  for (const entry of entries) {
    const others = byName.get(entry.name);
    if (others === undefined) byName.set(entry.name, [entry]);
    else others.push(entry);
  }
  return byName;
}

function scanQuietly(text: string): YamlText | undefined {
  try {
    return scan(text);
  } catch (error) {
    if (error instanceof YamlSyntaxError) return undefined;
    throw error;
  }
}

function placesAt({ yaml, root, folder }: Reading, key: string): readonly string[] {
  return textsIn(yaml, childOf(yaml, root, key)).map((each) => resolve(folder, each));
}

function elementsAt({ yaml, root }: Reading, ...keys: readonly string[]): readonly YamlNode[] {
  return keys.flatMap((key) => listAt(yaml, childOf(yaml, root, key)));
}

/** Undefined also for nothing, and for null. */
function textAt(yaml: YamlText, map: YamlNode | undefined, key: string): string | undefined {
  const value = childOf(yaml, map, key);
  return value === undefined || scalarType(yaml, value) === "null"
    ? undefined
    : scalarText(yaml, value) || undefined;
}

function textsIn(yaml: YamlText, list: YamlNode | undefined): readonly string[] {
  return listAt(yaml, list).flatMap((element) => scalarText(yaml, element) ?? []);
}

function listAt(yaml: YamlText, list: YamlNode | undefined): readonly YamlNode[] {
  if (list === undefined || kindOf(yaml, list) !== "sequence") return [];
  return elementsOf(yaml, list).map((element) => dereference(yaml, element));
}
