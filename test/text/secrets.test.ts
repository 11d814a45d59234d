import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createSecrets, type Secrets } from "../../src/text/secrets.ts";
import { secretForms } from "../support/secret-forms.ts";

const url = new URL("https://registry.example/v2/");
const base64 = (text: string) => Buffer.from(text).toString("base64");
const basic = (login: string) => ({ url, headers: { authorization: `Basic ${base64(login)}` } });

function knowing(...requests: readonly Parameters<Secrets["learn"]>[0][]): Secrets {
  const secrets = createSecrets();
  for (const request of requests) secrets.learn(request);
  return secrets;
}

const PASSWORD = `p+ä/s"s<w>&'%41 d`;

describe("Secrets", () => {
  test.each(secretForms)("finds a password %s", (_, write) => {
    const secrets = knowing(basic(`ada:${PASSWORD}`));

    expect(secrets.redact(`denied (${write(PASSWORD)}) today`)).toBe("denied (…) today");
  });

  test.each(secretForms)("finds any password %s", (_, write) => {
    const printableText = fc.string({ unit: "grapheme-ascii", minLength: 4, maxLength: 40 });
    fc.assert(
      fc.property(printableText, (password) => {
        // A shorter one is found as a word alone.
        fc.pre(password.replaceAll(/\s/g, "").length >= 4);

        const shown = knowing(basic(`ada:${password}`)).redact(`denied (${write(password)}) today`);

        expect(shown.toLowerCase()).not.toContain(write(password).toLowerCase());
        expect(shown).toContain("…");
      }),
    );
  });

  test.each([
    ["a token", { authorization: "Bearer ghp_0123456789" }, "no ghp_0123456789!", "no …!"],
    [
      "a login's base64",
      { authorization: `Basic ${base64("ada:pass")}` },
      `no ${base64("ada:pass")}!`,
      "no …!",
    ],
    ["a proxy's login", { "proxy-authorization": `Basic ${base64("ada:pass")}` }, "no pass!", "no …!"],
    [
      "a refresh token",
      { authorization: `Basic ${base64("<token>:refresh-1")}` },
      `no ${base64("<token>:refresh-1")}!`,
      "no …!",
    ],
    [
      "a token in the place of a user",
      { authorization: `Basic ${base64("ghp_0123456789:x")}` },
      "no ghp_0123456789!",
      "no …!",
    ],
    [
      "a token in the place of a user that has a password",
      { authorization: `Basic ${base64("ghp_01234567890123456789:oauth2")}` },
      "no ghp_01234567890123456789!",
      "no …!",
    ],
    [
      "a login's base64, in base64 again",
      { authorization: `Basic ${base64("ada:correct horse")}` },
      `no ${base64(base64("ada:correct horse"))}!`,
      "no …!",
    ],
    ["a cloud's header", { "x-aws-ec2-metadata-token": "AQAEA-1" }, "no AQAEA-1!", "no …!"],
    ["a header without a scheme", { authorization: "AQAEA-1" }, "no AQAEA-1!", "no …!"],
    [
      "a short password",
      { authorization: `Basic ${base64("ada:pw")}` },
      "no: pw, a pwd, ada:pw, cHc=",
      "no: …, a pwd, …, …",
    ],
    ["nothing in other headers", { accept: "no" }, "no!", "no!"],
  ])("learns %s", (_, headers, text, shown) => {
    expect(knowing({ url, headers }).redact(text)).toBe(shown);
  });

  test.each([
    [
      "a form",
      "grant_type=refresh_token&refresh_token=a%2Bb%2Fc-1&scope=pull",
      "no a+b/c-1 pull",
      "no … pull",
    ],
    ["a JSON object", '{"scope": "pull", "client_secret": "a\\"b/c-1"}', 'no a"b/c-1 pull', "no … pull"],
  ])("learns the secrets of a body that is %s", (_, body, text, shown) => {
    expect(knowing({ url, headers: {}, body }).redact(text)).toBe(shown);
  });

  test("finds what three programs have escaped, each in its own way", () => {
    const shown = knowing(basic("ada:a&b/c-1")).redact("no a%26amp%3b%62\\u002fc-1 pull");

    expect(shown).toBe("no … pull");
  });

  test("learns the secrets of an address", () => {
    const signed = new URL("https://a.example/x?service=registry&sig=0123456789");

    expect(knowing({ url: signed, headers: {} }).redact("registry 0123456789")).toBe("registry …");
  });

  test("leaves no rest of a password that looks like an id, or has a time in it", () => {
    const password = "pa 3ff7c94e-1111-4222-8333-5f0a8b7c6d5e 2026-01-02T03:04:05Z ss";

    expect(knowing(basic(`ada:${password}`)).redact(`no: ${password}.`)).toBe("no: ….");
  });

  test("finds all of a long secret, and of each that begins alike", () => {
    const words = Array.from({ length: 500 }, (_, i) => `word${i}`).join(" ");
    const [one, other] = [`${words} a`, `${words} b`];
    const secrets = knowing(basic(`ada:${one}`), basic(`ada:${other}`));

    expect(secrets.redact(`no (${one}) today`)).toBe("no (…) today");
    expect(secrets.redact(`no (${other}) today`)).toBe("no (…) today");
    expect(secrets.redact(`no ${base64(`ada:${other}`)} today`)).toBe("no … today");
  });

  test("keeps little of long secrets, and looks for many in no time", () => {
    const secrets = createSecrets();
    const before = process.memoryUsage().heapUsed;

    for (let i = 0; i < 500; i++) {
      secrets.learn({ url, headers: { authorization: `Bearer aaaa${i}${"b".repeat(20_000)}` } });
    }

    expect(process.memoryUsage().heapUsed - before).toBeLessThan(40_000_000);
    const since = performance.now();
    expect(secrets.redact(`${"aaaa".repeat(1_000)} registry`)).toBe(`${"aaaa".repeat(1_000)} registry`);
    expect(performance.now() - since).toBeLessThan(1_000);
  });

  test("finds the first part of a secret at the end of a text that was cut", () => {
    const secrets = knowing(basic("ada:correct horse"));

    expect(secrets.redact("no correct ho…")).toBe("no …");
    expect(secrets.redact(`no ${base64("ada:correct horse").slice(0, 12)}…`)).toBe("no …");
    expect(secrets.redact("no correct ho")).toBe("no correct ho");
    expect(secrets.redact("no cor…")).toBe("no cor…");
  });

  test("leaves a text alone that holds none", () => {
    const secrets = knowing(basic("ada:correct horse"), basic("bob:x"));
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(..."%u\\0041&#;ab …-"), maxLength: 40 }), (text) => {
        expect(secrets.redact(text)).toBe(text);
      }),
    );
  });
});
