import { describe, expect, test } from "vitest";
import { outputTarget } from "../../src/cli/output-target.ts";

describe("outputPlace", () => {
  test.each([
    ["-", "stdout"],
    ["/dev/stdout", "stdout"],
    ["/dev/fd/1", "stdout"],
    ["/proc/self/fd/1", "stdout"],
    ["/dev/stderr", "stderr"],
    ["/dev/fd/2", "stderr"],
    ["/proc/self/fd/2", "stderr"],
    ["/dev/null", "file"],
    ["/nonexistent/report.json", "file"],
    ["x".repeat(300), "file"],
  ])("takes %s for %s", (path, place) => {
    expect(outputTarget(path)).toBe(place);
  });
});
