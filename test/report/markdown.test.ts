import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Result } from "../../src/krm/result.ts";
import { markdownReport } from "../../src/report/markdown.ts";
import type { ImageVersion } from "../../src/report/versions.ts";
import { runExecutable } from "../conformance/executable.ts";
import { pod } from "../modes/support.ts";
import { startRegistry } from "../support/registry.mjs";

const [one, two] = [`sha256:${"1".repeat(64)}`, `sha256:${"2".repeat(64)}`];
const now = Date.parse("2026-11-28T10:00:00Z");

function moved(image: string, file: string): Result {
  return {
    message: "",
    severity: "info",
    resourceRef: { apiVersion: "v1", kind: "Pod", name: "web" },
    field: { path: "spec.image", currentValue: `${image}@${one}`, proposedValue: `${image}@${two}` },
    file: { path: file },
  };
}

function version(told: Partial<ImageVersion>): ImageVersion {
  return { platforms: ["linux/amd64"], ...told };
}

function report(
  results: readonly Result[],
  before?: Partial<ImageVersion>,
  after?: Partial<ImageVersion>,
): string {
  const versions = new Map([
    ...(before === undefined ? [] : [[`a.io/app:1@${one}`, version(before)] as const]),
    ...(after === undefined ? [] : [[`a.io/app:1@${two}`, version(after)] as const]),
  ]);
  return markdownReport({ results, images: [], versions, now });
}

