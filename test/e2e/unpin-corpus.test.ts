import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { parseDigest } from "../../src/image/digest.ts";
import { canonicalName } from "../../src/image/reference.ts";
import { InputError } from "../../src/krm/input-error.ts";
import { type PinOptions, pinDigests } from "../../src/pin-digests.ts";
import { type CorpusFile, readCorpus } from "./corpus.ts";
import { describeWith } from "./tools.ts";

const resolveDigest: NonNullable<PinOptions["resolveDigest"]> = async (image) =>
  parseDigest(`sha256:${createHash("sha256").update(canonicalName(image)).digest("hex")}`);

/**
 * `nginx` and `nginx:latest` in one file are one image, so with `tag: drop` both become the same text: both come back as
 * the lock has them, under the name that stands first.
 */
const spelledTwice = [
  "kyverno+kyverno/test/cli/apply/resource/resources.yaml",
  "kyverno+kyverno/test/cli/test/any-all-wildcard-deprecated/resource.yaml",
  "kyverno+kyverno/test/cli/test/simple/resources.yaml",
  "kyverno+kyverno/test/conformance/chainsaw/validating-policies/exceptions/autogen/bad-resources.yaml",
  "kyverno+kyverno/test/conformance/chainsaw/validating-policies/exceptions/autogen/good-resources.yaml",
  "kyverno+kyverno/test/conformance/chainsaw/validating-policies/exceptions/autogen/skipped-resources.yaml",
  "tektoncd+catalog/pipeline/openwhisk/0.1/tasks/java/01-create-jar-with-maven.yaml",
];

const hasDigest = /sha256:[0-9a-f]{64}/;

describeWith(["corpus"], "mode: unpin over the corpus", () => {
  test.each([
    ["keep", []],
    ["drop", spelledTwice],
  ])("gives the first bytes again, with a lock in a file and `tag: %s`", async (tag, others) => {
    const { pinned, changed } = await compare(async ({ text }) => {
      const pin = await run(text, { tag, onError: "warn" }, { lock: { text: "", update: true } });
      if (pin?.ok !== true || pin.changes === 0) return undefined;
      const lock = { text: pin.lock ?? "", update: false };
      const unpin = await run(pin.text, { tag, mode: "unpin", onError: "warn" }, { lock });
      // The one list among them has results behind it.
      return pin.input === "stream" ? unpin?.text === text : unpin?.text.startsWith(`${text}results:\n`);
    });

    expect(changed).toEqual(others);
    expect(pinned).toBeGreaterThan(1300);
  });

  test.each([
    ["keep", []],
    ["drop", spelledTwice],
  ])("gives the first items of a list again, with a lock among them and `tag: %s`", async (tag, others) => {
    const { pinned, changed } = await compare(async ({ text }) => {
      const list = listOf(text);
      const pin = await run(list + lockItem, { tag, onError: "warn" });
      if (pin?.ok !== true || pin.changes === 0) return undefined;
      const unpin = await run(pin.text, { tag, mode: "unpin", onError: "warn" });
      const again = unpin && (await run(unpin.text, { tag, onError: "warn" }));
      return (
        unpin?.text.startsWith(list + lockItem.trimEnd()) === true &&
        again?.text.startsWith(itemsOf(pin.text))
      );
    });

    expect(changed).toEqual(others);
    expect(pinned).toBeGreaterThan(1300);
  });
});

/** Counts the files without a digest in which something is pinned, and names those of which `isSame` says no. */
async function compare(isSame: (file: CorpusFile) => Promise<boolean | undefined>) {
  let pinned = 0;
  const changed: string[] = [];
  for (const file of readCorpus()) {
    if (hasDigest.test(file.text)) continue;
    const same = await isSame(file);
    if (same !== undefined) pinned++;
    if (same === false) changed.push(file.name);
  }
  return { pinned, changed };
}

const lockItem = `- apiVersion: fn.kpt.dev/v1alpha1
  kind: ImageLock
  metadata: {name: image-lock, annotations: {config.kubernetes.io/local-config: "true"}}
  images:`;

/** The documents of a stream as the items of a list, character by character. */
function listOf(text: string): string {
  const documents = text.split(/^---.*\n/m).filter((document) => /^[^\s#]/m.test(document));
  const items = documents.map((document) => `-\n  ${document.trimEnd().replaceAll("\n", "\n  ")}\n`);
  return `kind: ResourceList\nitems:\n${items.join("")}`;
}

function itemsOf(text: string): string {
  return text.split(/^results:$/m)[0] ?? "";
}

async function run(text: string, literals: Readonly<Record<string, string>>, options: PinOptions = {}) {
  try {
    return await pinDigests(text, {
      resolveDigest,
      overrides: new Map(Object.entries(literals)),
      ...options,
    });
  } catch (error) {
    // Among the manifests lie files that are none.
    if (error instanceof InputError) return undefined;
    throw error;
  }
}
