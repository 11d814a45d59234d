import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { lockText } from "../support/lock-text.ts";
import { runExecutable } from "./executable.ts";

const [one, two] = ["1", "2"].map((digit) => `sha256:${digit.repeat(64)}`);
const lock = lockText({ "nginx:1.27": one });

describe("--inventory admission", () => {
  let folder = "";
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "admission-"));
    writeFileSync(join(folder, "image-lock.yaml"), lock);
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function policy(input: string, ...args: readonly string[]) {
    return runExecutable(input, { args: ["--lock", join(folder, "image-lock.yaml"), ...args] });
  }

  test("has what the lock has, and what the run found, and says the same twice", async () => {
    const output = join(folder, "admission.yaml");
    const args = ["--inventory", "admission", "--output", output];

    const first = await policy(podOf(`redis:7@${two}`), ...args);
    const text = readFileSync(output, "utf8");
    await policy(podOf(`redis:7@${two}`), ...args);

    expect(first.code).toBe(0);
    expect(text.match(/^ {2}sha256\..*/gm)).toStrictEqual([
      `  sha256.${"1".repeat(64)}: "docker.io/library/nginx:1.27"`,
      `  sha256.${"2".repeat(64)}: "docker.io/library/redis:7"`,
    ]);
    expect(readFileSync(output, "utf8")).toBe(text);
  });

  test("leaves the policy as it was where a run fails", async () => {
    const output = join(folder, "admission.yaml");

    const ended = await policy(
      podOf("redis:7"),
      ...["-d", "lock=frozen", "--inventory", "admission", "--output", output],
    );
    const alone = await policy(podOf("redis:7"), "-d", "lock=frozen", "images", "--format", "admission");

    expect(ended.code).toBe(1);
    expect(existsSync(output)).toBe(false);
    expect(alone).toMatchObject({ code: 1, stdout: "" });
  });

  test("says that there are too many images for a policy, and changes nothing", async () => {
    const digests = Array.from({ length: 9000 }, (_, index) => index.toString(16).padStart(64, "0"));
    const images = digests.map(
      (digest, index) => `  a.io/team/app-${index}:1: {digest: "sha256:${digest}"}\n`,
    );
    writeFileSync(join(folder, "image-lock.yaml"), lock + images.join(""));

    const ended = await policy("---", "images", "--format", "admission");

    expect(ended).toMatchObject({ code: 1, stdout: "" });
    expect(ended.stderr).toMatch(/^pin-digests: 9001 entries are more than one ConfigMap holds/m);
    expect(ended.stderr).not.toContain("unexpected");
  });
});

function podOf(image: string): string {
  return `apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: a, image: "${image}"}]}\n`;
}
