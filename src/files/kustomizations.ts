/**
 * What kustomizations do to the images of the files that they build on: where one sets a tag, what a base says is not what
 * runs, and often is no image at all.
 *
 * https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/images/
 */
import { dirname } from "node:path";
import { InvalidReferenceError, safeParseReference } from "../image/reference.ts";
import type { InputFile, Override } from "../krm/input.ts";
import {
  entryAt,
  entryOverride,
  type Kustomization,
  type KustomizationFile,
  type NamedForm,
  readKustomization,
  setsTag,
  splitKeys,
} from "./kustomization.ts";

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
  const areSplit = [...known.values()].some(({ splits }) => splits.length > 0);
  return { overridden, formOf: (place) => forms.get(place) };

  function overridden(place: string): InputFile["overridden"] {
    const folder = dirname(place);
    const at = known.get(folder);
    const own = at?.place === place ? at : undefined;
    const direct = users.get(own === undefined ? place : folder) ?? [];
    if (own === undefined && direct.length === 0) return undefined;
    const answers = new Map<string, Answers>();
    const splitting = areSplit ? splitsBy(own === undefined ? direct : [own, ...direct]) : undefined;
    return (field) => {
      const { path, putAt, value } = field;
      const entry = own === undefined ? undefined : entryAt(own, path);
      if (entry === undefined && !CONTAINER_IMAGE.test(putAt)) return undefined;
      const image = safeParseReference(value);
      if (image instanceof InvalidReferenceError) return entry && entryOverride(entry);
      const split = splitting && splitKeys(field).find((key) => splitting.has(key));
      const splitter = split === undefined ? undefined : splitting?.get(split);
      if (splitter !== undefined) return splitOverride(splitter);
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

  /** What replaces parts of images, of all that build on something and of themselves. */
  function splitsBy(direct: readonly Kustomization[]): ReadonlyMap<string, Kustomization> {
    // A set gives what is added to it while it is gone through as well.
    const above = new Set(direct);
    for (const { folder } of above) for (const user of users.get(folder) ?? []) above.add(user);
    return new Map([...above].flatMap((each) => each.splits.map((key) => [key, each] as const)));
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

function splitOverride({ path }: Kustomization): Override {
  const reason = `\`replacements\` of ${path} replaces a part of it by a delimiter, and would take a part of a digest for that: replace the whole image, or write it here`;
  return { kind: "floats", reason };
}

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
