import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { optionFlags, programFlags } from "../../src/cli/flags.ts";
import { readArguments } from "../../src/cli/read-arguments.ts";
import { UsageError } from "../../src/cli/usage-error.ts";

let folder: string;
let before: string;

// With a file and a folder that are called what a person might mean otherwise.
beforeAll(() => {
  before = process.cwd();
  folder = mkdtempSync(join(tmpdir(), "arguments-"));
  writeFileSync(join(folder, "tag=drop"), "");
  writeFileSync(join(folder, "json"), "");
  mkdirSync(join(folder, "check"));
  mkdirSync(join(folder, "chekc"));
});
afterAll(() => rmSync(folder, { recursive: true }));

function inFolder<T>(run: () => T): T {
  process.chdir(folder);
  try {
    return run();
  } finally {
    process.chdir(before);
  }
}

/** Why a command line is refused, and what was meant by it. */
function refusal(...argv: readonly string[]): readonly [message: string, meant: string | undefined] {
  try {
    readArguments(argv);
  } catch (error) {
    if (error instanceof UsageError) return [error.message, error.meant];
    throw error;
  }
  throw new Error(`taken: ${argv.join(" ")}`);
}

test("takes so many arguments as it reads in a moment", () => {
  const overrides = Array.from({ length: 5_000 }, (_, at) => ["-d", `key${at}=value`]).flat();

  expect(readArguments(overrides).overrides.size).toBe(5_000);
  expect(() => readArguments([...overrides, "one-more.yaml"])).toThrow(
    "there must be at most 10000 arguments, but there are 10001: a folder stands for all files in it",
  );
});

