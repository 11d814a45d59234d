import { describe, expect, test } from "vitest";
import type { Result } from "../../src/krm/result.ts";
import { githubAnnotations } from "../../src/report/github.ts";
import { sarifLog } from "../../src/report/sarif.ts";

const drift: Result = {
  message: "100% moved,\nas it was",
  severity: "warning",
  resourceRef: { apiVersion: "apps/v1", kind: "Deployment", namespace: "shop", name: "web" },
  field: { path: "spec.image", currentValue: "nginx:1@sha256:1" },
  file: { path: "a b/c:d.yaml" },
  tags: { class: "drift" },
};
const plain: Result = { message: "docker.io could not be asked", severity: "error" };

describe("githubAnnotations", () => {
  test("writes a line for each result, with what GitHub reads escaped", () => {
    expect(githubAnnotations([plain, drift, { ...plain, severity: "info" }])).toBe(
      `::error title=pin-digests::docker.io could not be asked
::warning file=a b/c%3Ad.yaml,title=pin-digests%3A drift::apps/v1/Deployment/shop/web spec.image (a b/c:d.yaml): 100%25 moved, as it was
::notice title=pin-digests::docker.io could not be asked
`,
    );
  });
});

describe("sarifLog", () => {
  test("names rule, level, file and field of each result", () => {
    const [run] = JSON.parse(sarifLog([drift, plain], "1.2.3")).runs;

    expect(run.tool.driver).toMatchObject({ name: "pin-digests", version: "1.2.3" });
    expect(run.results).toMatchObject([
      {
        ruleId: "drift",
        level: "warning",
        message: { text: drift.message },
        locations: [
          {
            physicalLocation: { artifactLocation: { uri: "a%20b/c%3Ad.yaml", uriBaseId: "%SRCROOT%" } },
            logicalLocations: [
              { fullyQualifiedName: "apps/v1/Deployment/shop/web spec.image", kind: "member" },
            ],
          },
        ],
      },
      { ruleId: "other", level: "error" },
    ]);
    for (const { ruleId, ruleIndex } of run.results) expect(run.tool.driver.rules[ruleIndex].id).toBe(ruleId);
    expect(run.results[1]).not.toHaveProperty("locations");
  });

  test("is the same for the same results, and a fingerprint outlives the digest", () => {
    const later = {
      ...drift,
      field: { path: "spec.image", currentValue: "nginx:1@sha256:2" },
      message: "again",
    };
    const fingerprints = (result: Result) =>
      JSON.parse(sarifLog([result], "1")).runs[0].results[0].partialFingerprints;

    expect(sarifLog([drift], "1")).toBe(sarifLog([drift], "1"));
    expect(fingerprints(later)).toEqual(fingerprints(drift));
    expect(fingerprints({ ...drift, tags: { class: "gone" } })).not.toEqual(fingerprints(drift));
    expect(JSON.parse(sarifLog([], "1")).runs[0].results).toEqual([]);
  });
});
