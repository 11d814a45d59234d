import { describe, expect, test } from "vitest";
import type { Config } from "../../src/config/config.ts";
import type { Outcome } from "../../src/outcome/outcome.ts";
import { resultOf, skipResult } from "../../src/outcome/outcome-results.ts";
import { find } from "./found-image.ts";

describe("resultOf", () => {
  const kept = { kind: "kept", reason: "left alone" } as const;
  const failed = { kind: "failed", reason: "no such tag" } as const;

  async function severityOf(outcome: object, report: Config["report"]): Promise<string | undefined> {
    const { field } = await find("image: nginx\n", "nginx");
    return resultOf({ ...outcome, field } as Outcome, report)?.severity;
  }

  test.each<[string, object, readonly (string | undefined)[]]>([
    ["a change", { kind: "changed", from: "a", to: "b", edit: {} }, [undefined, "info", "info"]],
    ["a failure", { ...failed, onError: "fail" }, ["error", "error", "error"]],
    ["a failure that only warns", { ...failed, onError: "warn" }, ["warning", "warning", "warning"]],
    ["what a person wants to know", { ...kept, severity: "warning" }, ["warning", "warning", "warning"]],
    ["what a person may want to know", { ...kept, severity: "info" }, [undefined, "info", "info"]],
    ["what only the curious want to know", kept, [undefined, undefined, "info"]],
  ])("tells %s as `report` asks for", async (_, outcome, expected) => {
    const reports = ["problems", "changes", "all"] as const;

    expect(await Promise.all(reports.map((report) => severityOf(outcome, report)))).toEqual(expected);
  });

  test("names object, field, values and file", async () => {
    const head =
      "apiVersion: v1\nkind: Pod\nmetadata: {name: web, annotations: {config.kubernetes.io/path: a.yaml, config.kubernetes.io/index: '3'}}\n";
    const { field } = await find("image: nginx\n", "nginx", head);

    expect(
      resultOf(
        {
          kind: "changed",
          field,
          from: "nginx",
          to: "nginx@x",
          site: field.site,
          edit: { start: 0, end: 0, text: "" },
          platforms: undefined,
          lock: undefined,
        },
        "changes",
      ),
    ).toMatchObject({
      severity: "info",
      resourceRef: { apiVersion: "v1", kind: "Pod", name: "web" },
      field: { path: "image", currentValue: "nginx", proposedValue: "nginx@x" },
      file: { path: "a.yaml", index: 3 },
    });
  });

  test("names an object without a name in the message", async () => {
    const { field } = await find(
      "image: nginx\n",
      "nginx",
      "apiVersion: v1\nkind: Job\nmetadata: {generateName: a-}\n",
    );

    expect(resultOf({ ...failed, field, onError: "fail" }, "changes")).toEqual({
      severity: "error",
      message: 'Job without a name, `image`: "nginx": no such tag',
    });
  });
});

describe("skipResult", () => {
  test("says which object is left alone and why", async () => {
    const { resource } = await find("", "");

    expect(skipResult(resource, "it is local")).toEqual({
      severity: "info",
      message: "left alone: it is local",
      resourceRef: { apiVersion: "v1", kind: "Pod", name: "web", namespace: "shop" },
    });
  });
});
