/**
 * The rules of an ignore file, of which there may be as many as files. The library tests each rule of each path, so that of
 * many rules it is only asked those that may mean the path: what they say literally must stand there.
 *
 * https://git-scm.com/docs/gitignore
 */
import ignore, { type Ignore } from "ignore";
import { appendTo } from "../yaml/lists-by-key.ts";
import { PathError } from "./file-error.ts";

/** What rules say of a path, which ends in a slash where it is a folder. */
export type Rules = Pick<Ignore, "test">;

/** Reads the rules of a file. Where too many may mean a path, `test` throws a PathError. */
export function readRulesText(text: string, file: string): Rules {
  const lines = linesOf(text);
  return lines.length <= FEW ? rulesOf(lines) : manyRules(lines, file);
}

// So few are asked faster than found.
const FEW = 50;

// All of them are tested.
const RULES_MAX = 1_000;

/** As they are read between others: a first line would lose a byte order mark, and a last one a carriage return. */
function rulesOf(lines: readonly string[]): Ignore {
  return newRules().add(["#", ...lines, ""].join("\r\n"));
}

function newRules(): Ignore {
  return ignore({ ignorecase: false });
}

/** In their order. Of those that are the same the last one decides. */
function linesOf(text: string): readonly string[] {
  const lines = text
    .replace(/^\ufeff/, "")
    .replace(/\r$/, "")
    .split(/\r?\n/)
    .filter((line) => line !== "" && !line.startsWith("#"));
  return [...new Set(lines.toReversed())].toReversed();
}

function manyRules(lines: readonly string[], file: string): Rules {
  const find = ruleFinder(lines);
  const singles: Ignore[] = [];
  const singleAt = (index: number): Ignore => {
    const single = singles[index] ?? rulesOf([lines[index] ?? ""]);
    singles[index] = single;
    return single;
  };
  // Most paths of a folder are meant by the same rules.
  let asked: readonly number[] = [];
  let rules = newRules();
  return {
    test(path) {
      const found = find(path);
      if (found.length > RULES_MAX)
        throw new PathError(
          `${JSON.stringify(file)} has ${found.length} rules that may mean ${JSON.stringify(path)}, of at most ${RULES_MAX}: write names in them in place of wildcards`,
        );
      if (found !== asked) rules = newRules().add(found.map(singleAt));
      asked = found;
      return rules.test(path);
    },
  };
}

/**
 * Makes what finds the rules that may mean a path or a folder above it, by their indices, in their order. Where a path has
 * none of its own, it gives the list of the folder.
 */
function ruleFinder(lines: readonly string[]): (path: string) => readonly number[] {
  const always: number[] = [];
  const byKey = new Map<string, number[]>();
  for (const [index, key] of rarestKeys(lines.map(keysOf)).entries()) {
    if (key === undefined) always.push(index);
    else appendTo(byKey, key, index);
  }
  const lengths = { begin: lengthsBehind("begin ", byKey.keys()), end: lengthsBehind("end ", byKey.keys()) };
  const above = new Map<string, readonly number[]>([["", always]]);
  /** Of a path without a slash at its end. */
  const meaning = (path: string): readonly number[] => {
    const slash = path.lastIndexOf("/");
    const folder = path.slice(0, Math.max(0, slash));
    const ofFolder = above.get(folder) ?? meaning(folder);
    above.set(folder, ofFolder);
    const own = keysAt(path, path.slice(slash + 1), lengths).flatMap((key) => byKey.get(key) ?? []);
    return own.length === 0
      ? ofFolder
      : [...new Set([...ofFolder, ...own])].sort((one, other) => one - other);
  };
  return (path) => meaning(path.replace(/\/$/, ""));
}

/** Of the keys of each rule the one that the fewest rules have. */
function rarestKeys(all: readonly (readonly string[])[]): readonly (string | undefined)[] {
  const counts = new Map<string, number>();
  for (const key of all.flat()) counts.set(key, (counts.get(key) ?? 0) + 1);
  const countOf = (key: string): number => counts.get(key) ?? 0;
  return all.map((keys) => keys.toSorted((one, other) => countOf(one) - countOf(other))[0]);
}

function lengthsBehind(part: string, keys: Iterable<string>): ReadonlySet<number> {
  return new Set([...keys].flatMap((key) => (key.startsWith(part) ? key.length - part.length : [])));
}

/** What must stand in a path that a rule means, each alone; nothing where that can't be told. */
function keysOf(line: string): readonly string[] {
  let body = line.replace(/^!/, "");
  while (body.endsWith(" ")) body = body.slice(0, -1);
  const from = body.search(/[*?[\\]/);
  if (from === -1) {
    const path = body.replace(/\/$/, "");
    return [path.includes("/") ? `at ${path.replace(/^\//, "")}` : `name ${path}`];
  }
  const head = body.slice(0, from).replace(/^\//, "").split("/");
  const begin = head.pop() ?? "";
  // Behind a backslash nothing is sure.
  const to = body.includes("\\")
    ? body.length
    : Math.max(...["*", "?", "]"].map((sign) => body.lastIndexOf(sign))) + 1;
  const [end = "", ...names] = body.slice(to).replace(/\/$/, "").split("/");
  return [
    ...(head.length === 0 ? [] : [`at ${head.join("/")}`]),
    ...(begin === "" ? [] : [`begin ${begin}`]),
    ...(end === "" ? [] : [`end ${end}`]),
    ...names.map((name) => `name ${name}`),
  ];
}

interface Lengths {
  readonly begin: ReadonlySet<number>;
  readonly end: ReadonlySet<number>;
}

/** The keys of all rules that may mean a path. */
function keysAt(path: string, name: string, { begin, end }: Lengths): readonly string[] {
  const keys = [`at ${path}`, `name ${name}`];
  for (const length of begin) if (length <= name.length) keys.push(`begin ${name.slice(0, length)}`);
  for (const length of end) if (length <= name.length) keys.push(`end ${name.slice(-length)}`);
  return keys;
}
