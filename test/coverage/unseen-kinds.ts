import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";
import { parseDigest } from "../../src/image/digest.ts";
import { parseIfImage } from "../../src/image/likely-reference.ts";
import type { Result } from "../../src/krm/result.ts";
import { pinDigests } from "../../src/pin-digests.ts";
import type { Registry } from "../../src/registry/resolve/registry-session.ts";
import { explain } from "../../src/run/explain.ts";
import { type Hit, ruleOf } from "./rules.ts";

/** What becomes of the images in kinds of operators that are no part of the catalogue, where a registry has every name. */
export interface UnseenCoverage {
  readonly pins: number;
  /** Pinned with `unknownFields: all`, and by default. */
  readonly pinned: number;
  readonly pinnedByDefault: number;
  /** Values whose parts stand apart. */
  readonly splits: number;
  /** Images that are neither pinned by default nor told by a run, by a check or by `--explain`. */
  readonly silent: readonly string[];
  /** Images that are not pinned with `all`, and why. */
  readonly missed: readonly string[];
  readonly nopins: number;
  /** What is no image, and is changed with `all`; and what is by default. */
  readonly falseHits: readonly string[];
  readonly falseByDefault: readonly string[];
  /** Each image that is pinned, and what is none and is changed with `all`, by rule. */
  readonly hits: readonly Hit[];
}

/**
 * Pins the objects of a folder, of which `fields.tsv` says what each value is; `groups: "unknown"` gives them groups that no row
 * knows, so that what is found is found by what a value and its keys say.
 */
export async function measureUnseen(
  folder: string,
  { groups }: { readonly groups: "own" | "unknown" },
): Promise<UnseenCoverage> {
  const rows = readRows(folder);
  const objects = new Map(
    [...new Set(rows.map(({ file }) => file))].map((file) => [file, objectsOf(folder, file)]),
  );
  const found: Finding[] = [];
  for (const row of rows) {
    const candidates = objects.get(row.file) ?? [];
    const at = candidates.findIndex((text) => valueAt(text, row) === row.value);
    const text = candidates[at];
    if (text === undefined) throw new Error(`${row.file} has no ${row.kind} with ${row.path}: ${row.value}`);
    found.push({
      ...row,
      ...(await (groups === "own" ? fateOf(text, row) : fateOf(...inUnknownGroup(text, row)))),
    });
  }
  const [pins, splits, nopins] = ["pin", "split", "nopin"].map((verdict) =>
    found.filter((each) => each.verdict.startsWith(verdict)),
  ) as [Finding[], Finding[], Finding[]];
  return {
    pins: pins.length,
    pinned: pins.filter(({ all }) => all).length,
    pinnedByDefault: pins.filter(({ byDefault }) => byDefault).length,
    splits: splits.length,
    silent: [...pins, ...splits].flatMap((each) =>
      each.byDefault || each.told.length === 0 ? [] : `${nameOf(each)}: ${each.told.join(", ")}`,
    ),
    missed: pins.filter(({ all }) => !all).map((each) => `${nameOf(each)}: ${each.reason}`),
    nopins: nopins.length,
    falseHits: nopins.filter(({ all }) => all).map(nameOf),
    falseByDefault: nopins.filter(({ byDefault }) => byDefault).map(nameOf),
    hits: [
      ...pins.filter(({ all }) => all).map(({ rule }) => ({ rule, set: "pins" as const })),
      ...pins
        .filter(({ byDefault }) => byDefault)
        .map(({ rule }) => ({ rule, set: "pins by default" as const })),
      ...nopins.filter(({ all }) => all).map(({ rule }) => ({ rule, set: "nopins" as const })),
    ],
  };
}

/** An object and its row, in a group of another name. */
function inUnknownGroup(text: string, row: Row): [string, Row] {
  const [group = "", kind = group] = row.kind.split("/");
  const renamed = text.replace(/^apiVersion: (?:([^/\n]+)\/)?(.*)$/m, `apiVersion: other.example/$2`);
  return [renamed, { ...row, kind: `other.example/${kind}` }];
}

interface Row {
  readonly file: string;
  readonly kind: string;
  readonly path: string;
  readonly value: string;
  readonly verdict: string;
}

