/** Results as JSON that its schema accepts, and as Markdown that means nothing but what it says. */
import Ajv from "ajv/dist/2020.js";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Result, Severity } from "../../src/krm/result.ts";
import { makeReport } from "../../src/report/report.ts";
import { reportFormOf, reportForms } from "../../src/report/report-form.ts";
import { resultsSchema } from "../../src/report/results-schema.ts";

const accepts = new Ajv.default({ strict: true, strictRequired: false }).compile(resultsSchema());

const drift: Result = {
  message: "the tag now means another digest",
  severity: "warning",
  resourceRef: { apiVersion: "v1", kind: "Pod", name: "web" },
  field: { path: "spec.image", currentValue: "nginx:1@sha256:1", proposedValue: "nginx:1@sha256:2" },
  file: { path: "a/web.yaml" },
  position: { line: 7, column: 12 },
  tags: { class: "drift" },
};

const anyText = fc.string({ unit: "binary", maxLength: 20 });
const anyResult: fc.Arbitrary<Result> = fc.record(
  {
    message: anyText,
    severity: fc.constantFrom<Severity>("error", "warning", "info"),
    resourceRef: fc.record({ apiVersion: anyText, kind: anyText, name: anyText }),
    field: fc.record({ path: anyText, currentValue: anyText }, { requiredKeys: ["path"] }),
    file: fc.record({ path: anyText.map((path) => `${path}x`) }),
    position: fc.record({ line: fc.integer({ min: 1 }), column: fc.integer({ min: 1 }) }),
  },
  { requiredKeys: ["message", "severity"] },
);

function json(results: readonly Result[]): unknown {
  return JSON.parse(makeReport("results", { results, images: [], version: "1.2.3" }).text);
}

describe("--format json", () => {
  test("has all that is known of a result, flat, and says whether all went well", () => {
    expect(json([drift])).toEqual({
      version: "1.2.3",
      ok: true,
      results: [
        {
          severity: "warning",
          message: "the tag now means another digest",
          class: "drift",
          file: "a/web.yaml",
          line: 7,
          column: 12,
          resource: { apiVersion: "v1", kind: "Pod", name: "web" },
          field: "spec.image",
          currentValue: "nginx:1@sha256:1",
          proposedValue: "nginx:1@sha256:2",
        },
      ],
    });
    expect(json([{ message: "m", severity: "error" }])).toMatchObject({ ok: false });
    expect(json([])).toEqual({ version: "1.2.3", ok: true, results: [] });
  });

  test("is what its schema accepts, whatever the results are", () => {
    fc.assert(
      fc.property(fc.array(anyResult), (results) => {
        expect(accepts(json(results)), JSON.stringify(accepts.errors)).toBe(true);
      }),
    );
    expect(accepts({ version: "1", ok: true, results: [{ severity: "warn", message: "" }] })).toBe(false);
  });

  test("is another form than the JSON of an inventory", () => {
    expect(reportForms.format).toContain("json");
    expect(reportFormOf("format", "json")).toBe("results");
    expect(reportFormOf("inventory", "json")).toBe("json");
    expect(reportFormOf("format", "results")).toBeUndefined();
  });
});
