import { describe, expect, test } from "vitest";
import { bySeverity, formatResult, type Result } from "../../src/krm/result.ts";

const resourceRef = { apiVersion: "apps/v1", kind: "Deployment", name: "web" };

describe("formatResult", () => {
  test.each<[Result, string]>([
    [{ message: "said", severity: "error" }, "[error] said"],
    [{ message: "a\n  b\r\nc", severity: "info" }, String.raw`[info] a\n  b\r\nc`],
    [{ message: "said", severity: "info", resourceRef }, "[info] apps/v1/Deployment/web: said"],
    [
      { message: "said", severity: "warning", resourceRef: { ...resourceRef, namespace: "shop" } },
      "[warning] apps/v1/Deployment/shop/web: said",
    ],
    [
      {
        message: "said",
        severity: "error",
        resourceRef,
        field: { path: "spec.image" },
        file: { path: "a/b.yaml", index: 1 },
      },
      "[error] apps/v1/Deployment/web spec.image (a/b.yaml): said",
    ],
    [{ message: "said", severity: "error", file: { path: "b.yaml" } }, "[error] (b.yaml): said"],
    [{ message: "said", severity: "error", position: { line: 3, column: 5 } }, "line 3: [error] said"],
    [
      {
        message: "said",
        severity: "error",
        resourceRef,
        file: { path: "a/b.yaml" },
        position: { line: 3, column: 5 },
      },
      "a/b.yaml:3:5: [error] apps/v1/Deployment/web: said",
    ],
  ])("writes %j on one line", (result, line) => {
    expect(formatResult(result)).toBe(line);
  });
});

describe("bySeverity", () => {
  test("puts errors first, then warnings, and keeps the order otherwise", () => {
    const results = ["info 1", "warning 1", "error 1", "info 2", "error 2", "warning 2"].map((message) => ({
      message,
      severity: message.split(" ")[0] as Result["severity"],
    }));

    const sorted = bySeverity(results);

    expect(sorted.map(({ message }) => message)).toEqual([
      "error 1",
      "error 2",
      "warning 1",
      "warning 2",
      "info 1",
      "info 2",
    ]);
    expect(results[0]?.message).toBe("info 1");
  });
});
