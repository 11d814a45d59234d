import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { formatFieldSpecs } from "../../src/report/field-specs.ts";
import { explain, formatExplanations } from "../../src/run/explain.ts";
import { runExecutable } from "../conformance/executable.ts";
import { list as listOf } from "../modes/support.ts";

const digest = `sha256:${"1".repeat(64)}`;
const stream = `apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop}
spec:
  containers:
  - name: web
    image: nginx:1.27@${digest}
  - name: log
    image: "log:1" # pin-digests: skip
  volumes:
  - rbd: {image: r.io/disk:1}
---
apiVersion: acme.io/v1
kind: Widget
metadata: {name: w}
spec:
  workers:
  - image: r.io/worker:1
  helper: r.io/helper:1
`;
const list = `kind: ResourceList\nitems:\n- ${(stream.split("---\n")[0] ?? "").trimEnd().replaceAll("\n", "\n  ")}\n`;

describe("explain", () => {
  test("tells of aliases as if they were written out", async () => {
    const text = `apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: h}
spec:
  values:
    base: &b r.io/a:1
    image: *b
    jobs: &j {image: r.io/b:1}
    more: *j
  other: *b
`;

    const { explanations } = await explain(text);

    expect(explanations.map(({ path, value, action }) => [path, value, action])).toEqual([
      ["spec.values.base", "r.io/a:1", "unknown"],
      ["spec.values.image", "r.io/a:1", "pin"],
      ["spec.values.jobs.image", "r.io/b:1", "pin"],
      ["spec.values.more.image", "r.io/b:1", "pin"],
      ["spec.other", "r.io/a:1", "unknown"],
    ]);
  });

  test("tells of every value that looks like an image where it is, who found it and what would be done", async () => {
    const functionConfig =
      "apiVersion: fn.kpt.dev/v1alpha1\nkind: PinDigests\nfieldSpecs: [{kind: Widget, path: spec/helper}]\n";

    const { explanations } = await explain(stream, { functionConfig });

    expect(
      explanations.map(({ resource, path, value, rule, action, reason }) => [
        resource,
        path,
        value,
        rule,
        action,
        reason,
      ]),
    ).toEqual([
      [
        "v1/Pod/shop/web",
        "spec.containers[0].image",
        `nginx:1.27@${digest}`,
        "containers",
        "keep",
        "has a digest",
      ],
      [
        "v1/Pod/shop/web",
        "spec.containers[1].image",
        "log:1",
        "containers",
        "skipped",
        "the comment on its line says so",
      ],
      [
        "v1/Pod/shop/web",
        "spec.volumes[0].rbd.image",
        "r.io/disk:1",
        "denied",
        "denied",
        "the image of an rbd volume is a block device of Ceph",
      ],
      [
        "acme.io/v1/Widget/w",
        "spec.workers[0].image",
        "r.io/worker:1",
        "unknown field",
        "pin",
        "if the registry confirms that it is an image, since no rule knows the field",
      ],
      ["acme.io/v1/Widget/w", "spec.helper", "r.io/helper:1", "fieldSpecs[0]", "pin", undefined],
    ]);
  });

  test("tells what is left alone with its object", async () => {
    const functionConfig =
      "apiVersion: fn.kpt.dev/v1alpha1\nkind: PinDigests\nresources: {exclude: [{kind: Pod}]}\n";

    const { explanations } = await explain(list, { functionConfig });

    expect(new Set(explanations.map(({ action, reason }) => `${action}: ${reason}`))).toEqual(
      new Set(["skipped: it matches `resources.exclude[0]`"]),
    );
  });
});

