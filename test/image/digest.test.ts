import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { InvalidDigestError, isDigest, parseDigest } from "../../src/image/digest.ts";

const SHA256 = `sha256:${"1".repeat(64)}`;
const SHA512 = `sha512:${"2".repeat(128)}`;

describe("parseDigest", () => {
  test.each([SHA256, SHA512, `sha256:${"0123456789abcdef".repeat(4)}`])("accepts %s", (text) => {
    expect(parseDigest(text)).toBe(text);
    expect(isDigest(text)).toBe(true);
  });

  test.each([
    ["", "format", /is not a digest/],
    ["sha256", "format", /"sha256" is not a digest/],
    ["1".repeat(64), "format", /write "sha256:" and 64 hexadecimal digits/],
    [`:${"1".repeat(64)}`, "format", /is not a digest/],
    [` ${SHA256}`, "format", /is not a digest/],
    [`${SHA256}\n`, "format", /is not a digest/],
    [`${SHA256}@${SHA256}`, "format", /is not a digest/],
    [
      `sha384:${"1".repeat(96)}`,
      "algorithm",
      /^unsupported digest algorithm "sha384": use "sha256" or "sha512"$/,
    ],
    [`md5:${"1".repeat(32)}`, "algorithm", /^unsupported digest algorithm "md5"/],
    [`SHA256:${"1".repeat(64)}`, "algorithm", /^unsupported digest algorithm "SHA256": write "sha256"$/],
    ["sha256:", "length", /^invalid checksum digest length: sha256 has 64 hexadecimal digits, not 0$/],
    [`sha256:${"1".repeat(63)}`, "length", /not 63$/],
    [`sha256:${"1".repeat(65)}`, "length", /not 65$/],
    [`sha512:${"1".repeat(64)}`, "length", /sha512 has 128 hexadecimal digits, not 64$/],
    [`sha256:${"A".repeat(64)}`, "hexadecimal", /^invalid checksum digest format: .* lower-case a-f$/],
    [`sha256:${"g".repeat(64)}`, "hexadecimal", /^invalid checksum digest format/],
  ] as const)("refuses %j as %s", (text, code, message) => {
    const error = thrownBy(() => parseDigest(text));

    expect(error).toBeInstanceOf(InvalidDigestError);
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) });
    expect(isDigest(text)).toBe(false);
  });

  test("accepts exactly what isDigest accepts", () => {
    const hexadecimal = fc.string({
      unit: fc.constantFrom(..."0123456789abcdefA"),
      minLength: 60,
      maxLength: 68,
    });
    const text = fc
      .tuple(fc.constantFrom("sha256", "sha512", "md5"), hexadecimal)
      .map((parts) => parts.join(":"));
    fc.assert(
      fc.property(fc.oneof(text, fc.string()), (candidate) => {
        expect(thrownBy(() => parseDigest(candidate)) === undefined).toBe(isDigest(candidate));
      }),
    );
  });
});

function thrownBy(run: () => unknown): unknown {
  try {
    run();
    return undefined;
  } catch (error) {
    return error;
  }
}
