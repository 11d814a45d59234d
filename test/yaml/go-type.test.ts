import { describe, expect, test } from "vitest";
import { goType } from "../../src/yaml/go-type.ts";
import { childOf } from "../../src/yaml/node.ts";
import { scan } from "../../src/yaml/scan.ts";

describe("goType", () => {
  test.each([
    ["boolean", "y Y n N yes Yes YES no No NO on On ON off Off OFF true FALSE"],
    [
      "string",
      "yEs oN tRUE yes:1 Y1 _1 0b 0x 0o 0b2 0o8 1a 1,000 12:30 1.2.3 ._5 = nan inf 2001-01-01 nginx 1.2-x",
    ],
    [
      "number",
      "1 017 08 1_000 1_ 1__0 0b11 -0b1 0B1_1 0o17 0O17 0x1F 0x_1f +1 -1 1e3 1_0e3 1.5 1_0.5 1.5_ .5 .inf -_1 0_x1F",
    ],
    ["null", "null Null ~"],
  ])("takes for %s: %s", (type, words) => {
    const types = words.split(" ").map((word) => [word, typeOf(word)]);

    expect(types).toEqual(words.split(" ").map((word) => [word, type]));
  });

  test.each([
    ["string", "'yes'"],
    ["string", '"1_000"'],
    ["string", "|-\n  on"],
    ["string", "!!str yes"],
    ["string", "! 3"],
    ["string", "!mine 3"],
    ["string", "!<x> yes"],
    ["binary", "!!binary aGk="],
    ["binary", "!<tag:yaml.org,2002:binary> 'aGk='"],
    ["number", "!!int '3'"],
    ["number", "!<tag:yaml.org,2002:int> 3"],
    ["null", "!!null ''"],
    ["null", ""],
    [undefined, "[a]"],
  ])("takes for %s: %j", (type, value) => {
    expect(typeOf(value)).toBe(type);
  });
});

function typeOf(value: string): string | undefined {
  const yaml = scan(`a: ${value}\n`);
  const node = childOf(yaml, 1, "a");
  return node === undefined ? "nothing" : goType(yaml, node);
}
