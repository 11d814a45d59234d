import { describe, expect, test } from "vitest";
import { optionFlags, programFlags } from "../../src/cli/flags.ts";
import { usage } from "../../src/cli/help/usage.ts";
import { readArguments } from "../../src/cli/read-arguments.ts";
import { type Command, commands } from "../../src/cli/verbs.ts";

const pages = [undefined, ...(Object.keys(commands) as Command[])];

describe("usage", () => {
  test.each(pages)("of %s fits a terminal of 80 columns, and has examples", (command) => {
    const text = usage(command);

    expect(text.split("\n").filter((line) => line.length > 80 || /[^\x20-\x7e]/.test(line))).toEqual([]);
    expect(text).toContain("Examples:\n  # ");
    expect(text.endsWith("\n")).toBe(true);
  });

  test("names each command, each flag and each option", () => {
    const text = usage(undefined);

    for (const name of Object.keys(commands)) expect(text).toMatch(new RegExp(`^ {2}${name} {2}`, "m"));
    for (const name of [...Object.keys(programFlags), ...optionFlags().map((flag) => flag.name)])
      expect(text).toMatch(new RegExp(`--${name}[ \\n]`));
  });

  test.each(pages)("of %s has no example that is refused", (command) => {
    const lines = usage(command)
      .split("\n")
      .flatMap(
        (line) =>
          /^ {2}(?:.*\| )?pin-digests (?<rest>[a-z-][^|<>]*?)(?: [|<>].*)?$/.exec(line)?.groups?.rest ?? [],
      );
    const examples = lines.filter((line) => !/[[\]]/.test(line));

    for (const line of examples)
      expect(() => readArguments(line.split(" ").map((word) => word.replaceAll("'", "")))).not.toThrow();
    expect(examples.length).toBeGreaterThan(0);
  });
});
