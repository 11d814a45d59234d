import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import { useBench } from "./bench.ts";
import type { Run } from "./executable.ts";

const bench = useBench();
let folder = "";

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "hostile-names-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const HOSTILE = [
  ["a terminal", "\u001b]0;x\u0007\u001b[2J\u009b2J\u007f"],
  ["a direction of writing", "\u202etxt\u2066"],
  ["what can't be seen", "a\u200b\u00ad\ufeff\u3164\ufe0f\u{e0041}b\u00a0"],
  ["other line ends", "a\u2028b\u2029c\u0085d"],
  ["rows of its own", "a\n[error] b\r\n::error::c\n##[add-mask]d"],
  ["commands", "##[add-mask]a ##vso[task.b] ##teamcity[c] section_start:1:d"],
  ["a command at the beginning", "::stop-commands::a"],
] as const;

// What no report may hold; an input's own lines go through as they are.
const ACTIVE =
  /[^\P{Cc}\n]|[\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{DI}\u00a0]|##\w*\[|section_start:|^\s*::(?!(?:error|warning|notice) )/mu;

/** A pod whose every name holds the text; the image is one that is pinned, refused or left alone. */
function pod(text: string, image: string): string {
  return `${JSON.stringify({
    apiVersion: `${text}acme.io/v1`,
    kind: `${text}Pod`,
    metadata: {
      name: `${text}web`,
      namespace: `${text}shop`,
      annotations: { "config.kubernetes.io/path": `${text}web.yaml` },
    },
    spec: { containers: [{ name: text, image }], [text]: { image }, args: [text] },
  })}\n`;
}

function images(text: string): readonly string[] {
  return ["nginx:1.27", `${text}/Upper:1`, `nginx:${text}`, `{{ ${text} }}`, `acme/absent:1`];
}

function stream(text: string): string {
  return images(text)
    .map((image) => pod(text, image))
    .join("---\n");
}

function list(text: string): string {
  const items = images(text).map((image) => pod(text, image).trimEnd());
  return `{"apiVersion": "config.kubernetes.io/v1", "kind": "ResourceList", "items": [${items.join(",")}]}\n`;
}

function expectHarmless({ stderr }: Run): void {
  expect(stderr).not.toBe("");
  expect(stderr).not.toMatch(ACTIVE);
}

describe.each(HOSTILE)("names with %s", (_, text) => {
  test("are shown harmlessly on stderr, for a stream", async () => {
    const run = await bench.pin(stream(text), "report: all", "onError: warn");

    expect(run.code).toBe(0);
    expectHarmless(run);
  });

  test("are shown harmlessly in the results of a list, and on stderr", async () => {
    const run = await bench.pin(list(text), "report: all", "onError: warn");

    expect(run.code).toBe(0);
    expectHarmless(run);
    const [document] = parseAllDocuments(run.stdout);
    const { results } = document?.toJS() ?? {};
    expect(results.length).toBeGreaterThan(4);
    for (const value of textsOf(results)) expect(value).not.toMatch(ACTIVE);
  });

  test.each([
    ["--format", "github"],
    ["--format", "sarif"],
    ["--explain", "table"],
    ["--explain", "json"],
    ["--inventory", "json"],
    ["--inventory", "lock"],
    ["--inventory", "kustomize"],
  ])("are shown harmlessly by %s %s", async (flag, form) => {
    const file = join(folder, "report");
    const config = join(folder, "config.yaml");
    writeFileSync(config, bench.config("report: all", "onError: warn"));
    const args = [`${flag}=${form}`, "--output", file, "-f", config];

    const run = await bench.run(list(text), { args });

    expect(run.code).toBe(0);
    expectHarmless(run);
    const report = readFileSync(file, "utf8");
    expect(report).not.toMatch(ACTIVE);
    // What ends a line is folded in a text in quotes.
    const folded = text.replaceAll(/[\u0085\u2028\u2029]/g, " ");
    if (form === "json" && flag === "--explain")
      expect(JSON.parse(report).map(({ value }: { value: string }) => value)).toContain(`nginx:${folded}`);
    if (form === "table")
      expect(
        report
          .trimEnd()
          .split("\n")
          .slice(1)
          .every((row) => row.includes("web")),
      ).toBe(true);
  });

  test("are shown harmlessly where the configuration has them", async () => {
    const lines = [
      `${JSON.stringify(text)}: 1`,
      `mode: ${JSON.stringify(text)}`,
      `fieldSpecs: [{kind: Pod, path: ${JSON.stringify(text)}}]`,
    ];

    const run = await bench.pin(stream(text), ...lines);

    expect(run.code).toBe(1);
    expectHarmless(run);
  });

  test("are shown harmlessly where a lock has them", async () => {
    const lock = join(folder, "lock.yaml");
    const entries = { [text]: { digest: text }, "nginx:1": { [text]: text } };
    writeFileSync(
      lock,
      JSON.stringify({ apiVersion: "fn.kpt.dev/v1alpha1", kind: "ImageLock", images: entries }),
    );

    const run = await bench.run(stream(text), { args: ["--lock", lock] });

    expect(run.code).toBe(2);
    expectHarmless(run);
  });

  test.each([
    [["-d", "X"]],
    [["-d", "mode=X"]],
    [["-d", "X=1"]],
    [["--X"]],
    [["X"]],
    [["-f", "/nonexistent/X"]],
    [["--lock", "/nonexistent/X"]],
    [["--format", "X", "--output", "y"]],
    [["--explain", "--output", "/nonexistent/X"]],
  ])("are shown harmlessly in the arguments %j", async (args) => {
    const run = await bench.run(stream(text), { args: args.map((each) => each.replace("X", text)) });

    expect(run.code).not.toBe(0);
    expectHarmless(run);
  });

  test("are shown harmlessly where the input is of no use", async () => {
    for (const input of [`a${text}: [`, JSON.stringify(text), `- ${JSON.stringify(text)}`, `a: *${text}`]) {
      const run = await bench.run(input);

      expect(run.code).toBe(1);
      expectHarmless(run);
    }
  });
});

function textsOf(value: unknown): readonly string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsOf) : [];
}