describe("explain with a lock", () => {
  const [platform, text] = [`platform: linux/amd64`, `digest: ${digest}`];
  const entries = `nginx:1.27: {${text}}, redis:7: {${text}, ${platform}}, moved:1: {${text}}`;
  const annotations = 'config.kubernetes.io/local-config: "true"';
  const lock = `apiVersion: fn.kpt.dev/v1alpha1
kind: ImageLock
metadata: {name: lock.yaml, annotations: {${annotations}}}
images: {${entries}}
`;
  const images = ["nginx:1.27", "redis:7", "new:1", `moved@${digest}`];
  const pods = `apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  containers: [${images.map((image) => `{image: "${image}"}`).join(", ")}]
`;
  const actions = async (input: string, literals: Readonly<Record<string, string>>, file?: string) => {
    const { explanations } = await explain(input, {
      overrides: new Map(Object.entries(literals)),
      ...(file !== undefined && { lock: { text: file, update: false, name: "lock.yaml" } }),
    });
    return explanations.map(({ action, reason }) => `${action}: ${reason}`);
  };

  test.each([
    [
      {},
      [
        `pin: from the lock "lock.yaml": nginx:1.27@${digest}`,
        'pin: is in the lock "lock.yaml" for linux/amd64, not for all platforms',
        'pin: is not in the lock "lock.yaml"',
        "keep: has a digest",
      ],
    ],
    [
      { lock: "frozen" },
      [
        `pin: from the lock "lock.yaml": nginx:1.27@${digest}`,
        'reject: is in the lock "lock.yaml" for linux/amd64, not for all platforms, and `lock: frozen` forbids asking',
        'reject: is not in the lock "lock.yaml", and `lock: frozen` forbids asking',
        "keep: has a digest",
      ],
    ],
    [
      { mode: "update" },
      [
        'pin: is in the lock "lock.yaml", and asked for again',
        'pin: is in the lock "lock.yaml" for linux/amd64, not for all platforms',
        'pin: is not in the lock "lock.yaml"',
        'keep: has a digest and no tag; the lock "lock.yaml" has it for "moved:1"',
      ],
    ],
    [
      { mode: "unpin", tag: "drop" },
      ["keep: has no digest", "keep: has no digest", "keep: has no digest", "rewrite: moved:1"],
    ],
    [{ lock: "off" }, ["pin: undefined", "pin: undefined", "pin: undefined", "keep: has a digest"]],
  ])("tells what is in it, by %j", async (literals, expected) => {
    expect(await actions(listOf(pods, lock), literals)).toEqual(expected);
    if (!("lock" in literals)) expect(await actions(pods, literals, lock)).toEqual(expected);
  });

  test("explains nothing where the lock has a fault", async () => {
    const { explanations, faults } = await explain(listOf(pods, lock.replace(digest, "sha256:1")));

    expect(explanations).toEqual([]);
    expect(faults).toMatchObject([{ severity: "error" }]);
  });

  test("tells of one that does not count", async () => {
    const { explanations, warnings } = await explain(`${pods}---\n${lock}`);

    expect(explanations).toHaveLength(images.length);
    expect(warnings).toMatchObject([
      { severity: "warning", message: expect.stringContaining("does not count") },
    ]);
  });
});

