import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { parseDigest } from "../../src/image/digest.ts";
import { canonicalName } from "../../src/image/reference.ts";
import { InputError } from "../../src/krm/input.ts";
import { type PinOptions, pinDigests } from "../../src/pin-digests.ts";
import { readCorpus } from "./corpus.ts";
import { describeWith } from "./tools.ts";

const resolveDigest: NonNullable<PinOptions["resolveDigest"]> = async (image) =>
  parseDigest(`sha256:${createHash("sha256").update(canonicalName(image)).digest("hex")}`);

/** Aliases give way to the text of their anchors: what they were is not written anywhere. */
const hasImageAlias = /image: *\*/;

/** Without tags `nginx` and `nginx:latest` of one text are one: both come back as the lock has it. */
function isSpelledTwice(text: string): boolean {
  const images = [...text.matchAll(/image: *["']?(?<image>[^\s"']+)/g)].map(
    (match) => match.groups?.image ?? "",
  );
  return images.some((image) => images.includes(`${image}:latest`));
}

const hasDigest = /@sha256:/;

describeWith(["corpus"], "mode: unpin over the corpus", () => {
  test.each(["keep", "drop"])("gives the first bytes again, with a lock and `tag: %s`", async (tag) => {
    let pinned = 0;
    const changed: string[] = [];
    for (const { name, text } of readCorpus()) {
      if (hasDigest.test(text) || hasImageAlias.test(text)) continue;
      const pin = await run(text, { tag, onError: "warn" }, { lock: { text: "", update: true } });
      if (pin?.input !== "stream" || !pin.ok || pin.changes === 0) continue;
      if (tag === "drop" && isSpelledTwice(text)) continue;
      pinned++;
      const lock = { text: pin.lock ?? "", update: false };
      const unpin = await run(pin.text, { tag, mode: "unpin", onError: "warn" }, { lock });
      if (unpin?.text !== text) changed.push(name);
    }

    expect(changed).toEqual([]);
    expect(pinned).toBeGreaterThan(1000);
  });
});

async function run(text: string, literals: Readonly<Record<string, string>>, options: PinOptions) {
  try {
    return await pinDigests(text, { resolveDigest, literals: new Map(Object.entries(literals)), ...options });
  } catch (error) {
    // Among the manifests lie files that are none.
    if (error instanceof InputError) return undefined;
    throw error;
  }
}