describe("markdownReport", () => {
  test("names an image whose name begins as a digest does", () => {
    const field = {
      path: "spec.image",
      currentValue: "shadowsocks/ss:1",
      proposedValue: `shadowsocks/ss:1@${one}`,
    };

    const text = report([{ message: "", severity: "info", field }]);

    expect(text).toContain("0 moved, 1 pinned, 0 problems.");
    expect(text).toContain("- `shadowsocks/ss:1`: `sha256:1111");
  });

  test("says who vouches for what was written, since when, and for what", () => {
    const use = {
      resource: { apiVersion: "v1", kind: "Pod", name: "web" },
      path: "spec.image",
      text: `a.io/app:1@${two}`,
      vouchers: [
        { signer: "https://github.com/acme/`app", issuer: "https://idp.io", at: now },
        { signer: "key SHA256:1", predicateType: "https://slsa.dev/provenance/v1" },
      ],
    };

    const text = markdownReport({
      results: [moved("a.io/app:1", "a.yaml"), moved("a.io/other:1", "a.yaml")],
      images: [use],
      versions: new Map(),
      now,
    });

    expect(text).toContain(
      "  - `` signed by https://github.com/acme/`app, logged 2026-11-28T10:00:00Z ``\n" +
        "  - `https://slsa.dev/provenance/v1 attested by key SHA256:1`\n" +
        "  - 1 place: `a.yaml`\n- `a.io/other:1`",
    );
    expect(text.match(/signed by/g)).toHaveLength(1);
  });

  test.each([
    ["error", "gone"],
    ["warning", "gone"],
    ["error", "drift"],
  ] as const)("says the %s of a check about what is %s, and counts it", (severity, check) => {
    const message = "is not there any more";

    const text = report([{ ...moved("a.io/app:1", "a.yaml"), severity, message, tags: { class: check } }]);

    expect(text).toContain("0 moved, 0 pinned, 1 problem.");
    expect(text).toContain(`- **${severity}**: \`is not there any more\``);
  });

  test("says of each image what moved, since when, what changed, and where it is used", () => {
    const source = "https://github.com/acme/app";
    const results = [moved("a.io/app:1", "a.yaml"), moved("a.io/app:1", "b.yaml")];

    const text = report(
      results,
      { version: "1.0", source, revision: "a".repeat(40), platforms: ["linux/amd64", "linux/arm/v7"] },
      {
        version: "1.1",
        source,
        revision: "b".repeat(40),
        created: Date.parse("2026-11-20T09:00:00Z"),
        platforms: ["linux/amd64", "linux/arm64"],
      },
    );

    expect(text).toBe(`## Container images

1 moved, 0 pinned, 0 problems.

### Moved

- \`a.io/app:1\`: \`${one}\` → \`${two}\`
  - version \`1.0\` → \`1.1\`, built 2026-11-20 (8 days old)
  - [what changed](https://github.com/acme/app/compare/${"a".repeat(40)}...${"b".repeat(40)})
  - **lost** \`linux/arm/v7\`
  - gained \`linux/arm64\`
  - 2 places: \`a.yaml\`, \`b.yaml\`
`);
  });

  test("tells of what was pinned and of problems, and says nothing of the rest", () => {
    const { field: _, ...place } = moved("a.io/app:1", "a.yaml");
    const results: readonly Result[] = [
      { ...place, field: { path: "a", currentValue: "b:1", proposedValue: `b:1@${one}` } },
      { ...place, severity: "error", message: '"c:1" has no digest' },
      { ...place, severity: "info", message: "left alone" },
    ];

    expect(report(results)).toBe(`## Container images

0 moved, 1 pinned, 1 problem.

### Pinned

- \`b:1\`: \`${one}\`
  - 1 place: \`a.yaml\`

### Problems

- **error**: \`"c:1" has no digest\`
  - 1 place: \`a.yaml\`
`);
  });

  test("says where in a file a problem is", () => {
    const problem = { severity: "error", message: "no digest", file: { path: "a.yaml" } } as const;
    const results = [3, 9].map((line) => ({ ...problem, position: { line, column: 5 } }));

    expect(report(results)).toContain("  - 2 places: `a.yaml:3:5`, `a.yaml:9:5`\n");
  });

  test("has an end that forges take, however many images there are", () => {
    const results = Array.from({ length: 1000 }, (_, at) => moved(`a.io/app:${at}`, "a.yaml"));

    const text = report(results);

    expect(text).toContain("1000 moved, 0 pinned, 0 problems.");
    expect(text).toMatch(/\n- 930 more\n$/);
    expect(text.length).toBeLessThan(65_536);
  });

  test.each([
    ["a forge that nobody knows", "https://git.acme.io/a/b", "https://git.acme.io/a/b"],
    ["no address", "javascript:alert(1)", "javascript:alert(1)"],
    ["plain HTTP", "http://github.com/a/b", "http://github.com/a/b"],
    ["a login", "https://me:secret@github.com/a/b", "https://me:secret@github.com/a/b"],
    ["another repository", "https://github.com/a/b", "https://github.com/a/c"],
    ["an end of the link", "https://github.com/a/b)[x](http://e", "https://github.com/a/b)[x](http://e"],
  ])("links to no comparison for %s", (_, before, after) => {
    const [a, b] = ["a".repeat(40), "b".repeat(40)];

    const text = report(
      [moved("a.io/app:1", "a.yaml")],
      { source: before, revision: a },
      { source: after, revision: b },
    );

    expect(text).not.toContain("](");
  });

  test("lets no name, label or message be Markdown", () => {
    const name = "a`.io/``app:1";
    const told = report(
      [{ ...moved("a.io/app:1", "[x](http://e)<img src=x>\n# y.yaml"), message: "@everyone" }],
      {},
      { version: "`*1*` @me\n- x" },
    );
    const problem = report([{ message: `<script> ${name} | [a](b)`, severity: "error" }]);

    for (const line of [...told.split("\n"), ...problem.split("\n")])
      expect(line.replaceAll(/(?<fence>`+) ?.*? ?\k<fence>(?!`)/g, "")).not.toMatch(/[[\]<>@]|^# y|^- x/);
    expect(problem).toContain("``` <script> a`.io/``app:1 | [a](b) ```");
  });
});

describe("--format markdown", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "markdown-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** A manifest with a configuration, which the registry has to show. */
  function image(blobs: Map<string, string>, label: string) {
    const config = JSON.stringify({
      os: "linux",
      architecture: "amd64",
      created: "2026-11-27T10:00:00Z",
      config: { Labels: { "org.opencontainers.image.version": label } },
    });
    const digest = `sha256:${createHash("sha256").update(config).digest("hex")}`;
    blobs.set(digest, config);
    const mediaType = "application/vnd.oci.image.manifest.v1+json";
    const content = {
      schemaVersion: 2,
      mediaType,
      config: { mediaType: "application/vnd.oci.image.config.v1+json", digest, size: config.length },
      layers: [],
    };
    return { manifest: JSON.stringify(content), mediaType };
  }

  test("reads the configurations of what moved, and of nothing else", async () => {
    const blobs = new Map<string, string>();
    const registry = await startRegistry({
      onRequest: async ({ url = "" }, response) => {
        const blob = blobs.get(/\/blobs\/(?<digest>.*)$/.exec(url)?.groups?.digest ?? "");
        if (blob !== undefined) response.end(blob);
        return blob !== undefined;
      },
    });
    const before = registry.push("app", "1", image(blobs, "1.0"));
    const after = registry.move("app", "1", image(blobs, "1.1"));
    const same = registry.push("same", "1", image(blobs, "2.0"));
    writeFileSync(
      join(folder, "in.yaml"),
      [pod(`${registry.host}/app:1@${before}`), pod(`${registry.host}/same:1@${same}`)].join("---\n"),
    );

    const { code, stderr } = await runExecutable("", {
      args: ["update", "in.yaml", "--format", "markdown", "-o", "report.md", "--now", "2026-11-28T10:00:00Z"],
      cwd: folder,
    });
    await registry.close();

    expect(code, stderr).toBe(0);
    const text = readFileSync(join(folder, "report.md"), "utf8");
    expect(text).toContain(
      `/app:1\`: \`${before}\` → \`${after}\`\n  - version \`1.0\` → \`1.1\`, built 2026-11-27 (24 hours old)\n`,
    );
    expect(text).toContain("1 moved, 0 pinned, 0 problems.");
    expect(registry.requests.filter(({ path }) => path.includes("/blobs/"))).toHaveLength(2);
  });
});
