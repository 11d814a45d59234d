import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { pinDigests } from "../../src/pin-digests.ts";
import { scan } from "../../src/yaml/scan.ts";
import { YamlSyntaxError } from "../../src/yaml/syntax-error.ts";
import { isMissing } from "../support/missing.ts";
import { chooser } from "./choices.ts";
import { type GoReaders, startGoReaders } from "./go-readers.ts";
import { makeInput } from "./inputs.ts";
import { lockFile } from "./lock-styles.ts";
import { digest, fault, run } from "./properties.ts";

// `.ci/run` builds it, and says how many cases to try in all.
const { GO_READERS: executable = "", GO_READERS_CASES: cases = "2000" } = process.env;
const properties = 4;
const numbers = fc.array(fc.nat({ max: 0xffff }), { maxLength: 120, size: "max" });
const texts = { numRuns: Math.ceil(Number(cases) / properties) };

describe.skipIf(isMissing("program with Go's readers of YAML, which GO_READERS names", executable !== ""))(
  "to readers written in Go",
  () => {
    let readers: GoReaders;
    beforeAll(() => {
      readers = startGoReaders(executable);
    });
    afterAll(() => readers.close());

    test("an input means what it did but for digests and results", { timeout: 3_600_000 }, async () => {
      await fc.assert(
        fc.asyncProperty(numbers, async (each) => {
          const input = makeInput(chooser(each), { isLoose: true });
          const before = await readers.read(input.text);
          if (before.v3 === undefined) return;

          const { text } = await run(input.text, input);

          const after = await readers.read(text);
          expect(fault(before.v3, after.v3, { keys: [input.key] })).toBeUndefined();
          expect(fault(before.kubectl, after.kubectl, { keys: [input.key, "true"] })).toBeUndefined();
        }),
        texts,
      );
    });

    test("an input means what it did once it is unpinned", { timeout: 3_600_000 }, async () => {
      await fc.assert(
        fc.asyncProperty(numbers, async (each) => {
          const input = makeInput(chooser(each), { isLoose: true });
          const before = await readers.read(input.text);
          if (input.form === "list" || before.v3 === undefined) return;

          const pinned = await run(input.text, input);
          const { text } = await run(pinned.text, input, "unpin");

          const after = await readers.read(text);
          expect(fault(before.v3, after.v3)).toBeUndefined();
          expect(fault(before.kubectl, after.kubectl)).toBeUndefined();
        }),
        texts,
      );
    });

    test.each([
      "{repository: a/b, tag: v1, digest: D}",
      "{digest: D, repository: a/b, tag: v1}",
      "{digest:     D, repository: a/b, tag: v1}",
      "{repository: a/b, digest: !!str D, tag: v1}",
      "{repository: a/b, digest: 'D', tag: v1}",
      "{repository: a/b, tag: v1,\n      digest: D\n    }",
      '{"digest":"D","repository":"a/b","tag":"v1"}',
    ])("a digest by hand that is taken out leaves no key but its own: %s", async (image) => {
      const head = "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: x}\n";
      const text = `${head}spec:\n  values:\n    image: ${image.replace("D", digest)}\n`;

      const unpinned = await run(text, { key: "digest" }, "unpin");
      const { kubectl = [] } = await readers.read(unpinned.text);

      expect(unpinned.text).not.toContain(digest);
      const keys = JSON.stringify(kubectl).match(/"text":"digest:?"/g) ?? [];
      expect(keys.filter((key) => key !== '"text":"digest"')).toEqual([]);
      expect(kubectl).toHaveLength(1);
    });

    test("a lock means what it did but for new entries", { timeout: 3_600_000 }, async () => {
      const pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: x}\nspec: {containers: [{image: nginx}]}\n";
      await fc.assert(
        fc.asyncProperty(numbers, async (each) => {
          const before = lockFile(chooser(each));
          const { v3 } = await readers.read(before);
          if (v3 === undefined) return;

          const { lock = before } = await pinDigests(pod, {
            resolveDigest: async () => digest,
            lock: { text: before, update: true },
          });

          const after = await readers.read(lock);
          expect(fault(v3, after.v3, { isLock: true })).toBeUndefined();
        }),
        texts,
      );
    });

    test("nothing is YAML that is refused here", { timeout: 3_600_000 }, async () => {
      await fc.assert(
        fc.asyncProperty(numbers, async (each) => {
          const { text } = makeInput(chooser(each), { isLoose: true });
          const { v3, kubectl } = await readers.read(text);

          if (v3 !== undefined && kubectl !== undefined) expect(refusal(text)).toBeUndefined();
        }),
        texts,
      );
    });
  },
);

function refusal(text: string): string | undefined {
  try {
    scan(text);
    return undefined;
  } catch (error) {
    if (error instanceof YamlSyntaxError) return error.message;
    throw error;
  }
}
