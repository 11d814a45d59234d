import { describe, expect, test } from "vitest";
import {
  choice,
  duration,
  flag,
  group,
  integer,
  list,
  type OptionValue,
  type Problem,
  type Reader,
  text,
} from "../../src/config/option-reader.ts";

function written(value: string, flat = false): OptionValue {
  return { kind: "text", path: "it", text: value, flat };
}

const nothing: OptionValue = { kind: "null", path: "it" };
const aList: OptionValue = { kind: "list", path: "it", elements: [written("a"), written("b")] };
const aMap: OptionValue = { kind: "map", path: "it", members: new Map([["a", written("b")]]) };

interface Read<T> {
  readonly value: T | undefined;
  readonly problems: readonly Problem[];
}

function read<T>(reader: Reader<T>, raw: OptionValue): Read<T> {
  const problems: Problem[] = [];
  const value = reader(raw, (problem) => problems.push(problem));
  return { value, problems };
}

function messages<T>(reader: Reader<T>, raw: OptionValue): readonly string[] {
  return read(reader, raw).problems.map(({ message }) => message);
}

describe("text", () => {
  const word = text(/^\S+$/, "a word");

  test("gives what matches", () => {
    expect(read(word, written("on"))).toEqual({ value: "on", problems: [] });
  });

  test.each<[OptionValue, string]>([
    [written("a b"), '`it` must be a word, but is "a b"'],
    [nothing, "`it` must be a word, but is nothing"],
    [aList, "`it` must be a word, but is a list"],
    [aMap, "`it` must be a word, but is a map"],
  ])("complains of anything else: %j", (raw, message) => {
    expect(messages(word, raw)).toEqual([message]);
  });

  test("tells the place and the value", () => {
    expect(read(word, written("a b")).problems).toEqual([
      { path: "it", message: '`it` must be a word, but is "a b"', value: "a b" },
    ]);
    expect(read(word, nothing).problems).toEqual([
      { path: "it", message: "`it` must be a word, but is nothing" },
    ]);
  });
});

describe("a problem", () => {
  test.each([
    ["https://user:pass@harbor.acme.io", "https://…@harbor.acme.io"],
    ["https://user:pa/ss@harbor.acme.io", "https://…@harbor.acme.io"],
    ["user:pa/ss@harbor.acme.io/hub", "…@harbor.acme.io/hub"],
    ["a user:p@ss@h b", "…@h b"],
    ["harbor.acme.io:5000/hub", "harbor.acme.io:5000/hub"],
    ["me@acme.io:1", "…@acme.io:1"],
    [":".repeat(100), ":".repeat(100)],
  ])("of %j shows no password", (address, shown) => {
    const { problems } = read(choice("keep"), written(address));

    expect(problems).toEqual([
      { path: "it", message: `\`it\` must be "keep", but is ${JSON.stringify(shown)}`, value: shown },
    ]);
  });
});

describe("choice", () => {
  const reader = choice("keep", "drop", "none");

  test("gives a word that it knows", () => {
    expect(read(reader, written("drop")).value).toBe("drop");
  });

  test.each([["Drop"], [""], ["drop "], ["toString"]])("complains of %j", (word) => {
    expect(messages(reader, written(word))).toEqual([
      `\`it\` must be "keep", "drop" or "none", but is ${JSON.stringify(word)}`,
    ]);
  });
});

describe("flag", () => {
  test.each([
    ["true", true],
    ["false", false],
  ])("reads %s", (word, value) => {
    expect(read(flag, written(word))).toEqual({ value, problems: [] });
  });

  test.each([["yes"], ["on"], ["True"], ["1"], [""]])("complains of %j", (word) => {
    expect(messages(flag, written(word))).toEqual([
      `\`it\` must be "true" or "false", but is ${JSON.stringify(word)}`,
    ]);
  });
});

describe("integer", () => {
  test.each([
    ["1", 1],
    ["64", 64],
    ["010", 10],
  ])("reads %s", (word, value) => {
    expect(read(integer(1, 64), written(word)).value).toBe(value);
  });

  test.each([["0"], ["65"], ["-1"], ["1.5"], ["1e1"], ["0x10"], [""], [" 8"], ["9".repeat(30)]])(
    "complains of %j",
    (word) => {
      expect(messages(integer(1, 64), written(word))).toEqual([
        `\`it\` must be a whole number from 1 to 64, but is ${JSON.stringify(word)}`,
      ]);
    },
  );
});

