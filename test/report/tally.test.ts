import { describe, expect, test } from "vitest";
import type { Result } from "../../src/krm/result.ts";
import { checkTally, formatTally, updateTally } from "../../src/report/tally.ts";

function finding(image: string, kind: string): Result {
  return {
    message: "",
    severity: "error",
    field: { path: "spec.image", currentValue: image },
    tags: { class: kind },
  };
}

function unreached(image: string): Result {
  const registryFailure = { kind: "check", registry: "a.io", reason: "", image, hasNoNetwork: true } as const;
  return { message: "", severity: "warning", tags: { class: "unreachable" }, registryFailure };
}

describe("a tally", () => {
  test.each<[images: readonly string[], results: readonly Result[], line: string]>([
    [[], [], "0 images checked"],
    [["a:1"], [], "1 image checked: 1 pinned, 0 moved"],
    [["a:1", "a:1", "b:1"], [], "2 images checked: 2 pinned, 0 moved"],
    [
      ["a:1", "b:1", "c:1"],
      [finding("b:1", "drift"), finding("d.io/x:1", "unknown")],
      "4 images checked: 2 pinned, 1 moved, 1 unknown",
    ],
    [
      ["a:1", "b:1"],
      [finding("a:1", "unlocked"), finding("a:1", "unpinned"), unreached("b:1")],
      "2 images checked: 0 pinned, 0 moved, 1 unpinned, 1 not reached",
    ],
    [
      ["a:1"],
      [finding("a:1", "drift"), finding("a:1", "gone")],
      "1 image checked: 0 pinned, 0 moved, 1 gone",
    ],
    [["a:1"], [finding("sha256:11", "drift")], "1 image checked: 1 pinned, 0 moved"],
  ])("of a check of %j", (images, results, line) => {
    expect(formatTally(checkTally(images, results))).toBe(line);
  });

  test("of an update counts each image once", () => {
    const images = [
      { before: "a:1@sha256:11", after: "a:1@sha256:22" },
      { before: "a:1@sha256:11", after: "a:1@sha256:22" },
      { before: "b:1@sha256:11", after: "b:1@sha256:11" },
      { before: "c:1", after: "c:1@sha256:11" },
      { before: "d:1", after: undefined },
    ];

    expect(formatTally(updateTally(images))).toBe(
      "4 images looked up: 1 moved, 1 unchanged, 1 pinned, 1 failed",
    );
  });
});
