import fc from "fast-check";
import { load, YAML11_SCHEMA } from "js-yaml";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { printableResult, type Result } from "../../src/krm/result.ts";
import { flowText, resultLines } from "../../src/krm/result-yaml.ts";
import { printable } from "../../src/text/printable.ts";

/** Texts of all kinds, many of them with what YAML gives a meaning. */
const texts = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.string({ unit: fc.constantFrom(..."ab12 :#-?[]{}&*!|>'\"%@`,.~=<\t\n\\_/") }),
  fc.constantFrom(
    "",
    "null",
    "yes",
    "Off",
    "0x1f",
    "1e3",
    "2001-01-01",
    ".inf",
    "---",
    "...",
    "=",
    "<<",
    "ünïcode",
    "127.0.0.1:5000/app:1",
    "1/2: 3",
    "12:30:45/1",
  ),
  fc
    .tuple(
      fc.string({ unit: "grapheme-ascii", maxLength: 9 }),
      fc.constantFrom(": ", " #", ":", " ", "\u0085", "\u2028"),
    )
    .map((parts) => `image ${parts.join("")}${parts[0]}`),
);

const results: fc.Arbitrary<Result> = fc.record(
  {
    message: texts,
    severity: fc.constantFrom("error", "warning", "info"),
    resourceRef: fc.record(
      { apiVersion: texts, kind: texts, name: texts, namespace: texts },
      { requiredKeys: ["apiVersion", "kind", "name"] },
    ),
    field: fc.record({ path: texts, currentValue: texts, proposedValue: texts }, { requiredKeys: ["path"] }),
    file: fc.record({ path: texts, index: fc.nat() }, { requiredKeys: ["path"] }),
    position: fc.constant({ line: 1, column: 2 }),
    tags: fc.dictionary(texts, texts, { minKeys: 1, maxKeys: 2 }),
  },
  { requiredKeys: ["message", "severity"] },
);

describe("resultLines", () => {
  test("writes what every reader reads as what is shown of them", () => {
    fc.assert(
      fc.property(fc.array(results, { minLength: 1, maxLength: 4 }), (list) => {
        const lines = resultLines(list);

        expect(load(lines)).toEqual(list.map(printableResult));
        expect(load(lines, { schema: YAML11_SCHEMA })).toEqual(list.map(printableResult));
        expect(parse(lines, { version: "1.1" })).toEqual(list.map(printableResult));
      }),
      { numRuns: 3000 },
    );
  });

  test("writes a text of any length on its line", () => {
    const message = `must not be "${":".repeat(5_000_000)}"`;

    expect(resultLines([{ message, severity: "error" }])).toBe(`- message: ${message}\n  severity: error\n`);
    for (const odd of ["'", "\n", "\u2028", "ü: "]) {
      const text = odd.repeat(2_000_000);
      const shown = odd.startsWith("ü") ? flowText(text) : `'${printable(text).replaceAll("'", "''")}'`;
      expect(
        resultLines([{ message: text, severity: "info" }]) === `- message: ${shown}\n  severity: info\n`,
      ).toBe(true);
    }
  });

  test("writes a change on a line for each value", () => {
    const result: Result = {
      message: 'pinned "nginx:1.27" to sha256:0123',
      severity: "info",
      resourceRef: { apiVersion: "apps/v1", kind: "Deployment", name: "web" },
      field: {
        path: "spec.containers[0].image",
        currentValue: "nginx:1.27",
        proposedValue: "nginx:1.27@sha256:0123",
      },
      file: { path: "web.yaml", index: 0 },
    };

    expect(resultLines([result])).toBe(`- message: pinned "nginx:1.27" to sha256:0123
  severity: info
  resourceRef:
    apiVersion: apps/v1
    kind: Deployment
    name: web
  field:
    path: spec.containers[0].image
    currentValue: nginx:1.27
    proposedValue: nginx:1.27@sha256:0123
  file:
    path: web.yaml
    index: 0
`);
  });
});
