import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseReference } from "../../src/image/reference.ts";
import { lockText } from "../../src/lock/format/new-lock.ts";
import { pinDigests } from "../../src/pin-digests.ts";
import { type Chooser, chooser } from "./choices.ts";
import { type Input, makeInput } from "./inputs.ts";
import { lockFile } from "./lock-styles.ts";
import { readByYaml } from "./meaning.ts";
import { digest, fault, run } from "./properties.ts";
import { indented } from "./styles.ts";

const numbers = fc.array(fc.nat({ max: 0xffff }), { maxLength: 120, size: "max" });

interface Case extends Input {
  readonly chosen: Chooser["chosen"];
}

/** Inputs; what they may use is what `yaml` reads, unless told. */
function inputs(isLoose = false): fc.Arbitrary<Case> {
  return numbers.map((each) => {
    const choose = chooser(each);
    return { ...makeInput(choose, { isLoose }), chosen: choose.chosen };
  });
}

const streams = inputs().filter(({ form }) => form === "stream");
const texts = { numRuns: 150, seed: 20_261_128 } as const;

describe("an input in any style", () => {
  test("is one of hundreds, none of which is missed", () => {
    const seen = new Set(
      fc.sample(inputs(true), { numRuns: 2000, seed: 1 }).flatMap(({ chosen }) => [...chosen]),
    );

    expect(seen.size).toBeGreaterThan(350);
  });

  test("means what it did but for digests and results", async () => {
    await fc.assert(
      fc.asyncProperty(inputs(), async (input) => {
        const { text, ok } = await run(input.text, input);

        expect(ok).toBe(true);
        expect(fault(readByYaml(input.text), readByYaml(text), { keys: [input.key] })).toBeUndefined();
      }),
      texts,
    );
  });

  test("is the same after a second run, and in a check", async () => {
    await fc.assert(
      fc.asyncProperty(inputs(true), async (input) => {
        const first = await run(input.text, input);
        const second = await run(first.text, input);
        const checked = await run(first.text, input, "check");

        expect(second.text).toBe(first.text);
        expect(withoutResults(checked.text)).toBe(withoutResults(first.text));
      }),
      texts,
    );
  });

  test("is what it was once it is unpinned", async () => {
    await fc.assert(
      fc.asyncProperty(streams, async (input) => {
        const pinned = await run(input.text, input);

        const { text } = await run(pinned.text, input, "unpin");

        if (!isSpelledOtherwise(input)) expect(text).toBe(input.text);
        expect(fault(readByYaml(input.text), readByYaml(text))).toBeUndefined();
      }),
      texts,
    );
  });

  test("is pinned by a frozen lock as by registries", async () => {
    const images = ["nginx:0", "nginx:1", "nginx:2", "r.io/a:v1", "r.io/a:1.2", "nginx:1"].map((text) => ({
      reference: parseReference(text),
      digest,
    }));
    await fc.assert(
      fc.asyncProperty(streams, async (input) => {
        const pinned = await run(input.text, input);

        const frozen = await run(input.text, input, "pin", {
          lock: { text: lockText(images), update: false },
        });

        expect(frozen.text).toBe(pinned.text);
      }),
      texts,
    );
  });

  test("is pinned in parts as in a whole, and in a list as in a stream", async () => {
    await fc.assert(
      fc.asyncProperty(inputs(), async ({ objects, key }) => {
        const parts = await Promise.all(objects.map(async (object) => (await run(object, { key })).text));
        const items = objects.map((object) => `- ${indented(object, "  ").slice(2)}`).join("");

        const stream = await run(objects.join("---\n"), { key });
        const list = await run(`kind: ResourceList\nitems:\n${items}`, { key });

        expect(stream.text).toBe(parts.join("---\n"));
        expect(withoutResults(list.text)).toBe(
          `kind: ResourceList\nitems:\n${parts.map((part) => `- ${indented(part, "  ").slice(2)}`).join("")}`,
        );
      }),
      texts,
    );
  });
});

describe("a lock in any style", () => {
  test("holds what it did, and what is new, once", async () => {
    await fc.assert(
      fc.asyncProperty(numbers, async (each) => {
        const before = lockFile(chooser(each));
        const update = async (text: string): Promise<string> =>
          (
            await pinDigests(
              "apiVersion: v1\nkind: Pod\nmetadata: {name: x}\nspec: {containers: [{image: nginx}]}\n",
              {
                resolveDigest: async () => digest,
                lock: { text, update: true },
              },
            )
          ).lock ?? text;

        const after = await update(before);

        expect(after.split("nginx")).toHaveLength(2);
        expect(fault(readByYaml(before), readByYaml(after), { isLock: true })).toBeUndefined();
        expect(await update(after)).toBe(after);
      }),
      { ...texts, numRuns: 400 },
    );
  });
});

/** Null in braces is given back as `null`, however it was spelled. */
function isSpelledOtherwise({ chosen }: Case): boolean {
  return [
    "a tilde for a digest",
    "a tagged null digest",
    "a null tag before a word",
    "an explicit bare digest",
  ].some((style) => chosen.has(`digest in braces: ${style}`));
}

function withoutResults(text: string): string {
  return text.split(/^results:\n/m)[0] ?? "";
}
