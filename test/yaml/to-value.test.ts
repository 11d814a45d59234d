import { describe, expect, test } from "vitest";
import { rootOf } from "../../src/yaml/node.ts";
import { scan } from "../../src/yaml/scan.ts";
import { toValue } from "../../src/yaml/to-value.ts";

async function plain(text: string): Promise<unknown> {
  const yaml = scan(text);
  return toValue(yaml, rootOf(yaml.documents[0] ?? 0));
}

describe("plainOf", () => {
  test("gives maps and lists, nested, with what aliases stand for", async () => {
    expect(await plain("a: &x [1, {b: c}]\nd: *x\n? [e]\n: f\ng: &k h\n*k : i\n")).toEqual({
      a: [1, { b: "c" }],
      d: [1, { b: "c" }],
      "": "f",
      g: "h",
      h: "i",
    });
  });

  test.each([
    ["", null],
    ["~", null],
    ["null", null],
    ["true", true],
    ["False", false],
    ["12", 12],
    ["-1.5e3", -1500],
    ["0x1F", 31],
    ["0o17", 15],
    ["0777", 777],
    [".5", 0.5],
    ["+7", 7],
    [".inf", Number.POSITIVE_INFINITY],
    ["-.INF", Number.NEGATIVE_INFINITY],
    [".nan", Number.NaN],
    ["yes", "yes"],
    ["12:30", "12:30"],
    ["1_000", "1_000"],
    ["0b11", "0b11"],
    ['"12"', "12"],
    ["'true'", "true"],
    ["|-\n  12", "12"],
    ["!!str 12", "12"],
    ["! 12", "12"],
    ["!!int 12", 12],
    ['!!int "12"', 12],
    ["!mine 12", "12"],
  ])("reads %j as the core schema does", async (text, value) => {
    expect(await plain(`- ${text}\n`)).toEqual([value]);
  });

  test("keeps a key that has a meaning for JavaScript", async () => {
    const value = await plain("__proto__: {a: 1}\nconstructor: 2\n");

    expect(Object.entries(value as object)).toEqual([
      ["__proto__", { a: 1 }],
      ["constructor", 2],
    ]);
  });
});
