/**
 * What kustomizations do to the images of the files that they build on: where one sets a tag, what a base says is not what
 * runs, and often is no image at all.
 *
 * https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/images/
 */
import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { InvalidReferenceError, safeParseReference } from "../image/reference.ts";
import type { ImageSource } from "../krm/image-source.ts";
import type { FileImage, InputFile, Override } from "../krm/input.ts";
import { appendTo } from "../yaml/lists-by-key.ts";
import { entryOverride, followEntries, type ImageEntry } from "./image-entry.ts";
import { entryAt, type Kustomization, type NamedForm, readKustomization } from "./kustomization.ts";
import type { KustomizationFile, ReadNamed } from "./kustomization-file.ts";
import { type FindPartWrites, indexPartWrites, type PartWrite, partOverrideOf } from "./part-write.ts";
import type { PatchedImage } from "./patched-images.ts";
import { imageSources, replacedField, splitting, takenOverride, wantOf, writing } from "./replaced.ts";
import type { ReplacedField, Replacement } from "./replacement.ts";
import { indexReplacements, type ReplacementIndex } from "./replacement-index.ts";
import type { ValuesLayer } from "./values-layers.ts";

/** What the kustomizations of a run say of its files. */
export interface Kustomizations {
  /** What they make of the images in a file at a place; undefined where nothing is known of it. */
  readonly overridden: (place: string) => InputFile["overridden"];
  /** The fields of a file at a place of which they make images. */
  readonly sources: (place: string) => readonly ImageSource[] | undefined;
  /** What they read the file at a place as, where its name and its text don't tell. */
  readonly formOf: (place: string) => NamedForm | undefined;
  /** The files that they name, absolute. */
  readonly named: () => readonly string[];
  /** The replacements that write images which no field was found to hold since. */
  readonly missing: (isInRun: (place: string) => boolean) => readonly MissingSource[];
  /** The patches that leave an image which was found with the digest of another, or with none. */
  readonly patched: () => readonly PatchedImage[];
  /** The values of each chart that they inflate, the lowest first. */
  readonly values: readonly (readonly ValuesLayer[])[];
}

/** What replacements say of the files of some kustomizations. */
interface Scope {
  readonly index: ReplacementIndex;
  readonly partWrites: FindPartWrites;
  readonly sources: readonly ImageSource[];
}

/** A replacement that writes images from nobody knows where. */
export interface MissingSource {
  readonly replacement: Replacement;
  /** False where files that may say it are left out of the run. */
  readonly isWhole: boolean;
}

