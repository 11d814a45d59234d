import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { defaultConfig } from "../../src/config/default-config.ts";
import { unknownField } from "../../src/fields/suggested-spec.ts";
import { findResources } from "../../src/find/find-resources.ts";
import { planLikely } from "../../src/plan/likely.ts";
import { planStep } from "../../src/plan/plan.ts";
import type { Step } from "../../src/plan/step.ts";
import { kindOf, rootOf } from "../../src/yaml/node.ts";
import { scan } from "../../src/yaml/scan.ts";
import { YamlSyntaxError } from "../../src/yaml/syntax-error.ts";
import { type Hit, ruleOf } from "./rules.ts";

/** How many of the values of one category are covered. */
export interface CategoryCoverage {
  readonly values: number;
  /** Values that a rule finds, placeholders and digests too. */
  readonly found: number;
  /** Valid references without a digest. */
  readonly open: number;
  /** Those of them that would be pinned. */
  readonly pinned: number;
}

/** The coverage of real manifests by category, and the false hits: what is no image, or not to be pinned, and would be. */
export interface CorpusCoverage {
  readonly files: number;
  readonly categories: ReadonlyMap<string, CategoryCoverage>;
  readonly falseHits: readonly string[];
  /** What is no image, or not to be pinned, and is pinned with `unknownFields: all` where a registry has every name, by rule. */
  readonly hits: readonly Hit[];
}

/** Looks for the values of `images.dev.tsv` in the files of a corpus. */
export async function measureCorpus(folder: string): Promise<CorpusCoverage> {
  const rows = readRows(folder);
  const categories = new Map<string, CategoryCoverage>();
  const falseHits: string[] = [];
  const hits: Hit[] = [];
  let files = 0;
  for (const [file, values] of groupByFile(rows)) {
    const path = join(folder, "files", file);
    const steps = existsSync(path) ? await stepsOf(readFileSync(path, "utf8")) : undefined;
    if (steps === undefined) continue;
    files++;
    const left = [...steps];
    for (const row of values) {
      const at = left.findIndex((step) => isStepOf(step, row));
      const [found] = at === -1 ? [] : left.splice(at, 1);
      if (found?.kind === "resolve" && /^(?:c|b-nopin)$/.test(row.category))
        hits.push({
          rule: ruleOf(found.field.rule, row.path),
          set: `corpus ${row.category as "c" | "b-nopin"}`,
        });
      const step = found?.field.rule === unknownField ? undefined : found;
      categories.set(row.category, added(categories.get(row.category), row, step));
      if (step?.kind === "resolve" && /^(?:c|b-nopin)$/.test(row.category)) {
        falseHits.push(`${row.category} ${file} ${row.kind} ${row.path} ${row.value}`);
      }
    }
  }
  return { files, categories, falseHits, hits };
}

interface Row {
  readonly file: string;
  readonly kind: string;
  readonly path: string;
  readonly value: string;
  readonly category: string;
  readonly isOpen: boolean;
}

function readRows(folder: string): readonly Row[] {
  const lines = readFileSync(join(folder, "images.dev.tsv"), "utf8").split("\n").slice(1).filter(Boolean);
  return lines.map((line) => {
    const [
      repo = "",
      file = "",
      ,
      ,
      kind = "",
      path = "",
      value = "",
      ,
      hasDigest,
      ,
      ,
      category = "",
      isValid,
    ] = line.split("\t");
    return {
      file: `${repo.replace("/", "+")}/${file}`,
      kind,
      path: plainPath(path),
      value: value.replaceAll(
        /\\([ntr\\])/g,
        (_, letter: string) => ({ n: "\n", t: "\t", r: "\r" })[letter] ?? "\\",
      ),
      category,
      isOpen: isValid === "1" && hasDigest !== "1",
    };
  });
}

function groupByFile(rows: readonly Row[]): ReadonlyMap<string, readonly Row[]> {
  const files = new Map<string, Row[]>();
  for (const row of rows) files.set(row.file, [...(files.get(row.file) ?? []), row]);
  return files;
}

async function stepsOf(text: string): Promise<readonly Step[] | undefined> {
  try {
    const yaml = scan(text);
    const items = yaml.documents.map(rootOf).filter((root) => kindOf(yaml, root) === "mapping");
    const resources = findResources({ kind: "stream", yaml, items }, defaultConfig);
    const config = { ...defaultConfig, unknownFields: "all" as const };
    const certain = new Set<string>();
    return resources.flatMap(({ fields, likely }) => [
      ...fields.map((field) => planStep(field, config, undefined)),
      ...likely.flatMap((field) => planLikely(field, { config, lock: undefined, certain }) ?? []),
    ]);
  } catch (error) {
    if (error instanceof YamlSyntaxError) return undefined;
    throw error;
  }
}

/** A value may be part of a longer text there, and the whole of it here. */
function isStepOf({ field }: Step, { path, value }: Row): boolean {
  return (
    plainPath(field.path).startsWith(path) &&
    field.value !== undefined &&
    (field.value === value || (value.endsWith(field.value) && field.value !== ""))
  );
}

function plainPath(path: string): string {
  return path.replaceAll(/\[\d+\]/g, "[]").replaceAll(/\["([^"]*)"\]/g, ".$1");
}

function added(before: CategoryCoverage | undefined, row: Row, step: Step | undefined): CategoryCoverage {
  const { values, found, open, pinned } = before ?? { values: 0, found: 0, open: 0, pinned: 0 };
  return {
    values: values + 1,
    found: found + (step === undefined ? 0 : 1),
    open: open + (row.isOpen ? 1 : 0),
    pinned: pinned + (row.isOpen && step?.kind === "resolve" ? 1 : 0),
  };
}
