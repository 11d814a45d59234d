import { describe, expect, test } from "vitest";
import { pinDigests } from "../src/pin-digests.ts";

const levels = Array.from({ length: 60 }, (_, n) => n + 1);

describe("a few lines of aliases that stand for more than any memory holds", () => {
  test("are left as they are in an object", async () => {
    const lines = levels.map((n) => `  a${n}: &a${n} [*a${n - 1}, *a${n - 1}]\n`).join("");
    const text = `apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  a0: &a0 [x]\n${lines}`;

    expect(await pinDigests(text)).toMatchObject({ ok: true, text });
  });

  test("are left as they are where they are merged", async () => {
    const lines = levels.map((n) => `  a${n}: &a${n} {<<: [*a${n - 1}, *a${n - 1}]}\n`).join("");
    const text = `apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  a0: &a0 {k: v}\n${lines}  containers:\n  - {<<: *a60}\n`;

    expect(await pinDigests(text)).toMatchObject({ ok: true, text });
  });

  test.each(["functionConfig", "results"])("are refused in %s", async (key) => {
    const lines = levels.map((n) => `- &a${n} [*a${n - 1}, *a${n - 1}]\n`).join("");
    const text = `kind: ResourceList\nitems: []\n${key}:\n- &a0 [x]\n${lines}`;

    await expect(pinDigests(text)).rejects.toThrow(
      `line 4, column 1: \`${key}\` of a ResourceList must be smaller`,
    );
  });
});
