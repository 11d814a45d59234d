import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Document, isMap, isScalar, parseAllDocuments } from "yaml";
import { corpus } from "./tools.ts";

/** A file of the corpus: real manifests, and what lies among them. */
export interface CorpusFile {
  /** `owner+repository/path`. */
  readonly name: string;
  readonly text: string;
}

/** Reads every file of the corpus. */
export function readCorpus(): readonly CorpusFile[] {
  const root = join(corpus, "files");
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .sort()
    .map((path) => ({ name: path.slice(root.length + 1), text: readFileSync(path, "utf8") }));
}

/** An image that stands in a pod spec somewhere in the corpus. */
export interface CorpusImage {
  /** The name of the file. */
  readonly file: string;
  /** The index of the document in it. */
  readonly document: number;
  /** As `spec.containers[].image`. */
  readonly path: string;
  readonly value: string;
}

/** The images of the corpus in fields that Kubernetes itself defines, which are valid and have no digest. */
export function readCorpusImages(): readonly CorpusImage[] {
  const [head = "", ...lines] = readFileSync(join(corpus, "images.dev.tsv"), "utf8").trimEnd().split("\n");
  const columns = head.split("\t");
  return lines
    .map((line) => new Map(line.split("\t").map((cell, index) => [columns[index] ?? "", cell])))
    .filter(
      (row) => row.get("category") === "a" && row.get("valid_ref") === "1" && row.get("has_digest") === "0",
    )
    .map((row) => ({
      file: `${row.get("repo")?.replace("/", "+")}/${row.get("file")}`,
      document: Number(row.get("doc")),
      path: row.get("path") ?? "",
      value: row.get("value") ?? "",
    }));
}

/** What another YAML library makes of a text: its documents, or undefined where it can't read them. */
export function readDocuments(text: string): readonly unknown[] | undefined {
  return parseDocuments(text)?.map((document) => document.toJS({ maxAliasCount: -1 }));
}

/** Whether another YAML library takes a text for manifests: documents that have `apiVersion` and `kind`, or are empty. */
export function isManifestStream(text: string): boolean | undefined {
  const full = parseDocuments(text)
    ?.map(({ contents }) => contents)
    .filter((node) => node !== null && !isNull(node));
  if (full === undefined) return undefined;
  return full.length > 0 && full.every((node) => isMap(node) && node.has("apiVersion") && node.has("kind"));
}

function parseDocuments(text: string): readonly Document.Parsed[] | undefined {
  const documents = [...parseAllDocuments(text, { uniqueKeys: false, logLevel: "silent" })];
  return documents.some(({ errors }) => errors.length > 0) ? undefined : documents;
}

function isNull(node: unknown): boolean {
  return isScalar(node) && node.value === null;
}

/** The values at a path such as `spec.containers[].image`. */
export function valuesAt(value: unknown, path: string): readonly unknown[] {
  let values: readonly unknown[] = [value];
  for (const step of path.split(/\.|(?=\[\])/)) {
    values = values.flatMap((parent) => childrenAt(parent, step));
  }
  return values;
}

function childrenAt(parent: unknown, step: string): readonly unknown[] {
  if (step === "[]") return Array.isArray(parent) ? parent : [];
  if (typeof parent !== "object" || parent === null) return [];
  const child: unknown = Reflect.get(parent, step);
  return child === undefined ? [] : [child];
}

/**
 * What follows in `after` when digests were written into `before` and nothing else was done; undefined where more was.
 */
export function restAfterDigests(before: string, after: string): string | undefined {
  let at = 0;
  for (const char of [...before, undefined]) {
    if (char === undefined || !after.startsWith(char, at)) {
      digestHere.lastIndex = at;
      at += digestHere.exec(after)?.[0].length ?? 0;
    }
    if (!after.startsWith(char ?? "", at)) return undefined;
    at += char?.length ?? 0;
  }
  return after.slice(at);
}

const digestHere = /@sha256:[0-9a-f]{64}/y;

/** The paths at which two values differ by more than added digests. */
export function foreignChanges(before: unknown, after: unknown, path = ""): readonly string[] {
  if (Array.isArray(before) && Array.isArray(after) && before.length === after.length) {
    return before.flatMap((element, index) => foreignChanges(element, after[index], `${path}[]`));
  }
  if (isRecord(before) && isRecord(after) && sameKeys(before, after)) {
    return Object.keys(before).flatMap((key) => foreignChanges(before[key], after[key], `${path}.${key}`));
  }
  return Object.is(before, after) || isPinned(before, after) ? [] : [path];
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function sameKeys(before: object, after: object): boolean {
  return Object.keys(before).join("\n") === Object.keys(after).join("\n");
}

/** True for a text to which digests were added, and nothing else. */
function isPinned(before: unknown, after: unknown): boolean {
  return typeof before === "string" && typeof after === "string" && restAfterDigests(before, after) === "";
}
