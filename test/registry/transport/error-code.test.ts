import { describe, expect, test } from "vitest";
import { type ErrorTrait, hasTrait } from "../../../src/registry/transport/error-code.ts";

describe("hasTrait", () => {
  test.each<[Parameters<typeof hasTrait>[0], readonly ErrorTrait[]]>([
    ["dns", ["hostWide", "lasting", "noNetwork"]],
    ["timeout", ["hostWide", "lasting"]],
    ["tag-not-found", ["absent"]],
    ["pull-limit", ["hostWide", "limit"]],
    ["plain-login", ["hostWide", "withheld"]],
    ["not-an-image", []],
  ])("knows %s: %j", (code, expected) => {
    const all: readonly ErrorTrait[] = ["hostWide", "lasting", "absent", "limit", "withheld", "noNetwork"];

    expect(all.filter((trait) => hasTrait(code, trait))).toEqual(expected);
  });
});
