/**
 * What one kustomization says of other files: which they are, how they are read, and what becomes of their images.
 *
 * https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/
 */
import { dirname, resolve } from "node:path";
import { patchedKind } from "../fields/json-patch.ts";
import type { InputFile } from "../krm/input.ts";
import { ownOrMergedChild } from "../yaml/members.ts";
import { scalarText } from "../yaml/node.ts";
import { parseFieldPath } from "./field-steps.ts";
import { entriesFollower, type FollowEntries, type ImageEntry, readEntry } from "./image-entry.ts";
import type { KustomizationFile, ReadNamed, ReadText } from "./kustomization-file.ts";
import { kustomizedValues } from "./kustomized-charts.ts";
import type { ValuesLayer } from "./layer-lists.ts";
import type { PartWrite } from "./part-write.ts";
import { patchedParts } from "./patches.ts";
import { type Replacement, type ReplacementSource, readReplacement } from "./replacement.ts";
import { documentsOf, elementsAt, elementsIn, mapAt, textAt, textsAt, type YamlMap } from "./yaml-parts.ts";

/** What a kustomization says of what it builds on. */
export interface Kustomization {
  readonly place: string;
  readonly path: string;
  readonly folder: string;
  /** The files and folders that it builds on, absolute. */
  readonly bases: readonly string[];
  /** Those that hold transformers and generators, and what these name: what is done before them is nothing to them. */
  readonly later: readonly string[];
  readonly components: readonly string[];
  readonly entries: readonly ImageEntry[];
  /** What its entries make of an image. */
  readonly follow: FollowEntries;
  readonly replacements: readonly Replacement[];
  /** What its patches write over parts of images. */
  readonly partWrites: readonly PartWrite[];
  /** The values of each chart that it inflates, the lowest first. */
  readonly values: readonly (readonly ValuesLayer[])[];
  /** The texts that it has names for, of which some may be images. */
  readonly vars: readonly ReplacementSource[];
  /** The literals of the objects that it generates, by their paths. */
  readonly literals: ReadonlyMap<string, Literal>;
  readonly namePrefix: string;
  readonly nameSuffix: string;
  /** What it says of the files that it names, by their places. */
  readonly forms: readonly (readonly [place: string, form: NamedForm])[];
}

/** A text of an object that is generated. */
export interface Literal {
  readonly kind: "ConfigMap" | "Secret";
  readonly name: string;
  readonly key: string;
}

/** How a file is to be read. */
export type NamedForm = Pick<InputFile, "form" | "patched">;

/** The entry at a path of a kustomization. */
export function entryAt({ entries }: Kustomization, path: string): ImageEntry | undefined {
  const index = /^(?:images|imageTags)\[(\d+)\]/.exec(path)?.[1];
  return index === undefined ? undefined : entries[Number(index)];
}