describe("formatExplanations", () => {
  const explanations = [{ resource: "v1/Pod/a", path: "spec.x", value: "r.io/a:1", action: "pin" }] as const;

  test("is a table for people", () => {
    expect(formatExplanations(explanations, "table")).toBe(
      "RESOURCE  FIELD   VALUE     RULE  ACTION\nv1/Pod/a  spec.x  r.io/a:1  -     pin\n",
    );
  });

  test("is fieldSpecs for all that is likely or in parts, which a run takes", async () => {
    const widget = (name: string) =>
      `apiVersion: acme.example/v1\nkind: Widget\nmetadata: {name: ${name}}\nspec:\n  helperImage: r.io/helper:1\n  image: {repository: r.io/web, tag: v1}\n`;
    const text = `${widget("a")}---\n${widget("b")}`;

    const specs = formatFieldSpecs((await explain(text)).explanations);
    const functionConfig = `apiVersion: fn.kpt.dev/v1alpha1\nkind: PinDigests\n${specs}`;
    const { explanations } = await explain(text, { functionConfig });

    expect(
      specs,
    ).toBe(`# Keep the fields that hold images. For one that holds none, write \`pin: never\` below its path.
fieldSpecs:
# r.io/helper:1 in acme.example/v1/Widget/a, and 1 more
- group: acme.example
  kind: Widget
  path: "spec/helperImage"
# r.io/web:v1 in acme.example/v1/Widget/a, and 1 more
- group: acme.example
  kind: Widget
  path: "spec/image"
  in: repositoryAndTag
  digestKey: digest # must be a key that the kind has
`);
    expect(explanations.map(({ rule, action }) => `${rule}: ${action}`)).toEqual([
      "fieldSpecs[0]: pin",
      "fieldSpecs[1]: pin",
      "fieldSpecs[0]: pin",
      "fieldSpecs[1]: pin",
    ]);
  });

  test.each([
    ["lines of its own", "image\n- kind: '*'\n  path: '**'\n  pin: never # x"],
    ["another member", "x, pin: never, y"],
    ["a brace", "{x"],
    ["a control sequence", "x\u009b2J"],
  ])("is one fieldSpec of its kind where a key brings %s", async (_, key) => {
    const parts = `${JSON.stringify(`${key}_repository`)}: r.io/web, ${JSON.stringify(`${key}_tag`)}: v1`;
    const text = `apiVersion: acme.example/v1\nkind: Widget\nmetadata: {name: a}\nspec: {image: {${parts}}}\n`;

    const { explanations: found } = await explain(text);
    const specs = formatFieldSpecs(found);

    // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what is looked for
    expect(specs).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
    for (const spec of parse(specs).fieldSpecs) {
      expect(spec).toMatchObject({ group: "acme.example", kind: "Widget" });
      expect(spec).not.toHaveProperty("pin");
    }
  });

  test("offers no fieldSpec that would take other texts of a list for images", async () => {
    const widget = (args: string): string =>
      `apiVersion: acme.io/v1\nkind: Widget\nmetadata: {name: w}\nspec:\n  args: [${args}]\n`;
    const specs = async (args: string): Promise<string> =>
      formatExplanations((await explain(widget(args))).explanations, "fieldspecs");

    for (const other of ["--worker-image", "--image=ghcr.io/a/c:1", "a text"])
      expect(await specs(`"${other}", "ghcr.io/a/b:1"`)).toBe("fieldSpecs: []\n");
    expect(await specs('"ghcr.io/a/b:1", "ghcr.io/a/c:1"')).toContain('path: "spec/args[]"\n');
  });

  test("is an empty list of fieldSpecs where nothing is to be settled", () => {
    expect(formatExplanations(explanations, "fieldspecs")).toBe("fieldSpecs: []\n");
  });

  test("is JSON for programs", () => {
    expect(JSON.parse(formatExplanations(explanations, "json"))).toEqual(explanations);
  });
});

describe("--explain", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "explain-"));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test("takes the place of a stream where it goes to stdout, and asks no registry", async () => {
    const run = await runExecutable(stream, { args: ["--explain", "--output", "-"] });

    expect(run).toMatchObject({ code: 0, stderr: "" });
    expect(run.stdout.split("\n")[0]).toMatch(/^RESOURCE +FIELD +VALUE +RULE +ACTION$/);
  });

  test("prints fieldSpecs", async () => {
    const run = await runExecutable(stream, { args: ["explain", "--format", "fieldspecs"] });

    expect(run).toMatchObject({ code: 0, stderr: "" });
    expect(run.stdout).toContain('path: "spec/workers[]/image"');
    expect(run.stdout).toContain('path: "spec/helper"');
  });

  test("goes to a file beside a ResourceList, which stdout carries", async () => {
    const file = join(folder, "report.json");

    const run = await runExecutable(list, { args: ["--explain=json", "-o", file] });

    expect(run).toMatchObject({ code: 0, stdout: list });
    expect(JSON.parse(readFileSync(file, "utf8"))).toHaveLength(3);
  });

  test.each([
    [["--explain"], stream, "`--explain` must go with `--output FILE`"],
    [["--explain=xml", "-o", "-"], stream, '`--explain` must be table or json or fieldspecs, but is "xml"'],
    [["--output", "x"], stream, "`--output` must go with a report"],
    [["--explain", "-o", "-"], list, "`--output` must name a file where a ResourceList comes in"],
    [
      ["--explain", "-o", "/nonexistent/x"],
      list,
      `"/nonexistent/x" can't: there is no folder "/nonexistent"`,
    ],
  ])("%j is refused with exit 2 and an empty stdout", async (args, input, message) => {
    const run = await runExecutable(input, { args });

    expect(run).toMatchObject({ code: 2, stdout: "" });
    expect(run.stderr).toContain(message);
  });
});
