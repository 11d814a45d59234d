/** Values of charts over which objects lay files and what they say themselves. */
import { chartReleasesIn } from "../../src/files/chart-releases.ts";
import { releasedImages } from "../../src/files/release-values.ts";
import type { ManifestStream } from "../../src/krm/input.ts";
import { rootOf } from "../../src/yaml/node.ts";
import { scan } from "../../src/yaml/scan.ts";
import { repeat, type Shape } from "./shape.ts";

export const releaseShapes: readonly Shape[] = [
  releasing("keys of a release over as many values", (n) => ({
    releases: [{ values: repeat(n, (at) => `m${at}: {tag: "2"${at % 2 ? "" : ', digest: "sha256:2"'}}\n`) }],
  })),
  releasing("keys of a release in one map over as many values", (n) => ({
    chart: repeat(n, (at) => `i${at}Digest: "${digest}"\n`),
    releases: [{ values: repeat(n, (at) => `i${at}Tag: "2"\n`) }],
  })),
  releasing("releases over as many values", (n) => ({
    releases: numbers(n).map((at) => ({ values: tags([at]) })),
  })),
  releasing("keys of a release over as many files", (n) => ({
    chart: digestsAlone(MANY * n),
    files: numbers(MANY * n).map((at) => tags([at])),
    releases: [{ values: tags(numbers(MANY * n)), files: numbers(MANY * n) }],
  })),
  releasing("files of a release with images of their own", (n) => ({
    chart: digestsAlone(MANY * n),
    files: numbers(MANY * n).map((at) => tags([at])),
    releases: [{ files: numbers(MANY * n) }],
  })),
  releasing("files of a release with one image", (n) => ({
    files: numbers(n).map((at) => tags([0], `${at}`)),
    releases: [{ files: numbers(n) }],
  })),
  releasing("files of a release that make up for those below", (n) => ({
    files: numbers(n).map((at) => (at % 2 ? tags : digests)([0])),
    releases: [{ files: numbers(n) }],
  })),
  releasing("files of a chart with as long a path", (n) => ({
    path: `${repeat(10 * MANY * n, "c/../")}c`,
    releases: [{ files: numbers(n) }],
  })),
  releasing("a file that a release names again and again", (n) => ({
    files: [tags(numbers(n))],
    releases: [{ files: numbers(n).map(() => 0) }],
  })),
  releasing("two files that a release names in turns", (n) => ({
    files: [tags(numbers(n), "1"), tags(numbers(n))],
    releases: [{ files: numbers(n).map((at) => at % 2) }],
  })),
  releasing("releases with a file of their own over one that they share", (n) => ({
    files: [...numbers(n).map((at) => tags([at])), tags(numbers(n), "1")],
    releases: numbers(n).map((at) => ({ files: [n, at] })),
  })),
  releasing("releases with a file of their own under one that they share", (n) => ({
    files: [...numbers(n).map((at) => tags([at], "1")), tags(numbers(n), "1")],
    releases: numbers(n).map((at) => ({ files: [at, n] })),
  })),
  releasing("releases with a file of their own between two that they share", (n) => ({
    files: [...numbers(n).map((at) => tags([at])), tags(numbers(n), "1"), digests(numbers(n))],
    releases: numbers(n).map((at) => ({ files: [n, at, n + 1] })),
  })),
  releasing("releases with a file of their own over many that they share", (n) => ({
    files: numbers(2 * root(n)).map((at) => tags(block(at % root(n), root(n)))),
    releases: numbers(root(n)).map((at) => ({ files: [...numbers(root(n)), root(n) + at] })),
  })),
  releasing("releases with a file of their own under many that they share", (n) => ({
    files: numbers(2 * root(n)).map((at) => tags(block(at % root(n), root(n)))),
    releases: numbers(root(n)).map((at) => ({ files: [root(n) + at, ...numbers(root(n))] })),
  })),
  releasing("releases that name the same files in other orders", (n) => ({
    files: numbers(root(n)).map((at) => tags(block(at, root(n)))),
    releases: numbers(root(n)).map((at) => ({
      files: numbers(root(n)).map((file) => (file + at) % root(n)),
    })),
  })),
];

interface Made {
  /** The path of the chart. */
  readonly path?: string;
  /** The values of the chart, as many images with digests unless told. */
  readonly chart?: string;
  readonly files?: readonly string[];
  readonly releases: readonly Release[];
}

interface Release {
  /** The numbers of the files that it names. */
  readonly files?: readonly number[];
  /** What it says itself, in lines. */
  readonly values?: string;
}

/** Asks what is told of releases of a chart. */
function releasing(name: string, make: (n: number) => Made): Shape {
  return {
    name,
    prepare(n) {
      const { path = "./c", files = [], releases, chart = digestsAlone(n) } = make(n);
      const texts = new Map([
        ["/c/values.yaml", chart],
        ...files.map((text, at) => [`/${at}.yaml`, text] as const),
      ]);
      const read = (place: string) => {
        const text = texts.get(place);
        return text === undefined ? undefined : { path: place.slice(1), text };
      };
      const yaml = scan(releases.map((each) => releaseText(each, path)).join("---\n"));
      const items = yaml.documents.map(rootOf);
      const input: ManifestStream = { kind: "stream", yaml, items, file: { path: "a", form: "manifests" } };
      return () => releasedImages(chartReleasesIn(input, "/a.yaml"), read, () => false);
    },
  };
}

const digest = `sha256:${"1".repeat(64)}`;

function releaseText({ files = [], values = "x: 1\n" }: Release, path: string): string {
  const named = files.map((file) => `../${file}.yaml`).join(", ");
  return `apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: a}\nspec:\n  source:\n    path: ${path}\n    helm:\n      valueFiles: [${named}]\n      valuesObject:\n${values.replaceAll(/^(?=.)/gm, "        ")}`;
}

/** Tags of images of the chart, without their digests. */
function tags(images: readonly number[], tag = "2"): string {
  return images.map((at) => `m${at}: {tag: "${tag}"}\n`).join("");
}

/** Tags with digests. */
function digests(images: readonly number[]): string {
  return tags(images, "3").replaceAll("}", ", digest: x}");
}

function digestsAlone(n: number): string {
  return repeat(n, (at) => `m${at}: {digest: "${digest}"}\n`);
}

function numbers(n: number): readonly number[] {
  return Array.from({ length: n }, (_, at) => at);
}

/** Numbers that no other block has. */
function block(at: number, size: number): readonly number[] {
  return numbers(size).map((each) => at * size + each);
}

/** To read a file takes so long that fewer would not show how long they take with each other. */
const MANY = 20;

/** So many of so many each are as many as is asked for. */
function root(n: number): number {
  return Math.ceil(Math.sqrt(n));
}
