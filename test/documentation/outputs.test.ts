/** Outputs that the documentation shows are what a run prints. */
import { describe, expect, test } from "vitest";
import { parseDigest } from "../../src/image/digest.ts";
import { canonicalName } from "../../src/image/reference.ts";
import { pinDigests } from "../../src/pin-digests.ts";
import { readPage } from "./commands.ts";

describe("the documentation", () => {
  test("shows in the README what pinning changes", async () => {
    const [, diff = ""] = /```diff\n(.*?)```/s.exec(readPage("README.md")) ?? [];
    const side = (sign: string): string =>
      diff.replaceAll(new RegExp(`^[^ ${sign}].*\n`, "gm"), "").replaceAll(/^./gm, "");
    const digests = new Map(
      [...diff.matchAll(/^\+.*image: "?(?<name>\S+)@(?<digest>sha256:\w+)/gm)].map(({ groups }) => [
        groups?.name ?? "",
        parseDigest(groups?.digest ?? ""),
      ]),
    );
    const pod = "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  template:\n";

    const { text, ok } = await pinDigests(pod + side("-"), {
      resolveDigest: async (image) => {
        const [, digest] = [...digests].find(([name]) => canonicalName(image).includes(name)) ?? [];
        if (digest === undefined) throw new Error(`the README has no digest of ${canonicalName(image)}`);
        return digest;
      },
    });

    expect(digests.size).toBe(2);
    expect({ text, ok }).toEqual({ text: pod + side("+"), ok: true });
  });
});
