import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { documentedCommands, repository } from "./commands.ts";
import { cluster, commandRows, useRows } from "./run-row.ts";

const documented = documentedCommands();
const rows = Object.entries(commandRows).filter(([command]) => documented.has(command));

describe("a command of the documentation", () => {
  test("has a row that says how it is tried, and each row has a command", () => {
    const missing = [...documented].filter(([command]) => commandRows[command] === undefined);
    const left = Object.keys(commandRows).filter((command) => !documented.has(command));

    expect(missing).toEqual([]);
    expect(left).toEqual([]);
  });

  // Real programs run the same in test/e2e/documentation.test.ts, and what these can't stand in for.
  const standIns = { helm: "cat CHART/templates/*", kustomize: "cat DIR/web.yaml" };
  const run = useRows({ ...cluster, ...standIns });
  for (const [command, row] of rows) {
    const needs = "site" in row ? (row.needs ?? []) : [];
    const isStoodIn = needs.every((tool) => tool in standIns) && "site" in row && row.site === "stream";
    if ("site" in row && (needs.length === 0 || isStoodIn)) {
      const name = needs.length === 0 ? "does what it says" : "does so behind a stand-in";
      test(`${name}: ${command}`, () => run(command, row));
    } else if ("testedBy" in row) {
      test.each(Object.entries(row.testedBy))(`is run by %s: ${command}`, (file, text) => {
        const shows = readFileSync(join(repository, file), "utf8").includes(text);
        expect(shows, `${file} has ${text}`).toBe(true);
      });
    } else if ("nobody" in row) {
      console.warn(`run by nobody: ${command} (${row.nobody})`);
    }
  }
});