/** Undefined for one that can't be read, which is told when its images are looked for. */
export function readKustomization(file: KustomizationFile, read: ReadNamed): Kustomization | undefined {
  const [root] = documentsOf(file.text);
  if (root === undefined) return undefined;
  const folder = dirname(file.place);
  const placesOf = (paths: readonly string[]): readonly string[] =>
    paths.map((path) => resolve(folder, path));
  const placesAt = (key: string): readonly string[] => placesOf(textsAt(root, key));
  // One that is named again says nothing more.
  const plugins = [...new Set([...placesAt("transformers"), ...placesAt("generators")])];
  const texts = plugins.flatMap((place) => read(place) ?? []);
  const reading: Reading = { file, read, root, folder, plugins: pluginsIn(root, file.path, texts) };
  const components = placesAt("components");
  const patches = patchFiles(ownMaps(reading, "patches", "patchesJson6902"), folder);
  const laterPatches = patchFiles(pluginMaps(reading, "patches", "patchesJson6902"), folder);
  // kustomize 4 takes names of files in `patches`, too.
  const merges = [...placesAt("patchesStrategicMerge"), ...placesAt("patches")];
  const laterMerges = placesOf(
    pluginMaps(reading, "patchesStrategicMerge").flatMap(({ map }) => textsAt(map, "paths")),
  );
  const replacing = placesOf(all(reading, "replacements").flatMap(({ map }) => textAt(map, "path") ?? []));
  const images = ownOrMergedChild(root.yaml, root.node, "images") === undefined ? "imageTags" : "images";
  const entries = ownMaps(reading, images).map(({ map }, index) => readEntry(map, index));
  return {
    place: file.place,
    path: file.path,
    folder,
    bases: [
      ...placesAt("resources"),
      ...placesAt("bases"),
      ...components,
      ...merges,
      ...patches.map(([place]) => place),
      ...replacing,
    ],
    later: [...plugins, ...laterMerges, ...laterPatches.map(([place]) => place)],
    components,
    forms: [
      ...placesOf(valuesFiles(reading)).map((place) => [place, { form: "values" }] as const),
      ...[...merges, ...laterMerges].map((place) => [place, { form: "patch" }] as const),
      ...patches,
      ...laterPatches,
      ...replacing.map((place) => [place, { form: "replacement" }] as const),
    ],
    replacements: replacementsIn(reading),
    partWrites: patchedParts(reading),
    values: kustomizedValues(reading),
    vars: varsIn(reading),
    literals: literalsIn(reading),
    namePrefix: textAt(root, "namePrefix") ?? "",
    nameSuffix: textAt(root, "nameSuffix") ?? "",
    entries,
    follow: entriesFollower(entries),
  };
}

interface Reading {
  readonly file: KustomizationFile;
  readonly read: ReadNamed;
  readonly root: YamlMap;
  readonly folder: string;
  /** The objects that configure transformers and generators. */
  readonly plugins: readonly Plugin[];
}

/** A map, and where it stands. */
interface Plugin {
  readonly map: YamlMap;
  /** The file, as messages name it. */
  readonly file: string;
  readonly path: string;
}

/** Transformers and generators are written here, or the names of their files are. */
function pluginsIn(root: YamlMap, path: string, files: readonly ReadText[]): readonly Plugin[] {
  const inline = ["transformers", "generators"].flatMap((key) =>
    elementsAt(root, key).flatMap(({ yaml, node }, index): readonly Plugin[] => {
      const text = scalarText(yaml, node);
      // A name on one line leads to a file.
      if (text?.includes("\n") !== true) return [];
      return documentsOf(text).map((map) => ({ map, file: path, path: `${key}[${index}]` }));
    }),
  );
  const named = files.flatMap(({ path: file, text }) =>
    documentsOf(text).map((map) => ({ map, file, path: "" })),
  );
  return [...inline, ...named].filter(({ map }) => textAt(map, "apiVersion") === "builtin");
}

/** The elements of a list of the kustomization, and what objects of kustomize's own kinds say of the same. */
function all(reading: Reading, ...keys: readonly PluginKey[]): readonly Plugin[] {
  return [...ownMaps(reading, ...keys), ...pluginMaps(reading, ...keys)];
}

function ownMaps({ file, root }: Reading, ...keys: readonly string[]): readonly Plugin[] {
  return keys.flatMap((key) =>
    elementsAt(root, key).map((map, index) => ({ map, file: file.path, path: `${key}[${index}]` })),
  );
}

function pluginMaps({ plugins }: Reading, ...keys: readonly PluginKey[]): readonly Plugin[] {
  const kinds = keys.map((key) => pluginKinds[key]);
  return plugins.filter(({ map }) => kinds.includes(textAt(map, "kind") ?? "")).flatMap(partsOf);
}

/** Which kinds of objects say what a list of a kustomization does. */
const pluginKinds = {
  replacements: "ReplacementTransformer",
  patches: "PatchTransformer",
  patchesJson6902: "PatchJson6902Transformer",
  patchesStrategicMerge: "PatchStrategicMergeTransformer",
  helmCharts: "HelmChartInflationGenerator",
  configMapGenerator: "ConfigMapGenerator",
  secretGenerator: "SecretGenerator",
} satisfies Readonly<Record<string, string>>;

type PluginKey = keyof typeof pluginKinds;

