import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { useBench } from "./bench.ts";
import { expectPinned, expectPinnedInMeaning, expectStreamPinned } from "./reading.ts";

const bench = useBench();

/** A piece of YAML in block style, its lines at the margin, and the images in it that are to be pinned. */
interface Piece {
  readonly lines: readonly string[];
  readonly images: readonly string[];
}

describe("generated manifests", () => {
  // The seed is fixed so that a red run stays red; some hundred items cover every style below many times over.
  const settings = { seed: 20260821, numRuns: Number(process.env.CONFORMANCE_RUNS ?? 15) };

  test("a list of them gains digests in its images and results at its end, and nothing else", async () => {
    await fc.assert(
      fc.asyncProperty(resourceList(), async ({ text, images, filled }) => {
        const run = await bench.pin(text);

        const expectRight = filled ? expectPinnedInMeaning : expectPinned;
        // Texts that look like manifests are told of, too.
        const pinned = expectRight(run, images).filter(({ severity }) => severity === "info");
        expect(pinned.length).toBe(images.length);
      }),
      settings,
    );
  }, 120_000);

  test("a stream of them gains digests in its images, and nothing else", async () => {
    await fc.assert(
      fc.asyncProperty(stream(), async ({ text, images }) => {
        const run = await bench.pin(text);

        expectStreamPinned(run, images);
      }),
      settings,
    );
  }, 120_000);
});

function resourceList() {
  return fc
    .record({
      items: fc.array(item(), { minLength: 1, maxLength: 16 }),
      indent: fc.constantFrom(0, 1, 2, 6),
      results: fc.constantFrom(
        "",
        "",
        "",
        "results: []",
        "results: null # c",
        "results:\n- {message: a, severity: info}",
      ),
      order: fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4 }),
      start: fc.constantFrom("", "", "---\n", "# first\n\n", "%YAML 1.2\n---\n"),
      end: fc.constantFrom("\n", "\n", "", "\n# end\n", "\n...\n", "\n  \n\n"),
      eol,
      bom,
    })
    .map(({ items, indent, results, order, start, end, eol, bom }) => {
      const entries = items.flatMap(({ lines }) => indented(dashed(lines, "- "), indent));
      const keys = [
        "apiVersion: config.kubernetes.io/v1 # v",
        "'kind': ResourceList",
        ["items: # all", ...entries].join("\n"),
        results,
      ];
      const body = order.map((index) => keys[index] ?? "").filter((key) => key !== "");
      return {
        text: `${bom}${start}${body.join("\n")}${end}`.replaceAll("\n", eol),
        images: items.flatMap(({ images }) => images),
        filled: /\[\]|null/.test(results),
      };
    });
}

function stream() {
  return fc
    .record({
      items: fc.array(
        fc.tuple(
          fc.oneof({ weight: 6, arbitrary: item() }, commentOnly),
          fc.constantFrom("---", "--- # c", "...\n---", "---\n---"),
        ),
        { minLength: 1, maxLength: 16 },
      ),
      first: item(),
      end: fc.constantFrom("\n", "", "\n---\n", "\n...\n", "\n# end"),
      eol,
      bom,
    })
    .map(({ items, first, end, eol, bom }) => {
      const documents = [
        ...items.map(([{ lines }, marker]) => `${lines.join("\n")}\n${marker}`),
        first.lines.join("\n"),
      ];
      return {
        text: `${bom}${documents.join("\n")}${end}`.replaceAll("\n", eol),
        images: [...items.flatMap(([{ images }]) => images), ...first.images],
      };
    });
}

const eol = fc.constantFrom("\n", "\n", "\r\n");
const bom = fc.constantFrom("", "", "", "\uFEFF");
const commentOnly = fc.constant<Piece>({ lines: ["# nothing here"], images: [] });

const reference = fc.constantFrom(
  "nginx:1.27",
  "nginx",
  "redis:7-alpine",
  "library/busybox:1",
  "docker.io/acme/tool:v1",
  "ghcr.io/acme/app:v1.2.3_4",
  "registry.example.com:5000/a/b-c/d__e:RC.1",
  "gcr.io/p/i:latest",
);

/** Lines that surround images: all valid in any mapping, none of them an image. */
const noise = fc.constantFrom<readonly string[]>(
  ["# image: redis:7"],
  ["", "# \u{1F600} comment", ""],
  ["args: [0777, 1_000, 1.10, yes, ~, 'it''s', \"\\u00e9\\L\"]"],
  ["emoji: \u{1F600}\u{1F680} # \u{10FFFF}"],
  ["nbsp: \u00A0a\u00A0b"],
  ["long: 123456789012345678901234567890"],
  ["literal: |", "  image: redis:7", "  ---", "", "  - image: x"],
  ["kept: |+", "  text", "", ""],
  ["folded: >1-", " text", "  more", " # no comment"],
  ["plain: one", "  two image x", "", "  three"],
  ['quoted: "one', "", "  image: redis:7", '  \\"two\\" \\', '  three"'],
  ["empty:"],
  ["flow: {picture: redis:7, a: [{picture: x}], }"],
  ["flow2: [", "  a, # c", "  b", "  ]"],
  ["tagged: !mytag {a: !!binary aGk=}"],
  ["anchor: &a value", "alias: *a"],
  ["? complex", ": - a", "  - b"],
  ["same: 1", "same: 2"],
  ["tab :\ttext\t# c"],
);

function item() {
  return fc.oneof(workload(), workload(), workload(), inJson(), configMap());
}

