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
import { entryOverride } from "./image-entry.ts";
import { entryAt, type Kustomization, type NamedForm, readKustomization } from "./kustomization.ts";
import type { KustomizationFile, ReadNamed } from "./kustomization-file.ts";
import { kustomizationGraph } from "./kustomization-graph.ts";
import { type NamesOf, namesAmong, namesBefore } from "./later-names.ts";
import type { ValuesLayer } from "./layer-lists.ts";
import { type FindPartWrites, indexPartWrites, partOverrideOf } from "./part-overrides.ts";
import type { PatchedImage } from "./patched-images.ts";
import { imageSources, replacedField, takenOverride, wantOf } from "./replaced.ts";
import { namesIn, type Replacement } from "./replacement.ts";
import { indexReplacements, type ReplacementIndex } from "./replacement-index.ts";
import { writerFinder } from "./replacement-writers.ts";
import { settledImages } from "./settled-images.ts";
import { patchedWrites } from "./write-groups.ts";

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
  readonly namesOf: NamesOf;
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
  const all = kustomizationsIn(files, read);
  const graph = kustomizationGraph(all);
  const forms = new Map<string, NamedForm>();
  for (const [place, form] of all.flatMap((each) => each.forms))
    if (!forms.has(place)) forms.set(place, form);
  const replaces = all.some(
    ({ replacements, partWrites, vars }) => replacements.length + partWrites.length + vars.length > 0,
  );
  const before = namesBefore(
    all
      .map(({ namePrefix, nameSuffix }) => [namePrefix, nameSuffix] as const)
      .filter(([prefix, suffix]) => prefix !== "" || suffix !== ""),
  );
  const writerAbove = writerFinder(graph);
  const scopes = new Map<string, Scope | undefined>();
  const taken = new Set<readonly Replacement[]>();
  const written = new Set<Replacement>();
  const patched = patchedWrites();
  return {
    overridden,
    sources: (place) => (replaces ? scopeAt(place)?.sources : undefined),
    formOf: (place) => forms.get(place),
    named: graph.named,
    values: all.flatMap(({ values }) => values),
    patched: patched.all,
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
    const { own, direct } = graph.aroundFile(place);
    if (own === undefined && direct.length === 0) return undefined;
    const settled = settledImages(graph);
    const scope = replaces ? scopeAt(place) : undefined;
    const byReplacements = (
      { index, partWrites, namesOf }: Scope,
      image: FileImage,
    ): Override | undefined => {
      const field = replacedField(image, { namesOf, own });
      const takers = index.takers(field);
      for (const same of takers) taken.add(same);
      const splitter = index.splitter(field);
      if (splitter !== undefined) return splitOverride(splitter);
      const apart = index.partWriter(field);
      if (apart !== undefined) return partOverride(apart.replacement, apart.part);
      const kept = partOverrideOf(image, partWrites(field, place), patched);
      if (kept !== undefined) return kept;
      const writer = writerAbove(usersOfField(own, direct, image.path), field);
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
      const { name } = image;
      const above =
        own === undefined || entry === undefined
          ? settled.by(usersOfField(own, direct, path), { name, own: folder })
          : settled.behind(own, { entry, name });
      const gap = entry === undefined || above?.kind === "set" ? undefined : entryOverride(entry);
      if (gap !== undefined) return gap;
      if (above?.kind !== "floats" || image.digest === undefined) return above;
      // Its digest stays under the other name, under which alone it can be looked up.
      return { kind: "set", reason: above.reason };
    };
  }

  /** What replacements say of the fields of a file; undefined where there are none. */
  function scopeAt(place: string): Scope | undefined {
    const { own = graph.laterUserOf(place), direct } = graph.aroundFile(place);
    const key = JSON.stringify([own?.folder, ...direct.map(({ folder }) => folder)]);
    if (!scopes.has(key)) scopes.set(key, scopeOf(own === undefined ? direct : [own, ...direct]));
    return scopes.get(key);
  }

  function scopeOf(kustomizations: readonly Kustomization[]): Scope | undefined {
    const above = graph.withUsers(kustomizations);
    const parts = [...new Set([...above].flatMap(graph.partsOf))];
    const replacements = parts.flatMap((part) => part.replacements);
    const found = imageSources(replacements, above, before);
    const writes = parts.flatMap(({ partWrites }) => partWrites);
    if (replacements.length === 0 && found.length === 0 && writes.length === 0) return undefined;
    return {
      index: indexReplacements(replacements),
      partWrites: indexPartWrites(writes, graph.foldersAbove),
      sources: found,
      namesOf: namesAmong([...saidIn(replacements), ...writes.flatMap(({ target }) => target.said)], before),
    };
  }

  /** Whether all that a kustomization builds on is in the run, but for what is no file here. */
  function isWhole(kustomization: Kustomization, isInRun: (place: string) => boolean): boolean {
    const below = new Set([kustomization]);
    for (const { bases } of below) {
      for (const place of bases) {
        const base = graph.at(place);
        if (base !== undefined) below.add(base);
        else if (!isInRun(place) && existsSync(place)) return false;
      }
    }
    return true;
  }
}

/** The names of objects that some replacements say. */
function saidIn(replacements: readonly Replacement[]): readonly string[] {
  return replacements.flatMap(({ source, targets }) => [
    ...namesIn(source === undefined ? [] : [source.object]),
    ...new Set(targets.flatMap(({ said }) => said)),
  ]);
}

/** Of several in one folder the last counts. */
function kustomizationsIn(files: Iterable<KustomizationFile>, read: ReadNamed): readonly Kustomization[] {
  const known = new Map<string, Kustomization>();
  for (const file of files) {
    const kustomization = readKustomization(file, read);
    if (kustomization !== undefined) known.set(kustomization.folder, kustomization);
  }
  return [...known.values()];
}

/** Where kustomize looks for images, unless it is configured otherwise. */
const CONTAINER_IMAGE = /(?:^|\.)(?:containers|initContainers)\[\d+\]\.image$/;

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