describe("duration", () => {
  test.each([
    ["20s", 20_000],
    ["500ms", 500],
    ["1m30s", 90_000],
    ["1.5s", 1500],
    ["0.001s", 1],
    ["2m", 120_000],
  ])("reads %s", (word, value) => {
    expect(read(duration("2m"), written(word))).toEqual({ value, problems: [] });
  });

  test.each([["20"], ["0s"], ["-1s"], ["2m1s"], ["1h"], ["1 s"], ["s"], [""], ["1d"], ["1s x"], ["0.0001s"]])(
    "complains of %j",
    (word) => {
      expect(messages(duration("2m"), written(word))).toEqual([
        `\`it\` must be a duration of at most 2m, such as "20s" or "1m30s", but is ${JSON.stringify(word)}`,
      ]);
    },
  );
});

describe("list", () => {
  const words = list(text(/^\S+$/, "a word"));

  test.each<[string, OptionValue, readonly string[]]>([
    ["a list", aList, ["a", "b"]],
    ["an empty list", { kind: "list", path: "it", elements: [] }, []],
    ["nothing", nothing, []],
    ["a ConfigMap's text with commas", written("a,b", true), ["a", "b"]],
    ["a ConfigMap's text with white space", written(" a ,\n b\tc, ", true), ["a", "b", "c"]],
    ["a ConfigMap's empty text", written("", true), []],
  ])("reads %s", (_, raw, value) => {
    expect(read(words, raw)).toEqual({ value, problems: [] });
  });

  test.each<[string, OptionValue, readonly string[]]>([
    ["a text", written("a"), ['`it` must be a list, but is "a"']],
    ["a map", aMap, ["`it` must be a list, but is a map"]],
    [
      "members that are wrong, each",
      { kind: "list", path: "it", elements: [written("a b"), written("c"), aMap] },
      ['`it` must be a word, but is "a b"', "`it` must be a word, but is a map"],
    ],
  ])("complains of %s", (_, raw, expected) => {
    expect(read(words, raw).value).toBeUndefined();
    expect(messages(words, raw)).toEqual(expected);
  });
});

describe("group", () => {
  interface Options {
    readonly timeout: string;
    readonly retries?: number;
  }
  const options = group<Options>({ timeout: text(/^\d+s$/, "seconds"), retries: integer(0, 9) });

  function members(...entries: readonly (readonly [string, string])[]): OptionValue {
    const raws = entries.map(([name, value]): [string, OptionValue] => [
      name,
      { kind: "text", path: `it.${name}`, text: value, flat: false },
    ]);
    return { kind: "map", path: "it", members: new Map(raws) };
  }

  test("reads the options that are there, and leaves out the others", () => {
    expect(read(options, members(["retries", "3"]))).toEqual({ value: { retries: 3 }, problems: [] });
    expect(read(options, nothing)).toEqual({ value: {}, problems: [] });
  });

  test("tells each thing that is wrong, and leaves it out", () => {
    const { value, problems } = read(options, members(["timeout", "x"], ["retries", "1"], ["other", "x"]));

    expect(value).toEqual({ retries: 1 });
    expect(problems.map(({ path }) => path)).toEqual(["it.timeout", "it.other"]);
  });

  test.each([
    ["timeOut", "unknown field `timeOut`: did you mean `timeout`?"],
    ["time", "unknown field `time`: must be `timeout` or `retries`"],
    ["timeouts", "unknown field `timeouts`: did you mean `timeout`?"],
    ["retrys", "unknown field `retrys`: did you mean `retries`?"],
    ["toString", "unknown field `toString`: must be `timeout` or `retries`"],
    ["__proto__", "unknown field `__proto__`: must be `timeout` or `retries`"],
  ])("names the nearest known option for %s", (name, message) => {
    expect(messages(options, members([name, "1"]))).toEqual([message]);
  });

  test.each<[OptionValue, string]>([
    [written("a"), '`it` must be a map of options, but is "a"'],
    [aList, "`it` must be a map of options, but is a list"],
  ])("complains of what is no map: %j", (raw, message) => {
    expect(messages(options, raw)).toEqual([message]);
  });
});
