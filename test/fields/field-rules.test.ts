import { describe, expect, test } from "vitest";
import { fieldRules } from "../../src/fields/field-rules.ts";

const object = (kind: string, apiVersion = "a.example/v1") => ({ apiVersion, kind });

describe("fieldRules", () => {
  test("shares the rules of a user between all kinds that the same specs are about", () => {
    const rulesOf = fieldRules({
      fieldSpecs: [{ path: "spec/image" }, { kind: "Thing", path: "spec/worker" }],
      builtIn: false,
    });

    const [one, other, thing] = ["One", "Other", "Thing"].map((kind) => rulesOf(object(kind)).trees);

    expect(one).toHaveLength(1);
    expect(other?.[0]).toBe(one?.[0]);
    expect(thing).toHaveLength(1);
    expect(thing?.[0]).not.toBe(one?.[0]);
  });
});
