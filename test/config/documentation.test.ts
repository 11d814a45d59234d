import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { literals } from "../../src/config/expressions.ts";
import type { OptionRow } from "../../src/config/option-row.ts";
import { optionTable } from "../../src/config/options.ts";

const page = readFileSync(join(import.meta.dirname, "../../docs/configuration.md"), "utf8");

/** A line of the page's table for an option, and for each member of a group. */
function lines([name, row]: readonly [string, OptionRow<unknown>]): readonly string[] {
  const members = Object.entries(row.rows ?? {});
  if (members.length > 0) return members.flatMap(([member, each]) => lines([`${name}.${member}`, each]));
  const { shape, shown } = row.type.traits;
  const values = shape === "scalar" ? shown : `[${shown}]`;
  return [
    `| \`${name}\` | ${code(values.replaceAll("|", " \\| "))} | ${code(defaultOf(row))} | ${row.meaning} |`,
  ];
}

function defaultOf({ default: value, shownDefault, type }: OptionRow<unknown>): string {
  if (shownDefault !== undefined) return shownDefault;
  const isPlain = value !== undefined && type.traits.shape !== "object" && !Array.isArray(value);
  return isPlain ? String(value) : "";
}

function code(text: string): string {
  return text === "" ? "" : `\`${text}\``;
}

test("docs/configuration.md has the table of options as it is", () => {
  const table = Object.entries<OptionRow<unknown>>(optionTable(literals)).flatMap(lines).join("\n");

  expect(page).toContain(`| option | values | default | |\n|---|---|---|---|\n${table}\n`);
});