interface Fate {
  readonly all: boolean;
  readonly byDefault: boolean;
  /** Who is silent about it. */
  readonly told: readonly string[];
  readonly reason: string;
  readonly rule: string;
}

type Finding = Row & Fate;

function nameOf({ kind, path, value }: Row): string {
  return `${kind} ${path}: ${value}`;
}

function readRows(folder: string): readonly Row[] {
  const lines = readFileSync(join(folder, "fields.tsv"), "utf8").split("\n").slice(1).filter(Boolean);
  return lines.map((line) => {
    const [file = "", kind = "", path = "", value = "", verdict = ""] = line.split("\t");
    return { file, kind, path, value, verdict };
  });
}

function objectsOf(folder: string, file: string): readonly string[] {
  return readFileSync(join(folder, file), "utf8").split(/^---\n/m);
}

/** The value at the path of a row, if the object is of its kind. */
function valueAt(text: string, { kind, path }: Pick<Row, "kind" | "path">): unknown {
  const object: unknown = parseAllDocuments(text)[0]?.toJS();
  const { apiVersion = "", kind: own = "" } = object as { apiVersion?: string; kind?: string };
  const [group = ""] = apiVersion.includes("/") ? apiVersion.split("/") : [""];
  if (kind !== `${group}/${own}` && kind !== own) return undefined;
  return lookUp(object, path.split(/\.|(?=\[)/));
}

/** Keys may have dots in them. */
function lookUp(node: unknown, [first, ...rest]: readonly string[]): unknown {
  if (first === undefined) return node;
  if (node === null || typeof node !== "object") return undefined;
  const index = /^\[(\d+)\]$/.exec(first)?.[1];
  const map = node as Record<string, unknown>;
  if (index !== undefined) return lookUp(map[index], rest);
  for (let length = rest.length; length >= 0; length--) {
    const key = [first, ...rest.slice(0, length)].join(".");
    const value = key in map ? lookUp(map[key], rest.slice(length)) : undefined;
    if (value !== undefined) return value;
  }
  return undefined;
}

const digest = parseDigest(`sha256:${"0123456789abcdef".repeat(4)}`);
const registry: Registry = {
  inspect: async () => ({ digest, recognizedBy: "application/vnd.oci.image.index.v1+json" }),
  hasDigest: async () => true,
};

async function fateOf(text: string, row: Row): Promise<Fate> {
  const run = (options: Readonly<Record<string, string>>) =>
    pinDigests(text, { registry, overrides: new Map(Object.entries(options)) });
  const [all, byDefault, check, { explanations }] = await Promise.all([
    run({ unknownFields: "all" }),
    run({}),
    run({ mode: "check" }),
    explain(text),
  ]);
  const isPinned = (pinned: string): boolean => String(valueAt(pinned, row)).includes(digest);
  const isTold = (results: readonly Result[]): boolean =>
    results.some(
      ({ severity, field, message }) =>
        severity !== "info" && covers(field?.path ?? /`(.*?)`/.exec(message)?.[1] ?? "", row.path),
    );
  const told = [
    ...(isTold(byDefault.results) ? [] : ["the run"]),
    ...(isTold(check.results) ? [] : ["the check"]),
    ...(explanations.some(({ path }) => covers(path, row.path)) ? [] : ["--explain"]),
  ];
  return {
    all: isPinned(all.text),
    byDefault: isPinned(byDefault.text),
    told,
    reason: reasonOf(row, all.results),
    rule: ruleOf(explanations.find(({ path }) => covers(path, row.path))?.rule, row.path),
  };
}

/** Whether a path is that of a value, or of the map in which it is a part. */
function covers(told: string, path: string): boolean {
  const plain = (each: string): string => each.replaceAll(/\["([^"]*)"\]/g, ".$1");
  return plain(path) === plain(told) || plain(path).startsWith(`${plain(told)}.`);
}

function reasonOf({ value, path }: Row, results: readonly Result[]): string {
  const image = parseIfImage(value);
  if (image !== undefined && image.tag === undefined) return "has no tag";
  return results.find(({ field }) => field?.path === path)?.message ?? "no rule reads the key as an image's";
}
