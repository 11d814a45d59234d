/** Values of charts that are laid over others by files. */
import type { FoundFile } from "../../src/files/find-files.ts";
import type { ReadNamed } from "../../src/files/kustomization-file.ts";
import { readKustomizations } from "../../src/files/kustomizations.ts";
import { readValuesLayers } from "../../src/files/values-layers.ts";
import { repeat, type Shape } from "./shape.ts";

const image = `{repository: r/a, tag: "1", digest: "sha256:${"1".repeat(64)}"}`;
const chart = "apiVersion: v2\nname: c\nversion: 1.0.0\n";

export const valuesShapes: readonly Shape[] = [
  laying("/x.yaml", "values within a kustomization over one file", (n) => ({
    "/x.yaml": `image: ${image}\n`,
    "/kustomization.yaml": `helmCharts:\n${repeat(n, "- {name: c, valuesFile: x.yaml, valuesInline: {image: {tag: '2'}}}\n")}`,
  })),
  laying("/x.yaml", "one file of values that is named again and again", (n) => ({
    "/x.yaml": `image: ${image}\n`,
    "/kustomization.yaml": `helmCharts:\n- name: c\n  valuesFile: x.yaml\n  additionalValuesFiles: [${repeat(n, "x.yaml", ", ")}]\n`,
  })),
  laying("/c/x/values.yaml", "charts in a folder with as long a path", (n) => ({
    "/c/x/values.yaml": `image: ${image}\n`,
    "/kustomization.yaml": `helmGlobals: {chartHome: "${repeat(200 * n, "c/../")}c"}\nhelmCharts:\n${repeat(n, "- {name: x, valuesInline: {image: {tag: '2'}}}\n")}`,
  })),
  laying("/c/charts/s0/values.yaml", "charts in a chart", (n) => ({
    "/c/Chart.yaml": `${chart}dependencies:\n${repeat(n, (at) => `- {name: s${at}}\n`)}`,
    "/c/values.yaml": repeat(n, (at) => `s${at}: {image: {tag: "2"}}\n`),
    ...Object.fromEntries(
      Array.from({ length: n }, (_, at) => [
        [`/c/charts/s${at}/Chart.yaml`, chart],
        [`/c/charts/s${at}/values.yaml`, `image: ${image}\n`],
      ]).flat(),
    ),
  })),
  laying("/x.yaml", "keys of many images in one map", (n) => ({
    "/x.yaml": repeat(n, (at) => `i${at}Repository: r/a\ni${at}Tag: "1"\n`),
    "/kustomization.yaml": `helmCharts:\n- {name: c, valuesFile: x.yaml, valuesInline: {${repeat(n, (at) => `i${at}Tag: "2"`, ", ")}}}\n`,
  })),
];

type Texts = Readonly<Record<string, string>>;

/** Asks what becomes of an image in a file of values, and in as many others. */
function laying(place: string, name: string, make: (n: number) => Texts): Shape {
  return {
    name,
    prepare(n) {
      const texts = make(n);
      const read = readerOf(texts);
      const kustomizations = Object.entries(texts)
        .filter(([each]) => each.endsWith("kustomization.yaml"))
        .map(([each, text]) => ({ place: each, path: each.slice(1), text }));
      const files = Object.keys(texts).map(foundAt);
      const resource = { node: 0, apiVersion: "", group: "", kind: "", annotations: new Map() };
      const field = { path: "image.digest", putAt: "image.digest", value: "r/a:1@sha256:1", isApart: true };
      return () => {
        const { values } = readKustomizations(kustomizations, read);
        const layers = readValuesLayers(files, read, values);
        const asked = new Set([place, ...Object.keys(texts).filter((each) => each.endsWith("/values.yaml"))]);
        for (const each of asked)
          layers.overridden(each)?.({ ...field, resource, labels: () => new Map(), owner: undefined });
        return layers.patched().map(({ write }) => write.position());
      };
    },
  };
}

function readerOf(texts: Texts): ReadNamed {
  return (place) => {
    const text = texts[place];
    return text === undefined ? undefined : { path: place.slice(1), text };
  };
}

function foundAt(place: string): FoundFile {
  const form = /values\.yaml$/.test(place) ? "values" : "manifests";
  return { path: place.slice(1), place, form, isTemplate: false, isNamed: false };
}