/** Reads how the kustomizations of a run build on each other. */
export function readKustomizations(
  files: Iterable<KustomizationFile>,
  read: ReadNamed = () => undefined,
): Kustomizations {
  const known = new Map<string, Kustomization>();
  const forms = new Map<string, NamedForm>();
  for (const file of files) {
    const kustomization = readKustomization(file, read);
    if (kustomization === undefined) continue;
    known.set(kustomization.folder, kustomization);
    for (const [place, form] of kustomization.forms) if (!forms.has(place)) forms.set(place, form);
  }
  const users = new Map<string, Kustomization[]>();
  for (const kustomization of known.values())
    for (const place of kustomization.bases) appendTo(users, place, kustomization);
  const all = [...known.values()];
  const laterOf = new Map(all.flatMap((each) => each.later.map((place) => [place, each] as const)));
  const replaces = all.some(
    ({ replacements, partWrites, vars }) => replacements.length + partWrites.length + vars.length > 0,
  );
  const affixes = all
    .map(({ namePrefix, nameSuffix }) => [namePrefix, nameSuffix] as const)
    .filter(([prefix, suffix]) => prefix !== "" || suffix !== "");
  const scopes = new Map<string, Scope | undefined>();
  const indexes = new Map<Kustomization, ReplacementIndex>();
  const taken = new Set<readonly Replacement[]>();
  const written = new Set<Replacement>();
  const patched = new Map<PartWrite, string>();
  const usersOfFolders = new Map<string, ReadonlySet<string>>();
  return {
    overridden,
    sources,
    formOf: (place) => forms.get(place),
    named: () =>
      [...new Set([...users.keys(), ...forms.keys(), ...laterOf.keys()])].filter(
        (place) => !known.has(place),
      ),
    values: all.flatMap(({ values }) => values),
    patched: () => [...patched].map(([write, image]) => ({ write, image })),
    missing(isInRun) {
      const met = new Set([...taken].flat());
      return all.flatMap((each) => {
        const isWanted = (one: Replacement): boolean => wantOf(one) === "certain" || written.has(one);
        const missing = each.replacements.filter((one) => isWanted(one) && !met.has(one));
        if (missing.length === 0) return [];
        const whole = isWhole(each, isInRun);
        return missing.map((replacement) => ({ replacement, isWhole: whole }));
      });
    },
  };

  function overridden(place: string): InputFile["overridden"] {
    const folder = dirname(place);
    const { own, direct } = usersOf(place);
    if (own === undefined && direct.length === 0) return undefined;
    const answers = new Map<string, Answers>();
    const scope = replaces ? scopeAt(place) : undefined;
    const byReplacements = ({ index, partWrites }: Scope, image: FileImage): Override | undefined => {
      const field = replacedField(image, { affixes, own });
      const takers = index.takers(field);
      for (const same of takers) taken.add(same);
      const splitter = index.writer(field, splitting);
      if (splitter !== undefined) return splitOverride(splitter);
      const apart = index.partWriter(field);
      if (apart !== undefined) return partOverride(apart.replacement, apart.part);
      const kept = partOverrideOf(image, partWrites(field, place), patched);
      if (kept !== undefined) return kept;
      const writer = writerAbove(usersOfField(own, direct, image.path), field, new Map());
      if (writer === undefined) return takenOverride(field, takers);
      // What is written under a key of its own is a digest.
      if (!field.isApart) written.add(writer);
      return { kind: "set", reason: `\`replacements\` of ${writer.file} writes another` };
    };
    return (field) => {
      const { path, putAt, value } = field;
      const entry = own === undefined ? undefined : entryAt(own, path);
      const replaced = entry === undefined && scope !== undefined ? byReplacements(scope, field) : undefined;
      if (replaced !== undefined) return replaced;
      if (entry === undefined && !CONTAINER_IMAGE.test(putAt)) return undefined;
      const image = safeParseReference(value);
      if (image instanceof InvalidReferenceError) return entry && entryOverride(entry);
      const above =
        own === undefined || entry === undefined
          ? settledBy(usersOfField(own, direct, path), { name: image.name, own: folder, depth: 0 }, answers)
          : settledBehind(own, { entry, name: image.name }, answers);
      const gap = entry === undefined || above?.kind === "set" ? undefined : entryOverride(entry);
      if (gap !== undefined) return gap;
      if (above?.kind !== "floats" || image.digest === undefined) return above;
      // Its digest stays under the other name, under which alone it can be looked up.
      return { kind: "set", reason: above.reason };
    };
  }

  /** What becomes of the image of an entry: by those behind it, and by what builds on its kustomization. */
  function settledBehind(
    { folder, path, byName }: Kustomization,
    { entry, name: own }: { readonly entry: ImageEntry; readonly name: string },
    answers: Map<string, Answers>,
  ): Override | undefined {
    const { isSet, name } = followEntries(byName, own, entry.index);
    if (isSet) return { kind: "set", reason: `another entry of \`images\` of ${path} sets another` };
    const above = settledBy(users.get(folder) ?? [], { name, own: folder, depth: 0 }, answers);
    return above ?? (name === own ? undefined : renamedOverride(path));
  }

  function sources(place: string): readonly ImageSource[] | undefined {
    return replaces ? scopeAt(place)?.sources : undefined;
  }

  /** What replacements say of the fields of a file; undefined where there are none. */
  function scopeAt(place: string): Scope | undefined {
    const { own = laterOf.get(place), direct } = usersOf(place);
    const key = JSON.stringify([own?.folder, ...direct.map(({ folder }) => folder)]);
    if (!scopes.has(key)) scopes.set(key, scopeOf(own === undefined ? direct : [own, ...direct]));
    return scopes.get(key);
  }

  function scopeOf(kustomizations: readonly Kustomization[]): Scope | undefined {
    // A set gives what is added to it while it is gone through as well.
    const above = new Set(kustomizations);
    for (const { folder } of above) for (const user of users.get(folder) ?? []) above.add(user);
    const parts = [...new Set([...above].flatMap(partsOf))];
    const all = parts.flatMap(({ replacements }) => replacements);
    const found = imageSources(all, above, affixes);
    const writes = parts.flatMap(({ partWrites }) => partWrites);
    if (all.length === 0 && found.length === 0 && writes.length === 0) return undefined;
    const makesUpFor = (own: string, stale: string): boolean => usersAbove(stale).has(own);
    return { index: indexReplacements(all), partWrites: indexPartWrites(writes, makesUpFor), sources: found };
  }

  /** The folders of all that build on a folder, or on what does. */
  function usersAbove(folder: string): ReadonlySet<string> {
    const asked = usersOfFolders.get(folder);
    if (asked !== undefined) return asked;
    const above = new Set<string>();
    const gather = (each: string): void => {
      for (const user of users.get(each) ?? []) above.add(user.folder);
    };
    gather(folder);
    // A set gives what is added to it while it is gone through as well.
    for (const each of above) gather(each);
    usersOfFolders.set(folder, above);
    return above;
  }

  /** The kustomization that is at a place, and those that build on what is there. */
  function usersOf(place: string): {
    readonly own: Kustomization | undefined;
    readonly direct: readonly Kustomization[];
  } {
    const at = known.get(dirname(place));
    const own = at?.place === place ? at : undefined;
    const folder = own === undefined ? laterOf.get(place)?.folder : dirname(place);
    return { own, direct: users.get(folder ?? place) ?? [] };
  }

  /** A kustomization and its components, whose replacements and patches are for all that it builds on. */
  function partsOf(kustomization: Kustomization): readonly Kustomization[] {
    const parts = new Set([kustomization]);
    for (const { components } of parts) {
      for (const folder of components) {
        const part = known.get(folder);
        if (part !== undefined) parts.add(part);
      }
    }
    return [...parts];
  }

  function replacementsOf(kustomization: Kustomization): readonly Replacement[] {
    return partsOf(kustomization).flatMap((part) => part.replacements);
  }

  function indexOf(kustomization: Kustomization): ReplacementIndex {
    const index = indexes.get(kustomization) ?? indexReplacements(replacementsOf(kustomization));
    indexes.set(kustomization, index);
    return index;
  }

  /** What writes over a field on every way from its file to what nothing builds on. */
  function writerAbove(
    kustomizations: readonly Kustomization[],
    field: ReplacedField,
    known: Map<Kustomization, Replacement | "asked" | undefined>,
  ): Replacement | undefined {
    let first: Replacement | undefined;
    for (const each of kustomizations) {
      const writer = known.has(each) ? known.get(each) : writerAt(each, field, known);
      if (writer === undefined) return undefined;
      // What builds on itself has no say.
      if (writer !== "asked") first ??= writer;
    }
    return first;
  }

  function writerAt(
    kustomization: Kustomization,
    field: ReplacedField,
    known: Map<Kustomization, Replacement | "asked" | undefined>,
  ): Replacement | undefined {
    known.set(kustomization, "asked");
    const writer =
      indexOf(kustomization).writer(field, writing) ??
      // Deeper, the image counts, which loses nothing.
      (known.size > DEPTH_MAX ? undefined : writerAbove(users.get(kustomization.folder) ?? [], field, known));
    known.set(kustomization, writer);
    return writer;
  }

  /** Whether all that a kustomization builds on is in the run, but for what is no file here. */
  function isWhole(kustomization: Kustomization, isInRun: (place: string) => boolean): boolean {
    const below = new Set([kustomization]);
    for (const { bases } of below) {
      for (const place of bases) {
        const base = known.get(place);
        if (base !== undefined) below.add(base);
        else if (!isInRun(place) && existsSync(place)) return false;
      }
    }
    return true;
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
    // A component has no say of its own entries; those of others come first.
    const others = components.filter((each) => each !== image.own).flatMap((each) => known.get(each) ?? []);
    let [name, isSet] = [image.name, false];
    for (const each of [...others.map((other) => other.byName), byName]) {
      const followed = followEntries(each, name);
      name = followed.name;
      isSet ||= followed.isSet;
    }
    if (isSet) return { kind: "set", reason: `\`images\` of ${path} sets another` };
    const above = settledBy(users.get(folder) ?? [], { ...image, name, depth: image.depth + 1 }, answers);
    return above ?? (name === image.name ? undefined : renamedOverride(path));
  }
}

/** Where kustomize looks for images, unless it is configured otherwise. */
const CONTAINER_IMAGE = /(?:^|\.)(?:containers|initContainers)\[\d+\]\.image$/;

function renamedOverride(path: string): Override {
  const reason = `\`images\` of ${path} gives it another name, which may have another digest for its tag: write \`newTag\` beside that \`newName\``;
  return { kind: "floats", reason };
}

function splitOverride({ file }: Replacement): Override {
  const reason = `\`replacements\` of ${file} replaces a part of it by a delimiter, and would take a part of a digest for that: replace the whole image, or write it here`;
  return { kind: "floats", reason };
}

function partOverride({ file }: Replacement, part: string): Override {
  const reason = `\`replacements\` of ${file} writes its \`${part}\`, which no digest here would follow: write the digest there, too, or the \`${part}\` here`;
  return { kind: "floats", reason };
}

/** Whose say a field has to bear: also that of its own kustomization, unless it is done after that. */
function usersOfField(
  own: Kustomization | undefined,
  direct: readonly Kustomization[],
  path: string,
): readonly Kustomization[] {
  return own === undefined || /^(?:transformers|generators|validators)\[/.test(path) ? direct : [own];
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