function workload() {
  return fc
    .record({
      kind: fc.constantFrom(
        ["v1", "Pod", "spec"],
        ["apps/v1", "Deployment", "spec", "template", "spec"],
        ["batch/v1", "CronJob", "spec", "jobTemplate", "spec", "template", "spec"],
        ["acme.io/v1", "Widget", "spec", "deep", "template", "spec"],
      ),
      quote: fc.constantFrom("", '"', "'"),
      step: fc.constantFrom(1, 2, 4),
      before: noise,
      after: noise,
      lists: fc.tuple(containerList("initContainers"), containerList("containers")),
      ephemeral: fc.option(containerList("ephemeralContainers"), { nil: { lines: [], images: [] } }),
    })
    .map(({ kind, quote, step, before, after, lists, ephemeral }): Piece => {
      const [apiVersion = "", name = "", ...keys] = kind;
      const all = [...lists, ephemeral];
      const spec = [...before, ...all.flatMap(({ lines }) => lines), ...after];
      const nested = keys.reduceRight<readonly string[]>(
        (lines, key) => [`${quote}${key}${quote}:`, ...indented(lines, step)],
        spec,
      );
      return {
        lines: [`apiVersion: ${apiVersion}`, `kind: ${name}`, "metadata:", "  name: web # n", ...nested],
        images: all.flatMap(({ images }) => images),
      };
    });
}

function containerList(key: string) {
  return fc.oneof(
    fc.tuple(fc.array(container(), { minLength: 1, maxLength: 3 }), fc.constantFrom(0, 1, 2, 4)).map(
      ([containers, indent]): Piece => ({
        lines: [`${key}:`, ...containers.flatMap(({ lines }) => indented(lines, indent))],
        images: containers.flatMap(({ images }) => images),
      }),
    ),
    fc
      .tuple(fc.array(flowContainer(), { maxLength: 3 }), fc.constantFrom(", ", ",", ",\n  ", " # c\n  , "))
      .map(
        ([containers, comma]): Piece => ({
          lines: `${key}: [${containers.flatMap(({ lines }) => lines).join(comma)} ]`.split("\n"),
          images: containers.flatMap(({ images }) => images),
        }),
      ),
  );
}

function container() {
  return fc
    .record({
      image: image(),
      noise: fc.array(noise, { maxLength: 3 }),
      at: fc.nat(3),
      dash: fc.constantFrom("- ", "-   ", "-\n", "- # hdr\n"),
    })
    .map(({ image, noise, at, dash }): Piece => {
      const parts = [...noise.slice(0, at), image.lines, ...noise.slice(at), ["name: web"]];
      return { lines: dashed(parts.flat(), dash), images: image.images };
    });
}

function image() {
  const style = fc.constantFrom<(reference: string) => string>(
    (text) => `image: ${text}`,
    (text) => `image: '${text}'`,
    (text) => `image: "${text}"`,
    (text) => `image: !!str ${text}`,
    (text) => `image: &img ${text}`,
    (text) => `image: &img !!str "${text}"`,
    (text) => `"image": ${text}`,
    (text) => `'image' :  '${text}'`,
    (text) => `? image\n: ${text}`,
    (text) => `? "image" # k\n# l\n:   ${text}`,
    (text) => `image: |-\n  ${text}`,
    (text) => `image: >-\n    ${text}`,
    (text) => `image: |1-\n ${text}`,
    (text) => `image:\n  ${text}`,
    (text) => `image:\n\n  # c\n  '${text}'`,
    (text) => `image: # c\n  ${text}`,
    (text) => `image:\t${text}\t# c`,
  );
  return fc
    .tuple(style, reference)
    .map(([write, text]): Piece => ({ lines: write(text).split("\n"), images: [text] }));
}

function flowContainer() {
  const style = fc.constantFrom<(reference: string) => string>(
    (text) => `{name: a, image: ${text}}`,
    (text) => `{image: ${text},name: a}`,
    (text) => `{"image":"${text}" , "name":"\u{1F600}"}`,
    (text) => `{ 'image':'${text}'}`,
    (text) => `{x: [{picture: redis:7}], image: !!str ${text} , y: }`,
    (text) => `{? image : ${text} , a, b: {}}`,
    (text) => `{a: "\u{1F600}\u{1F600}", image: &img ${text} }`,
    (text) => `image: ${text}`,
    (text) => `{image:\n    ${text}\n    }`,
  );
  return fc.tuple(style, reference).map(([write, text]): Piece => ({ lines: [write(text)], images: [text] }));
}

function inJson() {
  return fc
    .tuple(
      fc.array(reference, { maxLength: 3 }),
      fc.constantFrom(undefined, 1, 2),
      fc.string({ unit: "grapheme" }),
    )
    .map(([images, space, note]): Piece => {
      const containers = images.map((image) => ({ name: note, image, "x-image": image }));
      const value = { apiVersion: "v1", kind: "Pod", metadata: { name: "web" }, note, spec: { containers } };
      return { lines: JSON.stringify(value, null, space).split("\n"), images };
    });
}

function configMap() {
  return fc.array(noise, { maxLength: 3 }).map(
    (noise): Piece => ({
      lines: [
        "apiVersion: v1",
        "kind: ConfigMap",
        "metadata: {name: a}",
        "data:",
        ...indented(["a: b", ...noise.flat()], 2),
      ],
      images: [],
    }),
  );
}

function indented(lines: readonly string[], by: number): readonly string[] {
  return lines.map((line) => (line === "" ? line : `${" ".repeat(by)}${line}`));
}

/** The lines as an entry of a block sequence, behind this dash. */
function dashed(lines: readonly string[], dash: string): readonly string[] {
  if (dash.endsWith("\n")) {
    return [dash.trimEnd(), ...indented(lines, 2)];
  }
  const [first = "", ...rest] = indented(lines, dash.length);
  return [first === "" ? "-" : `${dash}${first.slice(dash.length)}`, ...rest];
}