/** Such an object says the same as an element of the list, or as several. */
function partsOf({ map, file, path }: Plugin): readonly Plugin[] {
  const replacements = elementsAt(map, "replacements");
  if (replacements.length === 0) return [{ map, file, path }];
  const at = path === "" ? "" : `${path}.`;
  return replacements.map((each, index) => ({ map: each, file, path: `${at}replacements[${index}]` }));
}

/** The files that hold patches of any kind; others are written in place. */
function patchFiles(
  maps: readonly Plugin[],
  folder: string,
): readonly (readonly [place: string, form: NamedForm])[] {
  return maps.flatMap(({ map }) => {
    const path = textAt(map, "path");
    if (path === undefined) return [];
    const patched = patchedKind(map.yaml, mapAt(map, "target")?.node);
    return [[resolve(folder, path), { form: "patch", patched }] as const];
  });
}

/** The files of which charts, and the HelmReleases that take a ConfigMap or a Secret, make values. */
function valuesFiles(reading: Reading): readonly string[] {
  const charts = [...all(reading, "helmCharts"), ...ownMaps(reading, "helmChartInflationGenerator")];
  const named = charts.flatMap(({ map }) => [
    ...["valuesFile", "values"].flatMap((key) => textAt(map, key) ?? []),
    ...textsAt(map, "additionalValuesFiles"),
  ]);
  const generated = all(reading, "configMapGenerator", "secretGenerator")
    .flatMap(({ map }) => textsAt(map, "files"))
    .flatMap((file) => VALUES_FILE.exec(file)?.groups?.path ?? []);
  return [...named, ...generated];
}

/** A file for a key that is called after the values of a chart, as those that a HelmRelease of Flux takes are: `[KEY=]PATH`. */
const VALUES_FILE = /^(?=(?:[^=]*\/)?values[\w.-]*\.ya?ml(?:=|$))(?:[^=]*=)?(?<path>.+)$/;

/** A replacement is written here, or the name of a file is that holds one or several. */
function replacementsIn(reading: Reading): readonly Replacement[] {
  const known = new Set<string>();
  return all(reading, "replacements").flatMap(({ map, file, path }) => {
    const named = textAt(map, "path");
    if (named === undefined) return [readReplacement(map, { file, path })];
    const place = resolve(reading.folder, named);
    // One that is named again writes the same.
    const other = known.has(place) ? undefined : reading.read(place);
    known.add(place);
    if (other === undefined) return [];
    return documentsOf(other.text).flatMap((document) => {
      const several = elementsIn(document.yaml, document.node);
      return several.length === 0
        ? [readReplacement(document, { file: other.path, path: "" })]
        : several.map((each, index) => readReplacement(each, { file: other.path, path: `[${index}]` }));
    });
  });
}

function varsIn({ root }: Reading): readonly ReplacementSource[] {
  return elementsAt(root, "vars").flatMap((map) => {
    const object = mapAt(map, "objref");
    const written = textAt(mapAt(map, "fieldref"), "fieldpath");
    if (object === undefined || written === undefined) return [];
    const [version, group] = (textAt(object, "apiVersion") ?? "").split("/").reverse();
    const name = {
      group: group ?? textAt(object, "group"),
      version: version === "" ? textAt(object, "version") : version,
      kind: textAt(object, "kind"),
      name: textAt(object, "name"),
      namespace: textAt(object, "namespace"),
    };
    return [{ object: name, written, steps: parseFieldPath(written), part: undefined }];
  });
}

function literalsIn({ root }: Reading): ReadonlyMap<string, Literal> {
  const kinds = [
    ["configMapGenerator", "ConfigMap"],
    ["secretGenerator", "Secret"],
  ] as const;
  return new Map(
    kinds.flatMap(([list, kind]) =>
      elementsAt(root, list).flatMap((generator, at) =>
        textsAt(generator, "literals").flatMap((literal, index): readonly [string, Literal][] => {
          const key = /^[^=]*/.exec(literal)?.[0] ?? "";
          const name = textAt(generator, "name") ?? "";
          return [[`${list}[${at}].literals[${index}]`, { kind, name, key }]];
        }),
      ),
    ),
  );
}
