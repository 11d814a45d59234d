import { describe, expect, test } from "vitest";
import { meets, parseRequirements, RequirementError } from "../../src/krm/label-selector.ts";

const labels = new Map([
  ["tier", "dev"],
  ["app", "web"],
  ["acme.io/team", ""],
]);

describe("parseRequirements", () => {
  test.each([
    ["", true],
    [" , ,", true],
    ["tier", true],
    ["gone", false],
    ["!gone", true],
    ["! tier", false],
    ["tier=dev", true],
    ["tier == dev", true],
    ["tier!=dev", false],
    ["gone!=dev", true],
    ["acme.io/team=", true],
    ["app in (web, api)", true],
    ["app in (api)", false],
    ["app notin (web)", false],
    ["gone notin (web)", true],
    ["gone in (web)", false],
    ["tier=dev,app in (web, api),!gone", true],
    ["tier=dev,app in (api)", false],
  ])("reads %j, which labels meet or not: %j", (selector, isMet) => {
    expect(meets(parseRequirements(selector), labels)).toBe(isMet);
  });

  test.each([
    ["a in b", '"a in b" is not a requirement'],
    ["a,b)", '"b)" is not a requirement'],
    ["(a,b", '"(a,b" is not a requirement'],
    ["a=b=c", '"a=b=c" is not a requirement'],
    ["-a", '"-a" is not a requirement'],
    ["a,".repeat(101), "it has 101 requirements, of at most 100"],
  ])("refuses %j", (selector, message) => {
    expect(() => parseRequirements(selector)).toThrow(new RequirementError(message));
  });
});
