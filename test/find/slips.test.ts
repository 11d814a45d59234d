import { describe, expect, test } from "vitest";
import { pin } from "../fields/pinning.ts";

function pod(annotations: string, comment = ""): string {
  return `apiVersion: v1\nkind: Pod\nmetadata: {name: p, annotations: {${annotations}}}\nspec:\n  containers:\n  - name: web\n    image: ghcr.io/acme/web:1${comment}\n`;
}

/** The warnings about a text. */
async function warnings(text: string, options = ""): Promise<readonly string[]> {
  return (await pin(text, options)).told.filter((each) => each.startsWith("warning"));
}

describe("an opt-out that is mistyped", () => {
  test.each([
    ['pin-digests.fn.kpt.dev/skip: "True"', 'write "true"'],
    ['pin-digests.fn.kpt.dev/skip: "yes"', 'write "true"'],
    ["pin-digests.fn.kpt.dev/skip: wbe", 'did you mean "web"?'],
    ["pin-digests.fn.kpt.dev/skip: 'spec.container[].image'", 'did you mean "spec.containers[0].image"?'],
    ["pin-digest.fn.kpt.dev/skip: web", "did you mean `pin-digests.fn.kpt.dev/skip`?"],
    ["pindigests.fn.kpt.dev/skip: web", "did you mean `pin-digests.fn.kpt.dev/skip`?"],
  ])("as an annotation is told, and the image pinned: %s", async (annotation, advice) => {
    const text = pod(annotation);

    expect((await pin(text)).asked).toEqual(["ghcr.io/acme/web:1"]);
    expect(await warnings(text)).toEqual([expect.stringContaining(advice)]);
  });

  test.each([
    "# pin-digest: skip",
    "# pin-digests skip",
    "# pin-digests: ignore",
    "#pin-digests=skip",
    "# Pin-Digests: Skip",
    "# pindigests: skip",
    "# pin_digests: skip",
    "# pin-digests: skp",
    "# pin-digests: disable",
  ])("as a comment is told: %s", async (comment) => {
    expect(await warnings(pod("", ` ${comment}`))).toEqual([
      `warning -: line 7 of the input: the comment "${comment}" opts nothing out: did you mean "# pin-digests: skip"?`,
    ]);
  });

  test.each(["# pin-digests: see the README", "# see pin-digests", "# pin-digests pins this"])(
    "is none in a comment that asks for nothing: %s",
    async (comment) => {
      expect(await warnings(pod("", ` ${comment}`))).toEqual([]);
    },
  );

  test.each([
    ["the template of a pod", "{annotations: {pin-digests.fn.kpt.dev/skip: 'true'}}", "{}", 1],
    ["a label of a pod's template", "{labels: {pin-digests.fn.kpt.dev/skip: 'true'}}", "{}", 1],
    ["a label", "{}", "{labels: {pin-digests.fn.kpt.dev/skip: 'true'}}", 1],
    ["the object itself", "{}", "{annotations: {pin-digests.fn.kpt.dev/skip: web}}", 0],
    [
      "what a chart may give to objects",
      "{values: {commonAnnotations: {pin-digests.fn.kpt.dev/skip: 'true'}}}",
      "{}",
      0,
    ],
  ])("is told where the annotation stands on %s", async (_, template, own, count) => {
    const text = `apiVersion: apps/v1\nkind: Deployment\nmetadata: ${own}\nspec:\n  template:\n    metadata: ${template}\n    spec: {containers: [{name: web, image: a:1}]}\n`;

    const told = await warnings(text);

    expect(told).toEqual(
      Array.from({ length: count }, () =>
        expect.stringMatching(
          /line [36] of the input: .* must stand in `metadata\.annotations` of the object itself$/,
        ),
      ),
    );
  });

  test.each([
    ['pin-digests.fn.kpt.dev/skip: "true"', ""],
    ["pin-digests.fn.kpt.dev/skip: web", ""],
    ["pin-digests.fn.kpt.dev/skip: 'spec/containers[]/image'", ""],
    ['pin-digests.fn.kpt.dev/skip: "false"', ""],
    ["", " # pin-digests: skip"],
    ["", " # by pin-digests, see the README"],
    ["note: pin-digests", ""],
  ])("is none where it is right: %s%s", async (annotation, comment) => {
    expect(await warnings(pod(annotation, comment))).toEqual([]);
  });
});

