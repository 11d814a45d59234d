import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { hangLimit } from "../support/time-limit.ts";

const demo = fileURLToPath(new URL("../../examples/demo/demo.mjs", import.meta.url));

describe("examples/demo", () => {
  test("shows files and a list being pinned, what is told and asked, and that the second run changes nothing", () => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [demo], {
      encoding: "utf8",
      timeout: hangLimit,
    });

    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    const lines = stdout.split("\n");
    const [files = "", list = ""] = stdout.split("== a KRM function");
    expect(files.split("\n").filter((line) => /^[-+] /.test(line))).toHaveLength(10);
    expect(lines).toContain("--- a/web.yaml");
    expect(lines).toContain("-        image: 'ghcr.io/acme/shop:v2.4.1'  # the image of the server");
    expect(files).toMatch(
      /^\+ {8}image: 'ghcr\.io\/acme\/shop:v2\.4\.1@sha256:[0-9a-f]{64}' {2}# the image of the server$/m,
    );
    expect(files.split("\n").filter((line) => line.startsWith("$ "))).toEqual([
      "$ pin-digests check .",
      "$ pin-digests --diff .",
      "$ pin-digests .",
      "$ pin-digests check .",
    ]);
    expect(lines).toContain("pin-digests: 5 images changed in 2 of 4 files");
    expect(list.split("\n").filter((line) => line.startsWith("  [info] "))).toHaveLength(5);
    expect(lines).toContain("4 requests to the embedded registry, which stands in for all others:");
    expect(lines).toContain("  HEAD /v2/acme/shop/manifests/v2.4.1");
    expect(lines).toContain("run again over its own output: no change, no request");
  });
});
