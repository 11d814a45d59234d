/**
 * Objects that render a chart of the same repository with values of their own, laid over those of the chart: Applications
 * of Argo CD, also those that an ApplicationSet makes, and HelmReleases of Flux.
 *
 * https://argo-cd.readthedocs.io/en/stable/user-guide/helm/#helm-value-precedence, https://fluxcd.io/flux/components/helm/helmreleases/#values
 */
import type { ManifestStream } from "../krm/input.ts";
import type { Position } from "../krm/result.ts";
import { appendTo } from "../yaml/lists-by-key.ts";
import { ownOrMergedChild } from "../yaml/members.ts";
import { startOf } from "../yaml/node.ts";
import { type Entry, overlaidKeys, type PartKey, partKeysOf } from "./part-keys.ts";
import { documentsHeld, elementsAt, mapAt, placeOf, textAt, textsAt, type YamlMap } from "./yaml-parts.ts";

/** What an object says of the values of a chart. */
export interface ChartRelease {
  /** The file in which it stands, as messages name it, and where that is. */
  readonly file: string;
  readonly place: string;
  /** The folder of the chart, from the root of the repository. */
  readonly chart: string;
  /** From the chart, or from the root where they begin with a slash; the lowest first. */
  readonly valueFiles: readonly string[];
  /** What it says itself over all of them. */
  readonly keys: readonly ReleaseKey[];
}

/** A key in values that an object holds. */
export interface ReleaseKey extends PartKey {
  readonly position: Position;
  readonly path: string;
}

/** The objects of a file that render a chart by its path. */
export function chartReleasesIn(
  { yaml, items, file }: ManifestStream,
  place: string,
): readonly ChartRelease[] {
  if (file === undefined) return [];
  return items
    .flatMap((node) => membersOf({ yaml, node }))
    .flatMap(releasesOf)
    .filter(({ chart }) => chart !== undefined && !chart.includes("{{"))
    .map(({ chart = "", ...release }) => ({ file: file.path, place, chart, ...release }));
}

type Release = Pick<ChartRelease, "valueFiles" | "keys"> & { readonly chart: string | undefined };

/** The objects of a list of them; any other object itself. */
function membersOf(object: YamlMap): readonly YamlMap[] {
  return textAt(object, "kind")?.endsWith("List") ? elementsAt(object, "items") : [object];
}

function releasesOf(object: YamlMap): readonly Release[] {
  const spec = mapAt(object, "spec");
  if (spec === undefined) return [];
  switch (textAt(object, "kind")) {
    case "Application":
      return applicationsOf(spec, "spec");
    case "ApplicationSet": {
      const template = mapAt(spec, "template");
      const inner = template && mapAt(template, "spec");
      return inner === undefined ? [] : applicationsOf(inner, "spec.template.spec");
    }
    case "HelmRelease": {
      const template = mapAt(spec, "chart");
      const chart = template && mapAt(template, "spec");
      const source = chart && mapAt(chart, "sourceRef");
      // There, it is the name of a chart and no path.
      if (textAt(source, "kind") === "HelmRepository") return [];
      const keys = keysIn(mapAt(spec, "values"), "spec.values");
      // Files are named from the root of the repository.
      const valueFiles = textsAt(chart, "valuesFiles").map((path) => `/${path}`);
      return [{ chart: textAt(chart, "chart"), valueFiles, keys }];
    }
    default:
      return [];
  }
}

function applicationsOf(spec: YamlMap, path: string): readonly Release[] {
  return [
    ...sourceOf(mapAt(spec, "source"), `${path}.source`),
    ...elementsAt(spec, "sources").flatMap((each, index) => sourceOf(each, `${path}.sources[${index}]`)),
  ];
}

function sourceOf(source: YamlMap | undefined, path: string): readonly Release[] {
  const helm = source && mapAt(source, "helm");
  if (source === undefined || helm === undefined) return [];
  const object = mapAt(helm, "valuesObject");
  const inline =
    object === undefined
      ? textKeys(helm, `${path}.helm.values`)
      : keysIn(object, `${path}.helm.valuesObject`);
  return [
    {
      chart: textAt(source, "path"),
      // `$ref/path` is a path of the repository that a source refers to.
      valueFiles: textsAt(helm, "valueFiles").map((each) => each.replace(/^\$[^/]+/, "")),
      keys: [...inline, ...parameterKeys(helm, `${path}.helm.parameters`)],
    },
  ];
}

function keysIn(map: YamlMap | undefined, path: string): readonly ReleaseKey[] {
  if (map === undefined) return [];
  return overlaidKeys(map).map((key) => ({
    ...key,
    position: placeOf(map.yaml, key.at),
    path: [path, ...key.steps].join("."),
  }));
}

/** The keys of values that are written as a text. */
function textKeys({ yaml, node }: YamlMap, path: string): readonly ReleaseKey[] {
  const text = ownOrMergedChild(yaml, node, "values");
  const [values] = text === undefined ? [] : documentsHeld({ yaml, node: text });
  if (values === undefined) return [];
  return overlaidKeys(values.document).map((key) => ({
    ...key,
    position: values.positionAt(key.at),
    path: [path, ...key.steps].join("."),
  }));
}

/** `name: image.tag` is the key `tag` of the map `image`. */
function parameterKeys(helm: YamlMap, path: string): readonly ReleaseKey[] {
  const maps = new Map<string, Entry[]>();
  for (const { yaml, node } of elementsAt(helm, "parameters")) {
    const steps = (textAt({ yaml, node }, "name") ?? "").split(".");
    const name = steps.pop() ?? "";
    const above = JSON.stringify(steps);
    const value = ownOrMergedChild(yaml, node, "value");
    appendTo(maps, above, { name, yaml, value, at: startOf(yaml, value ?? node) ?? 0 });
  }
  return [...maps].flatMap(([above, entries]) =>
    partKeysOf(entries, JSON.parse(above)).map((key) => ({
      ...key,
      position: placeOf(helm.yaml, key.at),
      path,
    })),
  );
}