describe("a comment that stands beside no image", () => {
  const lines = [
    "apiVersion: v1",
    "kind: Pod",
    "metadata: {name: p}",
    "spec:",
    "  containers:",
    "  - name: web",
    "    image: ghcr.io/acme/web:1",
  ];
  const commented = (at: number): string =>
    lines.map((line, index) => (index === at ? `${line} # pin-digests: skip` : line)).join("\n");
  const message = (line: number): string =>
    `warning -: line ${line} of the input: the comment "# pin-digests: skip" opts nothing out: it must stand after an image, on the line of its value`;

  test.each([3, 4, 5])("is told: behind line %i", async (at) => {
    expect((await pin(commented(at))).asked).toEqual(["ghcr.io/acme/web:1"]);
    expect(await warnings(commented(at))).toEqual([message(at + 1)]);
  });

  test("is told above an image, and behind a key whose value is on the next line", async () => {
    const [above, behind] = [
      "    # pin-digests: skip\n    image: ",
      "    image: # pin-digests: skip\n      ",
    ].map((start) => commented(-1).replace("    image: ", start));

    expect(await warnings(above ?? "")).toEqual([message(7)]);
    expect(await warnings(behind ?? "")).toEqual([message(7)]);
  });

  test.each([
    ["beside an image", commented(6)],
    [
      "beside one that is only likely",
      "apiVersion: a.io/v1\nkind: W\nmetadata: {name: w}\nspec:\n  helper: r.io/a:1 # pin-digests: skip\n",
    ],
    [
      "in an object that opts out",
      commented(5).replace("{name: p}", '{name: p, annotations: {pin-digests.fn.kpt.dev/skip: "true"}}'),
    ],
    [
      "at the header of a block",
      commented(-1).replace("ghcr.io/acme/web:1", "|- # pin-digests: skip\n      ghcr.io/acme/web:1"),
    ],
  ])("is not told %s", async (_, text) => {
    expect(await warnings(text)).toEqual([]);
  });
});

