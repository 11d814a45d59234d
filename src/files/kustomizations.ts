/**
 * What kustomizations do to the images of the files that they build on: where one sets a tag, what a base says is not what
 * runs, and often is no image at all.
 *
 * https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/images/
 */
import { dirname, resolve } from "node:path";
import { patchedKind } from "../fields/json-patch.ts";
import { InvalidReferenceError, safeParseReference } from "../image/reference.ts";
import type { InputFile, Override } from "../krm/input.ts";
import { childOf, dereference, elementsOf, kindOf, rootOf, scalarText } from "../yaml/node.ts";
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

/** What the kustomizations of a run say of its files. */
export interface Kustomizations {
  /** What they make of the images in a file at a place; undefined where nothing is known of it. */
  readonly overridden: (place: string) => InputFile["overridden"];
  /** What they read the file at a place as, where its name and its text don't tell. */
  readonly formOf: (place: string) => NamedForm | undefined;
}

/** Reads how the kustomizations of a run build on each other. */
export function readKustomizations(files: Iterable<KustomizationFile>): Kustomizations {
  const known = new Map<string, Kustomization>();
  const forms = new Map<string, NamedForm>();
  for (const file of files) {
    const kustomization = readKustomization(file);
    if (kustomization === undefined) continue;
    known.set(kustomization.folder, kustomization);
    for (const [place, form] of kustomization.forms) if (!forms.has(place)) forms.set(place, form);
  }
  const users = new Map<string, Kustomization[]>();
  for (const kustomization of known.values()) {
    for (const place of kustomization.bases) {
      const others = users.get(place);
      if (others === undefined) users.set(place, [kustomization]);
      else others.push(kustomization);
    }
  }
  return { overridden, formOf: (place) => forms.get(place) };

  function overridden(place: string): InputFile["overridden"] {
    const folder = dirname(place);
    const at = known.get(folder);
    const own = at?.place === place ? at : undefined;
    const direct = users.get(own === undefined ? place : folder) ?? [];
    if (own === undefined && direct.length === 0) return undefined;
    const answers = new Map<string, Answers>();
    return ({ path, putAt, value }) => {
      const entry = own === undefined ? undefined : entryAt(own, path);
      if (entry === undefined && !CONTAINER_IMAGE.test(putAt)) return undefined;
      const image = safeParseReference(value);
      if (image instanceof InvalidReferenceError) return undefined;
      const isPatch = own !== undefined && entry === undefined;
      const using = isPatch ? [own] : direct;
      const above = settledBy(using, { name: image.name, own: folder, depth: 0 }, answers);
      const gap = entry === undefined || above?.kind === "set" ? undefined : entryOverride(entry);
      if (gap !== undefined) return gap;
      if (above?.kind !== "floats" || image.digest === undefined) return above;
      // Its digest stays under the other name, under which alone it can be looked up.
      return { kind: "set", reason: above.reason };
    };
  }

  /**
   * What becomes of an image, where all that build on something give it another tag or another name; they may do so after
   * each other. What was asked before is known, and what builds on itself has no say.
   */
  function settledBy(
    kustomizations: readonly Kustomization[],
    image: NamedImage,
    answers: Map<string, Answers>,
  ): Override | undefined {
    // Deeper, the image counts, which loses nothing.
    if (image.depth > DEPTH_MAX) return undefined;
    const ofName: Answers = answers.get(image.name) ?? new Map();
    answers.set(image.name, ofName);
    let first: Override | undefined;
    for (const each of kustomizations) {
      const answer = ofName.has(each) ? ofName.get(each) : settledOne(each, image, answers);
      if (answer === undefined) return undefined;
      if (answer !== "asked" && (first === undefined || answer.kind === "floats")) first = answer;
    }
    return first;
  }

  function settledOne(
    kustomization: Kustomization,
    image: NamedImage,
    answers: Map<string, Answers>,
  ): Override | undefined {
    const ofName = answers.get(image.name);
    ofName?.set(kustomization, "asked");
    const override = overrideBy(kustomization, image, answers);
    ofName?.set(kustomization, override);
    return override;
  }

  function overrideBy(
    { folder, path, byName, components }: Kustomization,
    image: NamedImage,
    answers: Map<string, Answers>,
  ): Override | undefined {
    // A component has no say of its own entries.
    const others = components.filter((each) => each !== image.own).map((each) => known.get(each)?.byName);
    const all = [byName, ...others].flatMap((each) => each?.get(image.name) ?? []);
    if (all.some(setsTag)) return { kind: "set", reason: `\`images\` of ${path} sets another` };
    const newName = all.find((each) => each.newName !== undefined && each.newName !== image.name)?.newName;
    const name = newName ?? image.name;
    const above = settledBy(users.get(folder) ?? [], { ...image, name, depth: image.depth + 1 }, answers);
    if (newName === undefined || above !== undefined) return above;
    const reason = `\`images\` of ${path} gives it another name, which may have another digest for its tag: write \`newTag\` beside that \`newName\``;
    return { kind: "floats", reason };
  }
}

