import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runCampaign } from "./campaign.ts";

let folder = "";

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "campaign-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe("runCampaign", () => {
  test("tries kinds of faults, and finds nothing wrong with the program", async () => {
    const report = await runCampaign({ seed: 1, numbers: [0, 1], size: 8, workers: 2 });

    expect(report.faults).toEqual([]);
    expect([...report.kinds.values()].reduce((sum, { pinned, left }) => sum + pinned + left, 0)).toBe(16);
    expect(report.kinds.size).toBeGreaterThan(1);
    expect(report.requests).toBeGreaterThan(0);
  });

  test.each([
    [
      "pins all to one digest",
      `text.replaceAll(/(?<=image: "[^"]+)(?="})/g, "@sha256:" + "0".repeat(64))`,
      "is pinned to",
    ],
    ["leaves the end out", "text.slice(0, -10)", "not the input with digests"],
    ["writes another text each time", `text + "# " + process.pid`, "not the input with digests"],
  ])("finds what is wrong with a program that %s", async (_, output, violation) => {
    const program = join(folder, "program.mjs");
    writeFileSync(
      program,
      `import { readFileSync } from "node:fs";\nconst text = readFileSync(0, "utf8");\nprocess.stdout.write(${output});\n`,
    );

    const { faults } = await runCampaign({ seed: 1, numbers: [0], size: 8, workers: 1, program });

    expect(faults.map(({ violation }) => violation).join()).toContain(violation);
  });
});
