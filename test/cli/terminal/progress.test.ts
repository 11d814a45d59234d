import { describe, expect, test } from "vitest";
import { progressLine } from "../../../src/cli/terminal/progress.ts";

describe("progressLine", () => {
  const now = 60_000;

  test.each<[hosts: readonly (readonly [string, { pending: number; since: number }])[], line: string]>([
    [[], "3 of 12 images looked up"],
    [[["a.io", { pending: 1, since: now - 2_999 }]], "3 of 12 images looked up"],
    [[["a.io", { pending: 0, since: 0 }]], "3 of 12 images looked up"],
    [
      [
        ["a.io", { pending: 1, since: now - 3_500 }],
        ["b.io", { pending: 2, since: now - 8_000 }],
      ],
      "3 of 12 images looked up; b.io has not answered for 8 s",
    ],
  ])("of %j names the host that is slowest", (hosts, line) => {
    expect(progressLine({ total: 12, done: 3, hosts: new Map(hosts), now })).toBe(line);
  });
});
