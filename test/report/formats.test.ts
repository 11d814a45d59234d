import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Result, Severity } from "../../src/krm/result.ts";
import { githubAnnotations } from "../../src/report/github.ts";
import { makeReport } from "../../src/report/report.ts";
import { sarifLog } from "../../src/report/sarif.ts";
import { sarifFaults } from "./sarif-rules.ts";

const drift: Result = {
  message: "100% moved,\nas it was",
  severity: "warning",
  resourceRef: { apiVersion: "apps/v1", kind: "Deployment", namespace: "shop", name: "web" },
  field: { path: "spec.image", currentValue: "nginx:1@sha256:1" },
  file: { path: "a b/c:d.yaml" },
  tags: { class: "drift" },
};
const plain: Result = { message: "docker.io could not be asked", severity: "error" };
const run = { version: "1.2.3", file: "Kptfile" };

const anyText = fc.string({ unit: "binary", maxLength: 20 });
const anyResult: fc.Arbitrary<Result> = fc.record(
  {
    message: anyText,
    severity: fc.constantFrom<Severity>("error", "warning", "info"),
    resourceRef: fc.record({ apiVersion: anyText, kind: anyText, name: anyText }),
    field: fc.record({ path: anyText, currentValue: anyText }, { requiredKeys: ["path"] }),
    file: fc.record({
      path: fc.string({ unit: "binary", minLength: 1, maxLength: 20 }).map((path) => `${path}x`),
    }),
    tags: fc.record({ class: fc.oneof(anyText, fc.constantFrom("drift", "gone", "toString")) }),
  },
  { requiredKeys: ["message", "severity"] },
);

describe("githubAnnotations", () => {
  test("writes a line for each result, with what GitHub reads escaped", () => {
    expect(githubAnnotations([plain, drift, { ...plain, severity: "info" }])).toBe(
      `::error title=pin-digests::docker.io could not be asked
::warning file=a b/c%3Ad.yaml,title=pin-digests%3A drift::apps/v1/Deployment/shop/web spec.image (a b/c:d.yaml): 100%25 moved,\\nas it was
::notice title=pin-digests::docker.io could not be asked
`,
    );
  });

  test.each([
    ["100%", "100%25"],
    ["a,b", "a%2Cb"],
    ["a:b", "a%3Ab"],
    ["a\r\nb\u001b", String.raw`a\r\nb\u001b`],
    ["%0A", "%250A"],
  ])("writes the file %j as %j", (path, written) => {
    expect(githubAnnotations([{ ...plain, file: { path } }])).toContain(`::error file=${written},title=`);
  });

  test("gives a line to each result, and no other command, whatever it is about", () => {
    const command =
      /^::(?:error|warning|notice) (?:file=[^:,\r\n]+,)?title=pin-digests(?:%3A [^:,\r\n]*)?::[^\r\n]*\n$/;
    fc.assert(fc.property(anyResult, (result) => command.test(githubAnnotations([result]))));
  });
});

describe("sarifLog", () => {
  test("names rule, level, file and field of each result", () => {
    const [{ tool, results }] = JSON.parse(sarifLog([drift, plain], run)).runs;

    expect(tool.driver).toMatchObject({ name: "pin-digests", version: "1.2.3" });
    expect(results).toMatchObject([
      {
        ruleId: "drift",
        level: "warning",
        message: { text: "apps/v1/Deployment/shop/web spec.image: 100% moved,\\nas it was" },
        locations: [
          {
            physicalLocation: { artifactLocation: { uri: "a%20b/c%3Ad.yaml", uriBaseId: "%SRCROOT%" } },
            logicalLocations: [
              { fullyQualifiedName: "apps/v1/Deployment/shop/web spec.image", kind: "member" },
            ],
          },
        ],
      },
      {
        ruleId: "other",
        level: "error",
        message: { text: "docker.io could not be asked" },
        locations: [{ physicalLocation: { artifactLocation: { uri: "Kptfile" } } }],
      },
    ]);
    for (const { ruleId, ruleIndex } of results) expect(tool.driver.rules[ruleIndex].id).toBe(ruleId);
  });

  test("is what the specification and GitHub want, whatever it is about", () => {
    fc.assert(
      fc.property(fc.array(anyResult, { maxLength: 4 }), (results) => {
        const said = results.map((result) => ({ ...result, message: `said ${result.message}` }));

        const text = sarifLog(said, run);

        const [{ tool, results: logged }] = JSON.parse(text).runs;
        expect(sarifFaults(text)).toEqual([]);
        expect(logged.map((each: { ruleIndex: number }) => tool.driver.rules[each.ruleIndex].id)).toEqual(
          logged.map((each: { ruleId: string }) => each.ruleId),
        );
      }),
    );
  });

  test.each([
    ["/abs/web.yaml", "abs/web.yaml"],
    ["//host/web.yaml", "host/web.yaml"],
    ["./a/../web.yaml", "web.yaml"],
    ["C:/web.yaml", "C%3A/web.yaml"],
    ["a?b#c%d.yaml", "a%3Fb%23c%25d.yaml"],
    ["é\ud800.yaml", "%C3%A9%EF%BF%BD.yaml"],
  ])("writes the path %j as the address %j", (path, uri) => {
    const [{ results }] = JSON.parse(sarifLog([{ ...plain, file: { path } }], run)).runs;

    expect(results[0].locations[0].physicalLocation.artifactLocation.uri).toBe(uri);
  });

  test("is the same for the same results, and a fingerprint outlives the digest", () => {
    const later = {
      ...drift,
      field: { path: "spec.image", currentValue: "nginx:1@sha256:2" },
      message: "again",
    };
    const fingerprints = (result: Result) =>
      JSON.parse(sarifLog([result], run)).runs[0].results[0].partialFingerprints;

    expect(sarifLog([drift], run)).toBe(sarifLog([drift], run));
    expect(fingerprints(later)).toEqual(fingerprints(drift));
    expect(fingerprints({ ...drift, tags: { class: "gone" } })).not.toEqual(fingerprints(drift));
    expect(JSON.parse(sarifLog([], run)).runs[0].results).toEqual([]);
  });
});

describe("makeReport", () => {
  test.each([
    [
      "the first file of a list",
      [{ path: "spec.image", text: "nginx", file: { path: "web.yaml" } }],
      "web.yaml",
    ],
    ["a name for a stream", [{ path: "spec.image", text: "nginx" }], "stdin"],
  ])("places a result without a file at %s", (_, images, uri) => {
    const { text } = makeReport("sarif", { results: [plain], images, version: "1" });

    const [{ results }] = JSON.parse(text).runs;
    expect(results[0].locations[0].physicalLocation.artifactLocation.uri).toBe(uri);
  });
});