describe("readArguments", () => {
  test("asks for nothing but a run where there are none", () => {
    expect(readArguments([])).toEqual({
      help: false,
      version: false,
      paths: [],
      values: [],
      diff: false,
      color: "auto",
      overrides: new Map(),
      updateLock: false,
      prune: false,
    });
  });

  test.each(["pin", "update", "check", "unpin"])("takes `%s` for a mode", (verb) => {
    expect(readArguments([verb, "a", "b"])).toMatchObject({
      verb,
      paths: ["a", "b"],
      overrides: new Map([["mode", verb]]),
    });
  });

  test("takes a command for one also where a folder has its name, which can be written with its place", () => {
    expect(inFolder(() => readArguments(["check"]))).toMatchObject({ verb: "check", paths: [] });
    expect(inFolder(() => readArguments(["./check"]))).toMatchObject({ paths: ["./check"] });
    expect(inFolder(() => readArguments(["chekc"]))).toMatchObject({ paths: ["chekc"] });
    expect(inFolder(() => readArguments(["--", "tag=drop"]))).toMatchObject({ paths: ["tag=drop"] });
    expect(inFolder(() => readArguments(["a", "check"]))).toMatchObject({ paths: ["a", "check"] });
  });

  test("takes flags before and behind the command and the paths", () => {
    expect(readArguments(["--tag", "drop", "check", "a", "--diff", "b", "--color=never"])).toMatchObject({
      verb: "check",
      paths: ["a", "b"],
      diff: true,
      color: "never",
      overrides: new Map([
        ["tag", "drop"],
        ["mode", "check"],
      ]),
    });
  });

  test("makes a flag of each option that a command line can hold, with names of its own", () => {
    const names = optionFlags().map(({ name }) => name);

    expect(names).toEqual(expect.arrayContaining(["tag", "on-error", "lock-mode", "network-timeout"]));
    expect(names).toEqual(expect.arrayContaining(["check-drift", "require-platforms", "built-in"]));
    for (const name of ["registries", "field-specs", "resources", "network", "check", "lock"])
      expect(names).not.toContain(name);
    expect(new Set([...names, ...Object.keys(programFlags)]).size).toBe(
      names.length + Object.keys(programFlags).length,
    );
  });

  test("gives the flags of options their names, and joins the values of a list", () => {
    const { overrides } = readArguments([
      ...["--lock-mode", "frozen", "--network-timeout=5s", "--exclude", "a/*", "--exclude", "b/*"],
      ...["-d", "exclude=c", "-d", "report=all", "--on-error", "fail", "--on-error", "warn"],
    ]);

    expect(Object.fromEntries(overrides)).toEqual({
      exclude: "a/*,b/*",
      report: "all",
      lock: "frozen",
      onError: "warn",
      "network.timeout": "5s",
    });
  });

  test("takes the reports of commands for all that is wanted, on stdout unless a file is named", () => {
    expect(readArguments(["explain"]).explanation).toEqual({ form: "table", output: "-", isAlone: true });
    expect(readArguments(["explain", "--format", "json", "-o", "x"]).explanation).toEqual({
      form: "json",
      output: "x",
      isAlone: true,
    });
    expect(readArguments(["images"]).report).toEqual({ form: "table", file: "-", isAlone: true });
    expect(readArguments(["images", "--format", "lock"]).report).toEqual({
      form: "lock",
      file: "-",
      isAlone: true,
    });
    expect(readArguments(["check", "--format", "sarif", "."]).report).toEqual({
      form: "sarif",
      file: "-",
      isAlone: false,
    });
  });

  test("says what a policy of a cluster demands", () => {
    const flags = ["--admission", "digest", "--deny", "--exempt", "monitoring", "--exempt", "storage"];

    const { report } = readArguments(["--inventory", "admission-mutating", "-o", "a.yaml", ...flags]);
    const { report: plain } = readArguments(["images", "--format", "admission"]);

    expect(report?.admission).toStrictEqual({
      admission: "digest",
      deny: true,
      exempt: ["monitoring", "storage"],
    });
    expect(plain?.admission).toStrictEqual({ admission: "lock", deny: false, exempt: [] });
  });

  test.each([
    [["--help"], { help: true }],
    [["-h", "check"], { help: true, command: "check" }],
    [["check", "--help", "--tag"], undefined],
    [["help", "update"], { help: true, command: "update" }],
    [["help"], { help: true }],
    [["help", "chekc"], { help: true }],
    [["a=b"], { paths: ["a=b"] }],
    [["schema"], { schema: "PinDigests" }],
    [["schema", "imagelock"], { schema: "ImageLock" }],
  ])("answers %j", (argv, expected) => {
    if (expected === undefined) expect(() => readArguments(argv)).toThrow(UsageError);
    else expect(readArguments(argv)).toMatchObject(expected);
  });

  test.each<[argv: readonly string[], message: string, meant: string | undefined]>([
    [["--tga", "drop"], "unknown option '--tga'", "pin-digests --tag drop"],
    [["--tga=drop"], "unknown option '--tga'", "pin-digests --tag=drop"],
    [["-tag", "drop"], "unknown option '-t'", "pin-digests --tag drop"],
    [["--onError", "warn", "."], "unknown option '--onError'", "pin-digests --on-error warn ."],
    [["--network.timeout", "9s"], "unknown option '--network.timeout'", "pin-digests --network-timeout 9s"],
    [["--check", "."], "unknown option '--check'", "pin-digests check ."],
    [
      ["check", "--drift", "error", "."],
      "unknown option '--drift'",
      "pin-digests check --check-drift error .",
    ],
    [["--deadline=9s", "."], "unknown option '--deadline'", "pin-digests --network-deadline=9s ."],
    [["--exclude", "a b", "--chekc"], "unknown option '--chekc'", "pin-digests check --exclude 'a b'"],
    [
      ["--network-retries", "-1"],
      "option '--network-retries' needs a value, and what follows begins with a dash: join them by an equals sign",
      undefined,
    ],
    [["--frobnicate"], "unknown option '--frobnicate'", undefined],
    [["--dry-run", "k8s"], "unknown option '--dry-run'", "pin-digests --diff k8s"],
    [["-r", "k8s"], "unknown option '-r'", "pin-digests k8s"],
    [["--in-place"], "unknown option '--in-place'", "pin-digests ."],
    [["-v"], "unknown option '-v'", "pin-digests --version"],
    [["check", "--quiet", "."], "unknown option '--quiet'", "pin-digests check --report=problems ."],
    [["lint", "."], 'there is no command and no file "lint"', "pin-digests check ."],
    [["ls", "."], 'there is no command and no file "ls"', "pin-digests images ."],
    [["diff", "k8s"], 'there is no command and no file "diff"', "pin-digests --diff k8s"],
    [["version"], 'there is no command and no file "version"', "pin-digests --version"],
    [["check", "help"], "`help` must come first", "pin-digests check --help"],
    [
      ["pin", "update", "."],
      "a run has one command, but here are `pin` and `update`",
      "pin-digests update .",
    ],
    [["explain", "json", "."], 'there is no file "json"', "pin-digests explain --format json ."],
    [["images", "lock", "."], 'there is no file "lock"', "pin-digests images --format lock ."],
    [
      ["check", "k8s/*/web.yaml"],
      'a PATH is a file or a folder, and "k8s/*/web.yaml" is neither: shells read globs',
      "pin-digests check k8s",
    ],
    [["*.yaml"], 'a PATH is a file or a folder, and "*.yaml" is neither: shells read globs', "pin-digests ."],
    [
      ["/k8s/{a,b}.yaml"],
      'a PATH is a file or a folder, and "/k8s/{a,b}.yaml" is neither: shells read globs',
      "pin-digests /k8s",
    ],
    [["chekc", "."], 'there is no command and no file "chekc"', "pin-digests check ."],
    [[".", "check"], "the command `check` must come first", "pin-digests check ."],
    [["tag=drop", "."], '"tag=drop" is an option and no PATH', "pin-digests --tag drop ."],
    [
      ["check.drift=error"],
      '"check.drift=error" is an option and no PATH',
      "pin-digests --check-drift error",
    ],
    [["--explain", "json"], 'there is no file "json"', "pin-digests --explain=json"],
    [["check", "-"], "stdin is read where no PATH is given, so `-` is no PATH", "pin-digests check"],
    [["--diff"], "`--diff` is for files, and no PATH is given", "pin-digests --diff ."],
    [["--mirror", "https://me:secret@h"], "unknown option '--mirror'", undefined],
    [["tag=me:secret@h"], '"…@h" is an option and no PATH', "pin-digests --tag …@h"],
    [
      ["check", "-d", "mode=update"],
      'the command `check` is the mode, and "update" is another: leave out one of them',
      undefined,
    ],
    [
      ["--inventory", "json", "-o", "a", "--deny"],
      "`--deny` is for a policy of a cluster, and none is asked for",
      "pin-digests --inventory admission --output FILE",
    ],
    [
      ["--exempt", "monitoring"],
      "`--exempt` is for a policy of a cluster, and none is asked for",
      "pin-digests --inventory admission --output FILE",
    ],
    [
      ["images", "--format", "admission", "--admission", "tag"],
      '`--admission` must be lock or digest, but is "tag"',
      undefined,
    ],
    [
      ["images", "--format", "admission", "--exempt", "a\nb"],
      '`--exempt` must be the name of a namespace, but is "a\\nb"',
      undefined,
    ],
    [
      ["explain", "--inventory", "json"],
      "`explain` writes a report of its own, and a run writes one",
      undefined,
    ],
  ])("refuses %j, and says what was meant", (argv, message, meant) => {
    expect(refusal(...argv)).toEqual([message, meant]);
  });
});
