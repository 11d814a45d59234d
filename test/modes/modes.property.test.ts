import { createHash } from "node:crypto";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseDigest } from "../../src/image/digest.ts";
import { canonicalName } from "../../src/image/reference.ts";
import type { Registry } from "../../src/registry/resolve/registry-session.ts";
import { itemsOf, list, lock, pod, run } from "./support.ts";

const digestOf = (content: string) =>
  parseDigest(`sha256:${createHash("sha256").update(content).digest("hex")}`);

/** A registry that has everything; on another day every tag means something else. */
function registryOf(day: string): Registry {
  return {
    inspect: async (image, { platform, requirePlatforms = [] }) => {
      if (image.tag === undefined && image.digest !== undefined) return { digest: image.digest };
      const digest = digestOf(`${canonicalName(image)} ${platform?.name ?? ""} ${day}`);
      const isAsked = platform !== undefined || requirePlatforms.length > 0;
      return { digest, ...(isAsked && { platforms: ["linux/amd64", "linux/arm64"] }) };
    },
    hasDigest: async () => true,
  };
}

const names = ["nginx", "docker.io/nginx", "docker.io/library/nginx", "ghcr.io/acme/app", "r.io:5000/x"];
const tags = ["", ":latest", ":1.27", ":7"];
const image = fc.tuple(fc.constantFrom(...names), fc.constantFrom(...tags)).map((parts) => parts.join(""));

/** Images of a package, some of them in its lock, for the platform of the run or for another. */
const packages = fc.record({
  images: fc.array(fc.record({ text: image, locked: fc.constantFrom("no", "for all", "for one") }), {
    minLength: 1,
    maxLength: 5,
  }),
  options: fc.constantFrom<Readonly<Record<string, string>>>({}, { platform: "linux/arm64" }),
});

function packageOf(images: readonly { readonly text: string; readonly locked: string }[]): string {
  const canonical = (text: string): string =>
    text.replace(/^(?:docker\.io\/(?:library\/)?)?nginx/, "nginx").replace(/:latest$/, "");
  const entries = images
    .filter(({ locked }) => locked !== "no")
    .map(({ text, locked }): [string, string] => {
      const platform = locked === "for one" ? "\n    platform: linux/arm64" : "";
      return [text, `${digestOf(`locked ${canonical(text)} ${platform}`)}${platform}`];
    });
  const pods = images.map(({ text }, index) => pod(text, `${index}.yaml`));
  return list(...pods, lock(Object.fromEntries(entries), "lock.yaml"));
}

const withoutDigests = (text: string): string => text.replaceAll(/(image: .*)@sha256:[0-9a-f]{64}/g, "$1");

describe("all modes together", () => {
  test("keep what they promise each other, whatever is in package and lock", async () => {
    await fc.assert(
      fc.asyncProperty(packages, async ({ images, options }) => {
        const today = registryOf("today");
        const tomorrow = registryOf("tomorrow");
        const silent = { ...options, report: "problems" };

        const pinned = itemsOf((await run(packageOf(images), today, silent)).text);
        const frozen = await run(withoutDigests(pinned), tomorrow, { ...silent, lock: "frozen" });
        const unpinned = await run(pinned, tomorrow, { ...silent, mode: "unpin" });
        const updated = itemsOf((await run(pinned, tomorrow, { ...silent, mode: "update" })).text);
        const again = await run(updated, tomorrow, { ...silent, mode: "update" });
        const checked = await run(updated, tomorrow, { ...silent, mode: "check" });

        expect(itemsOf(frozen.text)).toBe(pinned);
        expect(itemsOf(unpinned.text)).toBe(withoutDigests(pinned));
        expect(again.text).toBe(updated);
        expect(checked.text).toBe(updated);
      }),
      { numRuns: 300 },
    );
  });
});
