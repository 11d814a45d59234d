import { describe, expect, test } from "vitest";
import { tableRules } from "../../../src/fields/field-rules.ts";
import { buildRuleTree } from "../../../src/fields/rule-tree.ts";
import { denyTable } from "../../../src/fields/table/deny.ts";
import { anyKindRows, fieldTables } from "../../../src/fields/table/tables.ts";

const rows = fieldTables.flatMap((table) =>
  Object.entries(table).flatMap(([groups, kinds]) =>
    Object.entries(kinds()).flatMap(([names, each]) =>
      each.map((row) => ({
        where: `${groups} ${names}`,
        row: typeof row === "string" ? { path: row } : row,
      })),
    ),
  ),
);

describe("a row of the field table", () => {
  test.each(rows.map(({ where, row }) => [where, row.path, row] as const))(
    "compiles: %s: %s",
    (where, _, row) => {
      expect(buildRuleTree(tableRules(where, row), "explicit").id).toBeGreaterThan(0);
    },
  );

  test.each(Object.entries(anyKindRows))("compiles for any kind: %s", (part, each) => {
    expect(
      buildRuleTree(
        each.flatMap((row) => tableRules(part, row)),
        "explicit",
      ).id,
    ).toBeGreaterThan(0);
  });
});

describe("a row of the deny table", () => {
  const denials = Object.entries(denyTable).flatMap(([groups, kinds]) =>
    typeof kinds === "string"
      ? []
      : Object.entries(kinds).flatMap(([names, each]) =>
          typeof each === "string" ? [] : each.map(({ path }) => [`${groups} ${names}`, path] as const),
        ),
  );

  test.each(denials.filter(([, path]) => path !== ""))("compiles: %s: %s", (where, path) => {
    expect(buildRuleTree(tableRules(where, { path }), "explicit").id).toBeGreaterThan(0);
  });
});