describe("a selection that matches nothing", () => {
  test.each([
    ["skipPrefixes: [ghcr.io/acmee/]", 'did you mean "ghcr.io/acme/"?'],
    ["skipPrefixes: [gchr.io]", 'did you mean "ghcr.io"?'],
    ['skipPrefixes: ["ghcr.io/*"]', 'did you mean "ghcr.io/"?'],
    ["exclude: [https://ghcr.io/acme/*]", 'did you mean "ghcr.io/acme/*"?'],
    ["exclude: [web]", 'did you mean "*/web:*"?'],
    ["resources: {exclude: [{group: apps/v1, kind: Deployment}]}", "did you mean `group: apps`?"],
  ])("is told where it is meant otherwise: %s", async (options, advice) => {
    const text = `${pod("")}---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d}\nspec: {}\n`;

    expect(await warnings(text, options)).toEqual([expect.stringContaining(advice)]);
  });

  test.each([
    "exclude: ['ghcr.io/acme/web:2']",
    "skipPrefixes: [quay.io/, ghcr.io/acme]",
    "exclude: [nginx]",
  ])("is nothing to tell where packages share it: %s", async (options) => {
    expect(await warnings(pod(""), options)).toEqual([]);
  });

  test.each([
    [
      'include: ["ghcr.io/acem/*"]',
      '"ghcr.io/acem/*" of `include` does not match the image here: did you mean "ghcr.io/acme/*"?',
    ],
    [
      'include: ["ghcr.io/acme/*", "registry.example/*"]',
      '"registry.example/*" of `include` does not match the image here',
    ],
    [
      'exclude: ["ghcr.io/acme/wbe"]',
      '"ghcr.io/acme/wbe" of `exclude` does not match the image here: did you mean "ghcr.io/acme/web:*"?',
    ],
    [
      'exclude: ["ghcr.io/acme/web"]',
      '"ghcr.io/acme/web" of `exclude` does not match the image here: did you mean "ghcr.io/acme/web:*"?',
    ],
    [
      'include: ["ghcr.io/acme/wbe:*"]',
      '"ghcr.io/acme/wbe:*" of `include` does not match the image here: did you mean "ghcr.io/acme/web:*"?',
    ],
    [
      "resources: {exclude: [{kind: Pdo}]}",
      "`resources.exclude[0]` matches none of the objects here: did you mean `kind: Pod`?",
    ],
    [
      "resources: {include: [{kind: Pod}, {kind: Job}]}",
      "`resources.include[1]` matches none of the objects here",
    ],
  ])("is told: %s", async (options, message) => {
    expect(await warnings(pod(""), options)).toEqual([`warning -: ${message}`]);
  });

  test.each([
    'exclude: ["quay.io/*"]',
    'include: ["ghcr.io/*"]',
    "resources: {exclude: [{kind: StatefulSet}]}",
    "resources: {include: [{kind: Pod}]}",
  ])("is none where it matches, or others may need it: %s", async (options) => {
    expect(await warnings(pod(""), options)).toEqual([]);
  });

  test("is none where there is no image", async () => {
    expect(
      await warnings("apiVersion: v1\nkind: Service\nmetadata: {name: s}\n", 'include: ["ghcr.io/*"]'),
    ).toEqual([]);
  });
});

describe("a selector of labels that matches nothing", () => {
  const deployment = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: d
  labels: {tier: dev, app.kubernetes.io/name: web}
  annotations: {acme.io/owner: team}
spec: {template: {metadata: {labels: {run: web}}, spec: {containers: [{name: web, image: "ghcr.io/acme/web:1"}]}}}
`;

  test.each([
    ["exclude: [{labelSelector: tier=dve}]", "exclude[0]", "did you mean the label `tier=dev`?"],
    ["exclude: [{labelSelector: teir=dev}]", "exclude[0]", "did you mean the label `tier`?"],
    ["exclude: [{labelSelector: 'tier in (dve, prod)'}]", "exclude[0]", "did you mean the label `tier=dev`?"],
    [
      "exclude: [{kind: Deployment, labelSelector: app.kubernetes.io/nmae=web}]",
      "exclude[0]",
      "did you mean the label `app.kubernetes.io/name`?",
    ],
    [
      "exclude: [{labelSelector: run=web}]",
      "exclude[0]",
      "only pods have the label `run` so, and the object's own labels count",
    ],
    [
      "exclude: [{annotationSelector: acme.io/onwer}]",
      "exclude[0]",
      "did you mean the annotation `acme.io/owner`?",
    ],
    [
      "include: [{labelSelector: tier=dve}, {kind: Deployment}]",
      "include[0]",
      "did you mean the label `tier=dev`?",
    ],
  ])("is told where another is near: %s", async (option, place, hint) => {
    expect(await warnings(deployment, `resources: {${option}}`)).toEqual([
      `warning -: \`resources.${place}\` matches none of the objects here: ${hint}`,
    ]);
  });

  test.each([
    "exclude: [{labelSelector: tier=prod}]",
    "exclude: [{labelSelector: '!tier'}]",
    "exclude: [{labelSelector: tier!=dev}]",
    "exclude: [{labelSelector: stage=canary}]",
    "exclude: [{kind: Deployment, labelSelector: tier=dev, name: other}]",
    "exclude: [{annotationSelector: acme.io/owner=others}]",
  ])("is nothing to tell where packages may share it: %s", async (option) => {
    expect(await warnings(deployment, `resources: {${option}}`)).toEqual([]);
  });
});
