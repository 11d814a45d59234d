import { describe, expect, test } from "vitest";
import { contentOf } from "./faults.ts";
import { violations } from "./invariants.ts";
import { inputOf, type Scenario } from "./scenario.ts";

const content = contentOf("app", "v1");
const scenario: Scenario = {
  number: 0,
  images: [{ text: "a.io/app:v1", kind: "good", allowed: [content.digest] }],
  form: "list",
  onError: "fail",
  verify: "header",
  plan: { login: { username: "ada", password: "Tr0u/b4dor" }, faults: new Map(), tokenFaults: new Map() },
  isUnsettled: false,
};
const input = inputOf(scenario);
const pinned = input.replace("app:v1", `app:v1@${content.digest}`);
const results = "results:\n- message: no\n  severity: error\n";

function found(
  run: { readonly code?: number | null; readonly stdout?: string; readonly stderr?: string },
  changes: Partial<Scenario> = {},
): string {
  const ended = { code: 0, stdout: pinned, stderr: "", ...run };
  const evidence = { run: ended, secrets: [scenario.plan.login.password], strays: [] };
  return violations({ ...scenario, ...changes }, evidence).join("; ");
}

describe("violations", () => {
  const spoiled = { images: [{ text: "a.io/app:v1", kind: "a page", allowed: [content.digest] }] };

  test.each<readonly [string, Parameters<typeof found>]>([
    ["an image pinned to what it means", [{}]],
    ["a run that fails, and says why", [{ code: 1, stdout: `${input}${results}` }, spoiled]],
    ["an image that is left with a warning", [{ stdout: input }, { ...spoiled, onError: "warn" }]],
    [
      "a stream that failed",
      [
        { code: 1, stdout: "" },
        { ...spoiled, form: "stream" },
      ],
    ],
  ])("finds nothing wrong with %s", (_, [run, changes]) => {
    expect(found(run, changes)).toBe("");
  });

  test.each<readonly [string, Parameters<typeof found>, string]>([
    ["a crash", [{ code: null }], "it ended with null"],
    [
      "another digest",
      [{ stdout: pinned.replace(content.digest, `sha256:${"0".repeat(64)}`) }],
      "is pinned to",
    ],
    ["another byte", [{ stdout: pinned.replace("# 0", "#0") }], "not the input with digests"],
    ["a list that is cut off", [{ stdout: pinned.slice(0, -2) }], "not the input with digests"],
    [
      "a pin in a run that failed",
      [{ code: 1, stdout: `${pinned}${results}` }, spoiled],
      "has pinned images",
    ],
    ["a failure without an error", [{ code: 1, stdout: input }, spoiled], "tells no error"],
    ["a failure where all is good", [{ code: 1, stdout: `${input}${results}` }], "though nothing was wrong"],
    [
      "a failure that was to be a warning",
      [
        { code: 1, stdout: `${input}${results}` },
        { ...spoiled, onError: "warn" },
      ],
      "that was to warn",
    ],
    ["a good image that is left", [{ stdout: input }, { onError: "warn" }], "good images are left"],
    ["an image that is left in silence", [{ stdout: input }, spoiled], "left an image out"],
    [
      "half a stream",
      [
        { code: 1, stdout: "apiVersion: v1\n" },
        { ...spoiled, form: "stream" },
      ],
      "a stream that failed is written",
    ],
    ["a secret", [{ stderr: "no: Tr0u%2fb4dor" }], "is shown"],
    ["a secret in base64", [{ stderr: Buffer.from("Tr0u/b4dor").toString("base64") }], "is shown"],
    ["a control character", [{ stderr: "\u001b[2J" }], "stderr holds"],
    ["a command to a CI system", [{ stderr: "[error] ##[add-mask]x" }], "stderr holds"],
    ["a fault", [{ stderr: "pin-digests: unexpected fault" }], "unexpected fault"],
    ["a line that kpt can't read", [{ stderr: "x".repeat(20_000) }], "too long for kpt"],
  ])("finds %s", (_, [run, changes], violation) => {
    expect(found(run, changes)).toContain(violation);
  });

  test("finds a login that went elsewhere", () => {
    const run = { code: 0, stdout: pinned, stderr: "" };

    expect(violations(scenario, { run, secrets: [], strays: ["Basic x at /v2/"] })).toEqual([
      "a login went elsewhere: Basic x at /v2/",
    ]);
  });
});
