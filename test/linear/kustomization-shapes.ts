/** What kustomizations may say of objects in as many files, or of as many objects. */
import { fileRules } from "../../src/fields/file-rules.ts";
import type { KustomizationFile } from "../../src/files/kustomization-file.ts";
import { readKustomizations } from "../../src/files/kustomizations.ts";
import { repeat, type Shape } from "./shape.ts";

const image = "spec.containers[0].image";
const write = `targets: [{select: {kind: Pod, name: x}, fieldPaths: [${image.replace(/\[0\]/, ".0")}]}]`;

export const kustomizationShapes: readonly Shape[] = [
  asking("entries of a kustomization that give each other's names", (n) => ({
    texts: {
      "/0": "resources: [p.yaml]\n",
      "/1": `resources: [../0]\nimages:\n${repeat(n, (at) => `- {name: a${at}, newName: a${at + 1}, newTag: v1}\n`)}`,
    },
    objects: Array.from({ length: n }, (_, at) => ({ place: "/0/p.yaml", name: "p", value: `a${at}:1` })),
  })),
  asking("entries of a kustomization for one name", (n) => ({
    texts: { "/0": `images:\n${repeat(n, "- {name: a, newTag: v1}\n")}` },
    objects: Array.from({ length: n }, (_, at) => ({
      place: "/0/kustomization.yaml",
      name: "",
      value: "a:v1",
      path: `images[${at}].digest`,
    })),
  })),
  asking("objects that a replacement rejects", (n) => ({
    texts: {
      "/0": `resources: [p.yaml]\nreplacements:\n- sourceValue: a:1\n  targets:\n  - select: {kind: Pod}\n    reject: [${repeat(n, (at) => `{name: r${at}}`, ", ")}]\n    fieldPaths: [spec.containers.0.image]\n`,
    },
    objects: pods(n),
  })),
  asking("replacements by expressions for names", (n) => ({
    texts: {
      "/0": `resources: [p.yaml]\nreplacements:\n${repeat(n, (at) => `- {sourceValue: "a:1", targets: [{select: {kind: Pod, name: "p${at}.*"}, fieldPaths: [spec.containers.0.image]}]}\n`)}`,
    },
    objects: pods(n),
  })),
  asking("a file of replacements that is named again and again", (n) => ({
    texts: {
      "/0": `resources: [p.yaml]\nreplacements:\n${repeat(n, "- {path: r.yaml}\n")}`,
      "/0/r.yaml": repeat(n, `- {sourceValue: "a:1", ${write}}\n`),
    },
    objects: pods(1),
  })),
  asking("a file of transformers that is named again and again", (n) => ({
    texts: {
      "/0": `resources: [p.yaml]\ntransformers:\n${repeat(n, "- t.yaml\n")}`,
      "/0/t.yaml": repeat(
        n,
        "apiVersion: builtin\nkind: PatchTransformer\nmetadata: {name: t}\npath: x.yaml\n",
        "---\n",
      ),
    },
    objects: pods(1),
  })),
  asking("a file of patches that is named again and again", (n) => ({
    texts: {
      "/0": `resources: [p.yaml]\npatches:\n${repeat(n, "- {path: x.yaml, target: {kind: Widget}}\n")}`,
      "/0/x.yaml": repeat(
        n,
        (at) => `kind: Widget\nmetadata: {name: w${at}}\nspec: {image: {tag: "2"}}\n`,
        "---\n",
      ),
    },
    objects: pods(1),
  })),
  asking("kustomizations one upon the other, with replacements", (n) => ({
    texts: Object.fromEntries(
      Array.from({ length: n }, (_, at) => [
        `/${at}`,
        `resources: [p.yaml${at === 0 ? "" : `, ../${at - 1}`}]\nreplacements: [{sourceValue: "a:1", ${write}}]\n`,
      ]),
    ),
    objects: Array.from({ length: n }, (_, at) => ({ place: `/${at}/p.yaml`, name: `p${at}`, value: "b:1" })),
  })),
  asking("kustomizations upon one, each with a prefix for names", (n) => ({
    texts: Object.fromEntries([
      ["/0", `resources: [p.yaml]\nreplacements: [{sourceValue: "a:1", ${write}}]\n`],
      ...Array.from({ length: n }, (_, at) => [`/o${at}`, `resources: [../0]\nnamePrefix: o${at}-\n`]),
    ]),
    objects: pods(n),
  })),
  patching("patches for objects by expressions", (at) => `kind: Widget, name: w${at}.*`),
  patching("patches for objects of a kind", () => "kind: Widget"),
  patching("patches for objects in namespaces", (at) => `kind: Widget, namespace: n${at}`),
  patching("patches for objects with a label", (at) => `kind: Widget, labelSelector: app=a${at}`),
  patching("patches for objects without a label", (at) => `kind: Widget, labelSelector: app!=x${at}`),
  patching(
    "patches for namespaces that objects may be given",
    (at) => `kind: Widget, namespace: n${at}`,
    () => ({}),
  ),
  patching(
    "patches for objects with one of some annotations",
    (at) => `annotationSelector: "app in (a${at},b${at})"`,
  ),
  taking("vars for as many ConfigMaps", (n) => ({
    vars: Array.from({ length: n }, (_, at) => ({ name: `c${at}`, path: "data.image" })),
    // To the one that says so, each `objref` is an object without a name.
    objects: Array.from({ length: n }, (_, at) => (at % 2 === 0 ? `c${at}` : undefined)),
  })),
  taking("vars for fields of all ConfigMaps", (n) => ({
    vars: Array.from({ length: n }, (_, at) => ({ path: `data.k${at}` })),
    objects: Array.from({ length: n }, (_, at) => `c${at}`),
  })),
  taking("vars for fields of ConfigMaps of one name", (n) => ({
    vars: Array.from({ length: n }, (_, at) => ({ name: "c", path: `data.k${at}` })),
    objects: Array.from({ length: n }, () => "c"),
  })),
];