/** Where kustomize looks for images, unless it is configured otherwise. */
const CONTAINER_IMAGE = /(?:^|\.)(?:containers|initContainers)\[\d+\]\.image$/;

interface NamedImage {
  readonly name: string;
  /** The folder that it stands in. */
  readonly own: string;
  /** How many kustomizations stand between. */
  readonly depth: number;
}

/** What is known of an image by what builds on it. */
type Answers = Map<Kustomization, Override | undefined | "asked">;

// More than anybody builds on each other.
const DEPTH_MAX = 200;

interface Kustomization {
  readonly place: string;
  readonly path: string;
  readonly folder: string;
  /** The files and folders that it builds on, absolute. */
  readonly bases: readonly string[];
  readonly components: readonly string[];
  readonly entries: readonly ImageEntry[];
  readonly byName: ReadonlyMap<string, readonly ImageEntry[]>;
  /** What it says of the files that it names, by their places. */
  readonly forms: readonly (readonly [place: string, form: NamedForm])[];
}

/** An entry of `images`. */
interface ImageEntry {
  readonly name: string;
  /** Undefined where it is missing or empty, as the others. */
  readonly newName: string | undefined;
  readonly newTag: string | undefined;
  readonly digest: string | undefined;
  readonly tagSuffix: string | undefined;
}

/** How a file is to be read. */
type NamedForm = Pick<InputFile, "form" | "patched">;

function setsTag({ newTag, digest }: ImageEntry): boolean {
  return newTag !== undefined || digest !== undefined;
}

/** The entry at a path of a kustomization. */
function entryAt({ entries }: Kustomization, path: string): ImageEntry | undefined {
  const index = /^images\[(\d+)\]/.exec(path)?.[1];
  return index === undefined ? undefined : entries[Number(index)];
}

/** What an entry leaves to the files whose images it changes. */
function entryOverride(entry: ImageEntry): Override | undefined {
  if (setsTag(entry)) return undefined;
  if (entry.tagSuffix !== undefined)
    return {
      kind: "floats",
      reason: "`tagSuffix` drops every digest: write the whole tag as `newTag` instead",
    };
  if (entry.newName === undefined) return undefined;
  const reason =
    "it changes the name alone, so that tags and digests are those of other files: write `newTag` here, too";
  return { kind: "open", reason };
}

/** Undefined for one that can't be read, which is told when its images are looked for. */
function readKustomization({ place, path, text }: KustomizationFile): Kustomization | undefined {
  const yaml = scanQuietly(text);
  const [document] = yaml?.documents ?? [];
  if (yaml === undefined || document === undefined) return undefined;
  const root = rootOf(document);
  const folder = dirname(place);
  const placesOf = (key: string): string[] =>
    textsIn(yaml, childOf(yaml, root, key)).map((each) => resolve(folder, each));
  const textAt = (node: YamlNode, key: string): string | undefined =>
    scalarText(yaml, childOf(yaml, node, key)) || undefined;
  const lists = (keys: readonly string[]): readonly YamlNode[] =>
    keys.flatMap((key) => listAt(yaml, childOf(yaml, root, key)));
  const patches = lists(["patches", "patchesJson6902"]).flatMap((patch) => {
    const file = textAt(patch, "path");
    const target = childOf(yaml, patch, "target");
    return file === undefined ? [] : { place: resolve(folder, file), target };
  });
  const charts = lists(["helmCharts", "helmChartInflationGenerator"]).flatMap((chart) => [
    ...["valuesFile", "values"].flatMap((key) => textAt(chart, key) ?? []),
    ...textsIn(yaml, childOf(yaml, chart, "additionalValuesFiles")),
  ]);
  const components = placesOf("components");
  const entries = lists(["images"]).map((entry) => ({
    // kustomize reads it as an expression.
    name: (textAt(entry, "name") ?? "").replaceAll("\\", ""),
    newName: textAt(entry, "newName"),
    newTag: textAt(entry, "newTag"),
    digest: textAt(entry, "digest"),
    tagSuffix: textAt(entry, "tagSuffix"),
  }));
  return {
    place,
    path,
    folder,
    bases: [
      ...placesOf("resources"),
      ...placesOf("bases"),
      ...placesOf("patchesStrategicMerge"),
      ...components,
      ...patches.map((patch) => patch.place),
    ],
    components,
    forms: [
      ...charts.map((each) => [resolve(folder, each), { form: "values" }] as const),
      ...placesOf("patchesStrategicMerge").map((each) => [each, { form: "patch" }] as const),
      ...patches.map(
        (patch) => [patch.place, { form: "patch", patched: patchedKind(yaml, patch.target) }] as const,
      ),
    ],
    entries,
    byName: entriesByName(entries),
  };
}

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

function textsIn(yaml: YamlText, list: YamlNode | undefined): readonly string[] {
  return listAt(yaml, list).flatMap((element) => scalarText(yaml, element) ?? []);
}

function listAt(yaml: YamlText, list: YamlNode | undefined): readonly YamlNode[] {
  if (list === undefined || kindOf(yaml, list) !== "sequence") return [];
  return elementsOf(yaml, list).map((element) => dereference(yaml, element));
}
