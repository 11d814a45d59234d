/** The values of charts that a kustomization inflates: in which files, and which are laid over which. */
import { resolve } from "node:path";
import type { ValuesLayer } from "./layer-lists.ts";
import type { PatchingFile } from "./patches.ts";
import { elementsAt, mapAt, textAt, textsAt, type YamlMap } from "./yaml-parts.ts";

/** For each chart its values, the lowest first. https://kubectl.docs.kubernetes.io/references/kustomize/builtins/#field-name-helmcharts */
export function kustomizedValues({ file, folder, root }: PatchingFile): readonly (readonly ValuesLayer[])[] {
  // Resolved once: it may be long, and there may be many charts.
  const home = resolve(folder, textAt(mapAt(root, "helmGlobals"), "chartHome") ?? "charts");
  const at = (path: string): ValuesLayer => ({ place: resolve(folder, path), keys: [] });
  return elementsAt(root, "helmCharts").map((chart, index) => {
    const name = textAt(chart, "name");
    const own = name === undefined ? [] : [at(`${home}/${name}/values.yaml`)];
    const inline = mapAt(chart, "valuesInline");
    const keys = ["helmCharts", index, "valuesInline"];
    const written = inline === undefined ? [] : [{ place: file.place, keys }];
    return [...own, ...merged(chart, written, at), ...textsAt(chart, "additionalValuesFiles").map(at)];
  });
}

/** The file, and what is written in place, in the order that the chart says. */
function merged(
  chart: YamlMap,
  written: readonly ValuesLayer[],
  at: (path: string) => ValuesLayer,
): readonly ValuesLayer[] {
  const path = textAt(chart, "valuesFile");
  const file = path === undefined ? [] : [at(path)];
  switch (textAt(chart, "valuesMerge")) {
    case "merge":
      return [...written, ...file];
    case "replace":
      return written.length === 0 ? file : written;
    default:
      return [...file, ...written];
  }
}