interface Asked {
  readonly place: string;
  /** The name of the pod. */
  readonly name: string;
  readonly value: string;
  readonly path?: string;
}

interface Made {
  /** The kustomizations by their folders, and other files by their places. */
  readonly texts: Readonly<Record<string, string>>;
  readonly objects: readonly Asked[];
}

/** Asks what becomes of the image of each of some objects. */
function asking(name: string, make: (n: number) => Made): Shape {
  return {
    name,
    prepare(n) {
      const { texts, objects } = make(n);
      const files = Object.entries(texts).flatMap(([folder, text]): KustomizationFile[] => {
        const place = `${folder}/kustomization.yaml`;
        return folder.endsWith(".yaml") ? [] : [{ path: place.slice(1), place, text }];
      });
      const read = (place: string) => {
        const text = texts[place];
        return text === undefined ? undefined : { path: place.slice(1), text };
      };
      return () => {
        const { overridden } = readKustomizations(files, read);
        const ofPlaces = new Map<string, ReturnType<typeof overridden>>();
        for (const { place, name, value, path = image } of objects) {
          const ofPlace = ofPlaces.get(place) ?? overridden(place);
          ofPlaces.set(place, ofPlace);
          const resource = {
            node: 0,
            apiVersion: "v1",
            group: "",
            kind: "Pod",
            name,
            annotations: new Map(),
          };
          ofPlace?.({ path, putAt: path, value, resource, labels: () => new Map(), owner: "c" });
        }
      };
    },
  };
}

/** Asks what becomes of the tag of each of some objects, of which as many patches write some. */
function patching(
  name: string,
  target: (at: number) => string,
  namespaceOf: (at: number) => { readonly namespace?: string } = (at) => ({ namespace: `n${at}` }),
): Shape {
  return {
    name,
    prepare(n) {
      const count = MANY * n;
      const patch = (at: number): string =>
        `- {target: {${target(at)}}, patch: '[{op: replace, path: /spec/image/tag, value: "${at}"}]'}\n`;
      const text = `resources: [w.yaml]\npatches:\n${repeat(count, patch)}`;
      const files = [{ path: "k.yaml", place: "/0/kustomization.yaml", text }];
      const path = "spec.image.digest";
      return () => {
        const { overridden, patched } = readKustomizations(files);
        const ofPlace = overridden("/0/w.yaml");
        for (let at = 0; at < count; at++) {
          const said = new Map([["app", `a${at}`]]);
          const names = { name: `w${at}`, ...namespaceOf(at), annotations: said };
          const resource = { node: 0, apiVersion: "v1", group: "", kind: "Widget", ...names };
          const parts = { name: "a", tag: `${at}` };
          const value = `a:${at}@sha256:1`;
          ofPlace?.({ path, putAt: path, value, parts, resource, labels: () => said, isApart: true });
        }
        return patched();
      };
    },
  };
}

/** To read a patch takes so long that fewer would not show how long they take with each other. */
const MANY = 10;

interface Taken {
  /** Each takes a field of a ConfigMap, of any where it says no name. */
  readonly vars: readonly { readonly name?: string; readonly path: string }[];
  /** The names of ConfigMaps. */
  readonly objects: readonly (string | undefined)[];
}

/** Asks for the rules of each of some ConfigMaps of which a kustomization takes fields. */
function taking(name: string, make: (n: number) => Taken): Shape {
  return {
    name,
    prepare(n) {
      const { vars, objects } = make(n);
      const entries = vars.map(
        ({ name, path }) =>
          `- {objref: {apiVersion: v1, kind: ConfigMap, name: ${name ?? ""}}, fieldref: {fieldpath: ${path}}}\n`,
      );
      const text = `resources: [c.yaml]\nvars:\n${entries.join("")}`;
      const place = "/0/kustomization.yaml";
      const sources = readKustomizations([{ path: "k.yaml", place, text }]).sources("/0/c.yaml") ?? [];
      return () => {
        // What is known of a list is not known of its copy.
        const file = { path: "c.yaml", form: "manifests", sources: [...sources] } as const;
        const rulesOf = fileRules(file, () => ({ trees: [], builtIn: true }));
        return objects.map((each) => rulesOf({ apiVersion: "v1", kind: "ConfigMap", name: each }));
      };
    },
  };
}

function pods(n: number): readonly Asked[] {
  return Array.from({ length: n }, (_, at) => ({ place: "/0/p.yaml", name: `p${at}`, value: "b:1" }));
}
