import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cutUntrusted, quoteUntrusted } from "../../src/text/untrusted-text.ts";

describe("cutUntrusted", () => {
  test("leaves out what is another each time", () => {
    const said = "request 3ff7c94e-1111-4222-8333-5f0a8b7c6d5e failed at 2026-01-02T03:04:05Z\n try again";

    expect(cutUntrusted(said)).toBe("request … failed at … try again");
  });
});

describe("quoteUntrusted", () => {
  test.each([
    ["token expired", '"token expired"'],
    ["  first\nsecond", '"first"'],
    ['say "no"', String.raw`"say \"no\""`],
    ["red \u001b[31malert\u0007 \u202Etxet", '"red [31malert txet"'],
    ["bad ghp_0123456789abcdefghijABCDEFGHIJ0123!", '"bad …!"'],
    [
      "AADSTS700016. Trace ID: 3ff7c94e-1111-4222-8333-5f0a8b7c6d5e Timestamp: 2026-01-02 03:04:05Z",
      '"AADSTS700016. Trace ID: … Timestamp: …"',
    ],
    ["expired at 2026-01-02T03:04:05.123+00:00, sorry", '"expired at …, sorry"'],
    ["request 3ff7c94e-1111-4222-8333-5f0a8b7c6d5e", '"request …"'],
    ["", '""'],
  ])("gives %j as %s", (text, quoted) => {
    expect(quoteUntrusted(text)).toBe(quoted);
  });

  test("is short and printable whatever is said", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 2_000 }), (text) => {
        const plain = JSON.parse(quoteUntrusted(text));
        expect(plain.length).toBeLessThanOrEqual(201);
        expect(plain).not.toMatch(/\p{Cc}/u);
      }),
    );
  });
});
