/** What runs over files do with a text, apart from what is done with any text. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { filesDiff } from "../../src/files/file-diff.ts";
import { readFile, stateOf, utf8Fault } from "../../src/files/file-text.ts";
import { findFiles } from "../../src/files/find-files.ts";
import type { KustomizationFile } from "../../src/files/kustomization-file.ts";
import { readKustomizations } from "../../src/files/kustomizations.ts";
import { namedFiles } from "../../src/files/named-files.ts";
import { readRulesText } from "../../src/files/rules-text.ts";
import type { TextEdit } from "../../src/yaml/text-edit.ts";
import { repeat, type Shape } from "./shape.ts";

export const fileShapes: readonly Shape[] = [
  diffing("a diff of lines that all change", (n) => ({
    before: "image: nginx:1\n".repeat(n),
    edits: editsEach(n, 15, 14),
  })),
  diffing("a diff of changes far from each other", (n) => ({
    before: `image: nginx:1\n${"- x\n".repeat(20)}`.repeat(n),
    edits: editsEach(n, 95, 14),
  })),
  diffing("a diff of one line", (n) => ({
    before: "image: nginx:1, ".repeat(n),
    edits: editsEach(n, 16, 14),
  })),
  {
    name: "signs for what can't be read, and one byte that can't",
    prepare(n) {
      const bytes = Buffer.concat([Buffer.from("\ufffd\n".repeat(n)), Buffer.from([0xff])]);
      return () => utf8Fault(bytes);
    },
  },
  {
    name: "files of one folder, each named",
    prepare(n) {
      const folder = mkdtempSync(join(tmpdir(), "named-"));
      onTestFinished(() => rmSync(folder, { recursive: true }));
      const names = Array.from({ length: n }, (_, at) => `${at}.yaml`);
      for (const name of names) writeFileSync(join(folder, name), "");
      return () => findFiles(names, { folder, isValues: () => false });
    },
  },
  ignoring("rules of an ignore file for files of one folder", (at) => `r${at}.yaml`),
  ignoring("rules with a wildcard for files of one folder", (at) => `r${at}*.yaml`),
  ignoring("rules for files in other folders", (at) => `/r${at}/f.yaml`),
  ignoring("rules that say again what others say", (at) => (at % 2 === 0 ? "f*.txt" : "!f*.txt")),
  {
    name: "files that a kustomization names, beside as many rules",
    prepare(n) {
      const folder = mkdtempSync(join(tmpdir(), "ignored-"));
      onTestFinished(() => rmSync(folder, { recursive: true }));
      writeFileSync(
        join(folder, ".gitignore"),
        repeat(n, (at) => `r${at}\n`),
      );
      const places = Array.from({ length: n }, (_, at) => join(folder, `p${at}.txt`));
      for (const place of places) writeFileSync(place, "");
      const found = findFiles([folder], { folder, isValues: () => false });
      return () => {
        const fileAt = namedFiles(found, (place) => place);
        return places.map(fileAt);
      };
    },
  },
  building("kustomizations one upon the other", (n) => [
    kustomization("0", "resources: [p.yaml]\n"),
    ...Array.from({ length: n }, (_, at) => kustomization(`${at + 1}`, `resources: [../${at}]\n`)),
  ]),
  building("kustomizations upon one", (n) => [
    kustomization("0", "resources: [p.yaml]\n"),
    ...Array.from({ length: n }, (_, at) => kustomization(`${at + 1}`, `resources: [../0]\n`)),
  ]),
  building("entries of a kustomization", (n) => [
    kustomization("0", "resources: [p.yaml]\n"),
    kustomization("1", `resources: [../0]\nimages:\n${repeat(n, (at) => `- {name: a${at}, newTag: v1}\n`)}`),
  ]),
  replacing("replacements for objects by name", (at) => `{select: {name: p${at}}, fieldPaths: [spec.image]}`),
  replacing(
    "replacements for objects with a label",
    (at) => `{select: {labelSelector: app=a${at}}, fieldPaths: [spec.containers.*.image]}`,
  ),
  replacing(
    "replacements for objects in namespaces",
    (at) => `{select: {kind: Pod, namespace: n${at}}, fieldPaths: [spec.containers.*.image]}`,
  ),
  replacing(
    "replacements for elements by index",
    (at) => `{select: {kind: Pod}, fieldPaths: [spec.containers.${at}.image]}`,
  ),
  replacing(
    "replacements for elements by name",
    (at) => `{select: {kind: Pod}, fieldPaths: ["spec.containers.[name=c${at}].image"]}`,
  ),
  {
    name: "patches of parts of images",
    prepare(n) {
      const patch = (at: number): string =>
        `- |-\n  apiVersion: v1\n  kind: Widget\n  metadata: {name: p${at}}\n  spec: {image: {tag: "2"}}\n`;
      const files = [kustomization("0", `resources: [p.yaml]\npatchesStrategicMerge:\n${repeat(n, patch)}`)];
      return () => {
        const kustomizations = readKustomizations(files);
        const overridden = kustomizations.overridden("/0/p.yaml");
        const resource = { ...inPod.resource, kind: "Widget" };
        const path = "spec.image.digest";
        for (let at = 0; at < n; at++) {
          const named = { ...inPod, resource: { ...resource, name: `p${at}` } };
          overridden?.({ path, putAt: path, value: "a:1@sha256:1", isApart: true, ...named });
        }
        return kustomizations.patched().map(({ write }) => write.position());
      };
    },
  },
];

/** The same edit in each of some parts of a text. */
function editsEach(n: number, size: number, offset: number): readonly TextEdit[] {
  return Array.from({ length: n }, (_, at) => {
    const start = at * size + offset;
    return { start, end: start, text: "@sha256:1" };
  });
}

