/**
 * What kustomizations do to the images of the files that they build on: where one sets a tag, what a base says is not what
 * runs, and often is no image at all.
 *
 * https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/images/
 */
import { dirname, join, resolve } from "node:path";
import { InvalidReferenceError, safeParseReference } from "../image/reference.ts";
import type { FileImage } from "../krm/input.ts";
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

/** Tells, for a file at a place, why an image in it is not the one that runs; undefined where nothing builds on the file. */
export type OverriddenImages = (place: string) => ((image: FileImage) => string | undefined) | undefined;

/** Reads how the kustomizations of a run build on each other. */
export function overriddenImages(files: Iterable<KustomizationFile>): OverriddenImages {
  const known = new Map<string, Kustomization>();
  for (const file of files) {
    const kustomization = readKustomization(file);
    if (kustomization !== undefined) known.set(kustomization.folder, kustomization);
  }
  const users = new Map<string, Kustomization[]>();
  for (const kustomization of known.values()) {
    for (const place of kustomization.bases) {
      const others = users.get(place);
      if (others === undefined) users.set(place, [kustomization]);
      else others.push(kustomization);
    }
  }
  return (place) => {
    const isKustomization = known.get(dirname(place))?.place === place;
    const direct = users.get(isKustomization ? dirname(place) : place);
    if (direct === undefined) return undefined;
    const answers = new Map<string, Answers>();
    return ({ path, value }) => {
      if (!(isKustomization || CONTAINER_IMAGE.test(path))) return undefined;
      const image = safeParseReference(value);
      if (image instanceof InvalidReferenceError) return undefined;
      const ofName: Answers = answers.get(image.name) ?? new Map();
      answers.set(image.name, ofName);
      return settledBy(direct, { name: image.name, own: dirname(place), depth: 0 }, ofName);
    };
  };

  /**
   * The reason, where all that build on something set the image; they may do so after each other. What was asked before is
   * known, and what builds on itself has no say.
   */
  function settledBy(
    kustomizations: readonly Kustomization[],
    image: NamedImage,
    answers: Answers,
  ): string | undefined {
    // Deeper, the image counts, which loses nothing.
    if (image.depth > DEPTH_MAX) return undefined;
    let first: string | undefined;
    for (const each of kustomizations) {
      const answer = answers.has(each) ? answers.get(each) : settledOne(each, image, answers);
      if (answer === undefined) return undefined;
      if (answer !== "asked") first ??= answer;
    }
    return first;
  }

  function settledOne(kustomization: Kustomization, image: NamedImage, answers: Answers): string | undefined {
    const { folder, path, names, components } = kustomization;
    answers.set(kustomization, "asked");
    // A component has no say of its own entries.
    const others = components.filter((each) => each !== image.own).map((each) => known.get(each)?.names);
    const isSet = [names, ...others].some((each) => each?.has(image.name));
    const above = users.get(folder) ?? [];
    const reason = isSet
      ? `\`images\` of ${path} sets another`
      : settledBy(above, { ...image, depth: image.depth + 1 }, answers);
    answers.set(kustomization, reason);
    return reason;
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
type Answers = Map<Kustomization, string | undefined | "asked">;

// More than anybody builds on each other.
const DEPTH_MAX = 200;

interface Kustomization {
  readonly place: string;
  readonly path: string;
  readonly folder: string;
  /** The files and folders that it builds on, absolute. */
  readonly bases: readonly string[];
  readonly components: readonly string[];
  /** The names of images that it sets. */
  readonly names: ReadonlySet<string>;
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
  const patches = listAt(yaml, childOf(yaml, root, "patches")).flatMap(
    (patch) => scalarText(yaml, childOf(yaml, patch, "path")) ?? [],
  );
  const components = placesOf("components");
  return {
    place,
    path,
    folder,
    bases: [
      ...placesOf("resources"),
      ...placesOf("bases"),
      ...placesOf("patchesStrategicMerge"),
      ...components,
      ...patches.map((each) => join(folder, each)),
    ],
    components,
    names: new Set(
      listAt(yaml, childOf(yaml, root, "images")).flatMap((entry) => {
        const sets = ["newName", "newTag", "digest"].some((key) =>
          scalarText(yaml, childOf(yaml, entry, key)),
        );
        const name = scalarText(yaml, childOf(yaml, entry, "name"));
        // kustomize reads it as an expression.
        return sets && name !== undefined ? [name.replaceAll("\\", "")] : [];
      }),
    ),
  };
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
