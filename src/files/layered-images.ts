/** The images in values that are laid over each other, and what each layer says of each. */
import { isDigestText } from "../fields/digest-beside.ts";
import { subjectOf } from "../fields/likely-parts.ts";
import { groupBy } from "../lock/format/locked-image.ts";
import { entryLayout } from "../yaml/layout.ts";
import { appendTo } from "../yaml/lists-by-key.ts";
import { membersOf } from "../yaml/members.ts";
import {
  dereference,
  entriesOf,
  kindOf,
  type Range,
  scalarText,
  startOf,
  type YamlEntry,
} from "../yaml/node.ts";
import type { YamlNode, YamlText } from "../yaml/scan.ts";
import type { ReleaseKey } from "./chart-releases.ts";
import { isDigestKey, isNameKey, isTagKey } from "./part-keys.ts";
import type { YamlMap } from "./yaml-parts.ts";

/** Values that are laid over others: those of a file, or of an object. */
export interface ImageLayer {
  /** As messages name it. */
  readonly file: string;
  readonly keys: readonly LayerKey[];
  /** What others are laid over. */
  readonly values?: LayerValues;
}

/** A key, and the how-manieth of its layer it is. */
export interface LayerKey extends ReleaseKey {
  readonly number: number;
}

interface LayerValues {
  readonly root: YamlMap;
  /** Tells whether the run writes into a part of them. */
  readonly isEdited: (range: Range) => boolean;
}

/** An image, which stands at the same keys in all layers that say something of it. */
export interface LayeredImage {
  readonly keys: ReadonlyMap<ImageLayer, readonly LayerKey[]>;
  readonly parts: ReadonlyMap<ImageLayer, ImageParts>;
}

/** What a layer says of an image. */
export interface ImageParts {
  readonly registry: string | undefined;
  readonly name: string | undefined;
  readonly tag: string | undefined;
  /** Whether it says a digest, or gets one. */
  readonly isDigested: boolean;
}

/** Those that may be left with the digest of another. */
export function layeredImages(layers: Iterable<ImageLayer>): readonly LayeredImage[] {
  const images: Image[] = [];
  const root = emptyMap();
  for (const layer of layers) {
    for (const key of layer.keys) {
      const map = mapUnder(root, key.steps);
      const image = map.images.get(key.subject) ?? { keys: new Map(), parts: new Map() };
      if (!map.images.has(key.subject)) {
        map.images.set(key.subject, image);
        images.push(image);
      }
      appendTo(image.keys, layer, key);
    }
  }
  for (const layer of layers) if (layer.values !== undefined) readParts(layer, layer.values, root);
  return images.filter(({ parts }) => [...parts.values()].some(({ isDigested }) => isDigested));
}

interface Image {
  readonly keys: Map<ImageLayer, LayerKey[]>;
  readonly parts: Map<ImageLayer, ImageParts>;
}

/** The images that stand in a map of values, by their subjects, and the maps in it. */
interface ImageMap {
  readonly images: Map<string, Image>;
  readonly maps: Map<string, ImageMap>;
}

function emptyMap(): ImageMap {
  return { images: new Map(), maps: new Map() };
}

/** The map of a key. */
function mapUnder(root: ImageMap, steps: readonly string[]): ImageMap {
  let map = root;
  for (const step of steps.slice(0, -1)) {
    const inner = map.maps.get(step) ?? emptyMap();
    map.maps.set(step, inner);
    map = inner;
  }
  return map;
}

/** Notes what a layer says of the images that have keys in any; each map is gone through once. */
function readParts(
  layer: ImageLayer,
  { root: { yaml, node: root }, isEdited }: LayerValues,
  all: ImageMap,
): void {
  const known = new Map<YamlNode, MapParts>();
  const walk = (node: YamlNode, { images, maps }: ImageMap): void => {
    if (kindOf(yaml, node) !== "mapping") return;
    const found = known.get(node) ?? partsIn(yaml, node, isEdited);
    known.set(node, found);
    for (const [subject, parts] of found.parts) images.get(subject)?.parts.set(layer, parts);
    for (const [name, child] of found.children) {
      const map = maps.get(name);
      if (map !== undefined) walk(child, map);
    }
  };
  walk(root, all);
}

/** What stands in a map of values: parts of images by their subjects, and what has other keys. */
interface MapParts {
  readonly parts: ReadonlyMap<string, ImageParts>;
  readonly children: ReadonlyMap<string, YamlNode>;
}

function partsIn(yaml: YamlText, map: YamlNode, isEdited: LayerValues["isEdited"]): MapParts {
  const members = membersOf(yaml, map);
  const children = new Map(members.map(({ name, value }) => [name, dereference(yaml, value)]));
  const entries = new Map(entriesOf(yaml, map).map((entry) => [entry.value, entry]));
  const isFilled = (value: YamlNode): boolean => {
    const entry = entries.get(value);
    return entry !== undefined && isEdited(rangeOf(yaml, entry));
  };
  const texts = members.flatMap(({ name, value }) => {
    const text = scalarText(yaml, dereference(yaml, value));
    if (text === undefined) return [];
    return [{ name, text, isDigest: isDigestKey(name) && (isDigestText(text) || isFilled(value)) }];
  });
  const parts = [...groupBy(texts, ({ name }) => subjectOf(name))].map(
    ([subject, own]) => [subject, partsOf(own)] as const,
  );
  return { parts: new Map(parts), children };
}

function rangeOf(yaml: YamlText, entry: YamlEntry): Range {
  return { start: startOf(yaml, entry.key) ?? 0, end: entryLayout(yaml, entry).end };
}

interface Part {
  readonly name: string;
  readonly text: string;
  readonly isDigest: boolean;
}

function partsOf(parts: readonly Part[]): ImageParts {
  const textOf = (isMeant: (name: string) => boolean): string | undefined =>
    parts.find(({ name, text }) => isMeant(name) && text !== "")?.text;
  return {
    registry: textOf(isRegistryKey),
    name: textOf(isNameKey),
    tag: textOf(isTagKey),
    isDigested: parts.some(({ isDigest }) => isDigest),
  };
}

function isRegistryKey(name: string): boolean {
  return /registry$/i.test(name);
}