function diffing(
  name: string,
  make: (n: number) => { readonly before: string; readonly edits: readonly TextEdit[] },
): Shape {
  return {
    name,
    prepare(n) {
      const folder = mkdtempSync(join(tmpdir(), "diff-"));
      onTestFinished(() => rmSync(folder, { recursive: true }));
      const place = join(folder, "x.yaml");
      const { before, edits } = make(n);
      writeFileSync(place, before);
      const state = stateOf(readFile(place).stats);
      const changes = [{ path: "x.yaml", place, edits, images: 1, state, hash: undefined }];
      return () => [...filesDiff({ changes, locks: [] })];
    },
  };
}

/** Finds the files of a folder, beside as many rules. */
function ignoring(name: string, rule: (at: number) => string): Shape {
  return {
    name,
    prepare(n) {
      const text = repeat(n, (at) => `${rule(at)}\n`);
      return () => {
        const rules = readRulesText(text, ".gitignore");
        return Array.from({ length: n }, (_, at) => rules.test(`f${at}.yaml`));
      };
    },
  };
}

/** Asks of each of some images whether it counts. */
function building(name: string, make: (n: number) => readonly KustomizationFile[]): Shape {
  return {
    name,
    prepare(n) {
      const files = make(n);
      const images = Array.from({ length: n }, (_, at) => `a${at}:1`);
      return () => {
        const overridden = readKustomizations(files).overridden("/0/p.yaml");
        return images.map((value) => overridden?.({ path: image, putAt: image, value, ...inPod }));
      };
    },
  };
}

/** Asks of each of some images whether one of as many replacements writes over it. */
function replacing(name: string, target: (at: number) => string): Shape {
  return {
    name,
    prepare(n) {
      const entries = Array.from(
        { length: n },
        (_, at) => `- {sourceValue: "a:${at}", targets: [${target(at)}]}\n`,
      );
      const files = [kustomization("0", `resources: [p.yaml]\nreplacements:\n${entries.join("")}`)];
      return () => {
        const overridden = readKustomizations(files).overridden("/0/p.yaml");
        return Array.from({ length: n }, (_, at) => {
          const path = `spec.containers[${at}].image`;
          const { resource } = inPod;
          const said = new Map([["app", `a${n - at}`]]);
          return overridden?.({
            path,
            putAt: path,
            value: "b:1",
            resource: { ...resource, name: `p${at}`, namespace: `n${n - at}` },
            labels: () => said,
            owner: `c${at}`,
          });
        });
      };
    },
  };
}

const image = "spec.containers[0].image";
const inPod = {
  resource: { node: 0, apiVersion: "v1", group: "", kind: "Pod", annotations: new Map<string, string>() },
  labels: () => new Map<string, string>(),
};

function kustomization(folder: string, text: string): KustomizationFile {
  const path = `${folder}/kustomization.yaml`;
  return { path, place: `/${path}`, text };
}
