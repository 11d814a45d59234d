/** Values of charts that are laid over others by files. */
import type { FoundFile } from "../../src/files/find-files.ts";
import type { ReadNamed } from "../../src/files/kustomization-file.ts";
import { readKustomizations } from "../../src/files/kustomizations.ts";
import { readValuesLayers } from "../../src/files/values-layers.ts";
import { repeat, type Shape } from "./shape.ts";

const image = `{repository: r/a, tag: "1", digest: "sha256:${"1".repeat(64)}"}`;
const unknown = { labels: () => new Map<string, string>(), owner: undefined };
const VALUES = /values\.yaml$/;
const chart = "apiVersion: v2\nname: c\nversion: 1.0.0\n";

export const valuesShapes: readonly Shape[] = [
  laying(/^.x.yaml$/, "values within a kustomization over one file", (n) => ({
    "/x.yaml": `image: ${image}\n`,
    "/kustomization.yaml": `helmCharts:\n${repeat(n, "- {name: c, valuesFile: x.yaml, valuesInline: {image: {tag: '2'}}}\n")}`,
  })),
  laying(/^.x.yaml$/, "one file of values that is named again and again", (n) => ({
    "/x.yaml": `image: ${image}\n`,
    "/kustomization.yaml": `helmCharts:\n- name: c\n  valuesFile: x.yaml\n  additionalValuesFiles: [${repeat(n, "x.yaml", ", ")}]\n`,
  })),
  laying(VALUES, "charts in a folder with as long a path", (n) => ({
    "/c/x/values.yaml": `image: ${image}\n`,
    "/kustomization.yaml": `helmGlobals: {chartHome: "${repeat(200 * n, "c/../")}c"}\nhelmCharts:\n${repeat(n, "- {name: x, valuesInline: {image: {tag: '2'}}}\n")}`,
  })),
  laying(VALUES, "charts in a chart", (n) => ({
    "/c/Chart.yaml": `${chart}dependencies:\n${repeat(n, (at) => `- {name: s${at}}\n`)}`,
    "/c/values.yaml": repeat(n, (at) => `s${at}: {image: {tag: "2"}}\n`),
    ...Object.fromEntries(
      Array.from({ length: n }, (_, at) => [
        [`/c/charts/s${at}/Chart.yaml`, chart],
        [`/c/charts/s${at}/values.yaml`, `image: ${image}\n`],
      ]).flat(),
    ),
  })),
  laying(VALUES, "charts over whose values one large file lies", (n) => ({
    ...Object.fromEntries(numbers(n).map((at) => [`/c${at}/values.yaml`, `m${at}: ${image}\n`])),
    "/x.yaml": repeat(n, (at) => `m${at}: {tag: "2"}\n`),
    "/kustomization.yaml": `helmGlobals: {chartHome: "."}\nhelmCharts:\n${repeat(n, (at) => `- {name: c${at}, valuesFile: x.yaml}\n`)}`,
  })),
  laying(VALUES, "charts in a chart that has as many files for environments", (n) => ({
    "/c/Chart.yaml": chart,
    "/c/values.yaml": "",
    ...Object.fromEntries(
      numbers(n).flatMap((at) => [
        [`/c/values-${at}.yaml`, `s${at}: {image: {tag: "2"}}\n`],
        [`/c/charts/s${at}/Chart.yaml`, chart],
        [`/c/charts/s${at}/values.yaml`, `image: ${image}\n`],
      ]),
    ),
  })),
  laying(/^.x\d+.yaml$/, "files of a chart that change one image", (n) => ({
    ...Object.fromEntries(numbers(n).map((at) => [`/x${at}.yaml`, `image: {tag: "${at % 9}"}\n`])),
    "/kustomization.yaml": `helmCharts:\n- name: c\n  additionalValuesFiles: [${repeat(n, (at) => `x${at}.yaml`, ", ")}]\n`,
  })),
  laying(/^.x\d+.yaml$/, "files of a chart that leave one image as it is", (n) => ({
    ...Object.fromEntries(numbers(n).map((at) => [`/x${at}.yaml`, 'image: {tag: "1"}\n'])),
    "/kustomization.yaml": `helmCharts:\n- name: c\n  additionalValuesFiles: [${repeat(n, (at) => `x${at}.yaml`, ", ")}]\n`,
  })),
  laying(/^.x.yaml$/, "values within a kustomization over one file with as many images", (n) => ({
    "/x.yaml": repeat(n, (at) => `m${at}: ${image}\n`),
    "/kustomization.yaml": `helmCharts:\n${repeat(n, (at) => `- {name: c, valuesFile: x.yaml, valuesInline: {m${at}: {tag: '2'}}}\n`)}`,
  })),
  laying(/^.x.yaml$/, "keys of many images in one map", (n) => ({
    "/x.yaml": repeat(n, (at) => `i${at}Repository: r/a\ni${at}Tag: "1"\n`),
    "/kustomization.yaml": `helmCharts:\n- {name: c, valuesFile: x.yaml, valuesInline: {${repeat(n, (at) => `i${at}Tag: "2"`, ", ")}}}\n`,
  })),
];

type Texts = Readonly<Record<string, string>>;

/** Asks what becomes of the images in some files of values, with their digests and without. */
function laying(asked: RegExp, name: string, make: (n: number) => Texts): Shape {
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
      const field = {
        resource,
        parts: { name: "r/a", tag: "1" },
        isApart: true,
        isWritable: true,
        ...unknown,
      };
      return () => {
        const { values } = readKustomizations(kustomizations, read);
        const layers = readValuesLayers(files, read, values);
        for (const [place, text] of Object.entries(texts).filter(([each]) => asked.test(each)))
          for (const [, key, subject = ""] of text.matchAll(/^(m\d+|image): |^(i\d+)Tag: /gm)) {
            const path = key === undefined ? `${subject}Digest` : `${key}.digest`;
            const overridden = layers.overridden(place);
            for (const value of ["r/a:1@sha256:1", "r/a:1"])
              overridden?.({ ...field, path, putAt: path, value });
          }
        return layers.patched().map(({ write }) => write.position());
      };
    },
  };
}

function numbers(n: number): readonly number[] {
  return Array.from({ length: n }, (_, at) => at);
}

function readerOf(texts: Texts): ReadNamed {
  return (place) => {
    const text = texts[place];
    return text === undefined ? undefined : { path: place.slice(1), text };
  };
}

function foundAt(place: string): FoundFile {
  const form = VALUES.test(place) ? "values" : "manifests";
  return { path: place.slice(1), place, form, isTemplate: false, isNamed: false };
}
