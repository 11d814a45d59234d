import { describe, expect, test } from "vitest";
import { type PinOptions, pinDigests } from "../../src/pin-digests.ts";

const pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {containers: [{image: nginx}]}\n";

/** Calls it as JavaScript may, which no compiler looks at. */
function call(text: unknown, options?: unknown): Promise<unknown> {
  return pinDigests(text as string, options as PinOptions);
}

describe("pinDigests, called without a compiler", () => {
  test.each([
    [undefined, "the input must be a string, but is undefined"],
    [null, "the input must be a string, but is null"],
    [Buffer.from(pod), "the input must be a string, but is an object"],
    [12, "the input must be a string, but is a number"],
  ])("refuses %o as input", async (text, message) => {
    await expect(call(text)).rejects.toThrow(new TypeError(message));
  });

  test.each<[options: unknown, message: string | RegExp]>([
    [null, "the options must be an object, but are null"],
    ["check", "the options must be an object, but are a string"],
    [
      { mode: "check" },
      'unknown option "mode": what a functionConfig may say goes into `overrides`, such as `new Map([["mode", "check"]])`',
    ],
    [{ enviroment: {} }, 'unknown option "enviroment": did you mean `environment`?'],
    [{ constructor: 1 }, /^unknown option "constructor": /],
    [
      { overrides: { mode: "check" } },
      'the option `overrides` must be a Map, such as `new Map([["mode", "check"]])`, but is an object',
    ],
    [
      { overrides: new Map([["network.concurrency", 8]]) },
      'the option `overrides` must have texts for keys and values, as `-d KEY=VALUE` has, but at "network.concurrency" there is a number',
    ],
    [{ overrides: new Map([["include", ["a"]]]) }, / but at "include" there is an object$/],
    [{ overrides: new Map([["mode", null]]) }, / but at "mode" there is null$/],
    [{ overrides: new Map([[1, "a"]]) }, / but at 1 there is a number$/],
    [{ overrides: [["mode", "check"]] }, /^the option `overrides` must be a Map/],
    [{ registry: {} }, "the option `registry` must have the method `inspect`"],
    [{ functionConfig: { mode: "check" } }, "the option `functionConfig` must be a string, but is an object"],
    [{ lock: "images: {}" }, "the option `lock` must be an object, but is a string"],
    [{ lock: { update: true } }, /^the option `lock` must have the `text` of a lock/],
    [{ registry: null }, "the option `registry` must be an object, but is null"],
    [{ resolveDigest: "sha256:1" }, "the option `resolveDigest` must be a function, but is a string"],
  ])("refuses the options %o", async (options, message) => {
    await expect(call(pod, options)).rejects.toThrow(TypeError);
    await expect(call(pod, options)).rejects.toThrow(message);
  });

  test("takes options that are undefined for options that are left out", async () => {
    const options = {
      resolveDigest: () => `sha256:${"1".repeat(64)}`,
      lock: undefined,
      overrides: undefined,
    };

    expect(await call(pod, options)).toMatchObject({ ok: true });
  });

  test("fails the image where a resolver gives nothing", async () => {
    expect(await call(pod, { resolveDigest: async () => undefined })).toMatchObject({
      ok: false,
      results: [
        { message: '"nginx": "undefined" is not a digest: write "sha256:" and 64 hexadecimal digits' },
      ],
    });
  });
});
