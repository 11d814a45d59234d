/** Values that objects lay over those of a chart of the run, and what is told where these leave another's digest. */
import { dirname, join } from "node:path";
import { childOf, entriesOf, scalarText } from "../yaml/node.ts";
import type { ChartRelease, ReleaseKey } from "./chart-releases.ts";
import type { ReadNamed } from "./kustomization-file.ts";
import { isDigestKey, isNameKey, isTagKey, overlaidKeys } from "./part-keys.ts";
import type { PatchedImage } from "./patched-images.ts";
import { documentsOf, placeOf, type YamlMap } from "./yaml-parts.ts";

/** The images that releases leave with the digest of another. `isFilled` tells of a file that gets its digests in this run. */
export function releasedImages(
  releases: readonly ChartRelease[],
  read: ReadNamed,
  isFilled: (place: string) => boolean,
): readonly PatchedImage[] {
  const layersOf = new Map<string, Layer | undefined>();
  const layerAt = (place: string): Layer | undefined => {
    if (!layersOf.has(place)) layersOf.set(place, readLayer(place, read));
    return layersOf.get(place);
  };
  return releases.flatMap((release) => {
    const files = filesOf(release, layerAt);
    const own = { file: release.file, root: undefined, keys: release.keys, isFilled: false };
    const layers = [...files.map((file) => ({ ...file, isFilled: isFilled(file.place) })), own];
    return layers.flatMap((layer, at) => {
      const above = layers.slice(at).flatMap(({ keys }) => keys);
      return layer.keys.flatMap((key): readonly PatchedImage[] => {
        const map = key.steps.slice(0, -1);
        if (key.kind === "own" || above.some((other) => other.kind === "own" && isSameMap(other, map)))
          return [];
        const image = layers
          .slice(0, at)
          .toReversed()
          .flatMap((base) => digestedImage(base, map) ?? [])[0];
        if (image === undefined) return [];
        const { kind, position, path } = key;
        const name = key.steps.at(-1) ?? "";
        return [{ write: { file: layer.file, kind, key: name, path, position: () => position }, image }];
      });
    });
  });
}

interface Layer {
  readonly file: string;
  readonly place: string;
  readonly root: YamlMap;
  readonly keys: readonly ReleaseKey[];
}

function readLayer(place: string, read: ReadNamed): Layer | undefined {
  const file = read(place);
  const [root] = file === undefined ? [] : documentsOf(file.text);
  if (file === undefined || root === undefined) return undefined;
  const keys = overlaidKeys(root).map((key) => ({
    ...key,
    position: placeOf(root.yaml, key.at),
    path: key.steps.join("."),
  }));
  return { file: file.path, place, root, keys };
}

/** The files of values of a release, in the nearest folder above it that has its chart. */
function filesOf(
  { place, chart, valueFiles }: ChartRelease,
  layerAt: (place: string) => Layer | undefined,
): readonly Layer[] {
  for (let root = dirname(place); ; root = dirname(root)) {
    const own = layerAt(join(root, chart, "values.yaml")) ?? layerAt(join(root, chart, "values.yml"));
    if (own !== undefined) {
      const files = valueFiles.map((path) => join(root, path.startsWith("/") ? "" : chart, path));
      return [own, ...files.filter((each) => each !== own.place).flatMap((each) => layerAt(each) ?? [])];
    }
    if (dirname(root) === root) return [];
  }
}

function isSameMap({ steps }: ReleaseKey, map: readonly string[]): boolean {
  return steps.length === map.length + 1 && map.every((step, at) => step === steps[at]);
}

/** The image in a map that has a digest, or gets one. */
function digestedImage(
  { root, isFilled }: { readonly root: YamlMap | undefined; readonly isFilled: boolean },
  map: readonly string[],
): string | undefined {
  if (root === undefined) return undefined;
  const { yaml } = root;
  const node = map.reduce<number | undefined>((at, key) => childOf(yaml, at, key), root.node);
  if (node === undefined) return undefined;
  const texts = entriesOf(yaml, node).flatMap(({ key, value }) => {
    const name = scalarText(yaml, key);
    return name === undefined ? [] : [[name, scalarText(yaml, value)] as const];
  });
  const textOf = (isMeant: (name: string) => boolean): string | undefined =>
    texts.find(([name, text]) => isMeant(name) && text !== undefined)?.[1];
  const digest = textOf(isDigestKey);
  if (digest === undefined || !(isFilled || digest.includes(":"))) return undefined;
  return [textOf(isNameKey), textOf(isTagKey)].filter(Boolean).join(":");
}
