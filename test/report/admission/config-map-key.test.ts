import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseDigest } from "../../../src/image/digest.ts";
import { canonicalName, parseReference } from "../../../src/image/reference.ts";
import { digestKey, nameKey } from "../../../src/report/admission/config-map-key.ts";

describe("nameKey", () => {
  test.each([
    ["nginx", "docker.io._.library._.nginx_._latest"],
    ["ghcr.io/acme/web:1.27", "ghcr.io._.acme._.web_._1.27"],
    ["localhost:5000/app:v1", "localhost_._5000._.app_._v1"],
    ["[::1]:5000/app:v1", "_-_.__._1-__._5000._.app_._v1"],
    ["a.io/x__y/z:_._.", "a.io._.x__y._.z_.__._."],
  ])("of %s is %s", (image, key) => {
    expect(nameKey(canonicalName(parseReference(image)))).toBe(key);
  });

  test("is one that a ConfigMap takes, and no other image has it", () => {
    const keys = new Map<string, string>();

    fc.assert(
      fc.property(reference, (text) => {
        const name = canonicalName(parseReference(text));
        const key = nameKey(name);

        expect(key).toMatch(/^(?!\.\.)[-._a-zA-Z0-9]+$/);
        expect(keys.get(key) ?? name).toBe(name);
        keys.set(key, name);
      }),
      { numRuns: 5000 },
    );
  });
});

describe("digestKey", () => {
  test("has the algorithm before a dot, which no name's key has", () => {
    expect(digestKey(parseDigest(`sha512:${"a".repeat(128)}`))).toBe(`sha512.${"a".repeat(128)}`);
  });
});

// Few characters, so that many images are alike.
const word = fc.stringMatching(/^[ab]{1,2}$/);
const component = fc
  .array(fc.tuple(word, fc.constantFrom(".", "_", "__", "-", "--")), { minLength: 1, maxLength: 3 })
  .map((parts) =>
    parts
      .map((part) => part.join(""))
      .join("")
      .replace(/[._-]+$/, ""),
  );
const host = fc.constantFrom("a.b", "a:1", "localhost", "localhost:1", "[::1]", "[::a]:1", "a-b.b:11");
const tag = fc.stringMatching(/^[ab_][ab_.-]{0,6}$/);
const reference = fc
  .tuple(host, fc.array(component, { minLength: 1, maxLength: 3 }), tag)
  .map(([registry, path, version]) => `${registry}/${path.join("/")}:${version}`);
