import { expect } from "vitest";
import { parseAllDocuments } from "yaml";
import type { Run } from "./executable.ts";

/** A result as the function specification has it, read back from stdout. */
export interface ReadResult {
  readonly message: string;
  readonly severity: "error" | "warning" | "info";
  readonly resourceRef?: Readonly<Record<string, string>>;
  readonly field?: {
    readonly path: string;
    readonly currentValue?: unknown;
    readonly proposedValue?: unknown;
  };
  readonly file?: { readonly path: string; readonly index?: number };
  readonly tags?: Readonly<Record<string, string>>;
}

/**
 * Holds a run over a ResourceList to the contract of success: one whole list, every byte the input's but for
 * digests and one insertion (the results), and exactly these values, as read in document order, gained a digest.
 * Gives the results that the run added.
 */
export function expectPinned(run: Run, images: readonly string[]): readonly ReadResult[] {
  const results = expectPinnedInMeaning(run, images);
  expectOnlyInsertions(run);
  return results;
}

/** As `expectPinned`, for inputs whose edits are more than insertions: there the test compares the bytes itself. */
export function expectPinnedInMeaning(run: Run, images: readonly string[]): readonly ReadResult[] {
  expect({ code: run.code, stderr: run.stderr }).toMatchObject({ code: 0 });
  const results = expectWholeList(run);
  expect(pinnedValues(run)).toEqual(images);
  expect(results.filter(({ severity }) => severity === "error")).toEqual([]);
  return results;
}

/** Holds a run over a ResourceList to the contract of failure: exit 1, the list unchanged, errors appended. */
export function expectFailed(run: Run): readonly ReadResult[] {
  expect({ code: run.code, stderr: run.stderr }).toMatchObject({ code: 1 });
  const results = expectWholeList(run);
  expect(pinnedValues(run)).toEqual([]);
  expectOnlyInsertions(run);
  const severities = results.map(({ severity }) => severity);
  expect(severities[0]).toBe("error");
  expect(severities).toEqual([...severities].sort());
  expect(run.stderr).not.toBe("");
  return results;
}

/** Holds a run to the contract of refusal: exit 1, nothing on stdout, and a reason on stderr. */
export function expectRefused(run: Run): void {
  expect({ code: run.code, stdout: run.stdout }).toEqual({ code: 1, stdout: "" });
  expect(run.stderr.trim()).not.toBe("");
  expectReadableStderr(run);
}

/** Holds a run over a stream of manifests to the contract: the same text but for digests in exactly these values. */
export function expectStreamPinned(run: Run, images: readonly string[]): void {
  expect({ code: run.code, stderr: run.stderr }).toMatchObject({ code: 0 });
  expect(withoutNewDigests(run)).toBe(run.input);
  expect(gainedDigests(readYaml(run.input), readYaml(run.stdout))).toEqual(images);
  expectReadableStderr(run);
}

/**
 * Holds a run over input that is beyond repair, or nearly, to what must hold even there: success with nothing lost,
 * or failure with nothing changed, or nothing at all on stdout.
 */
export function expectSound(run: Run): void {
  expect([0, 1]).toContain(run.code);
  expectReadableStderr(run);
  if (run.stdout === "") {
    expect(run.code).toBe(1);
    expect(run.stderr.trim()).not.toBe("");
    return;
  }
  expectOnlyInsertions(run);
  if (run.code === 1) {
    expect(withoutNewDigests(run).length - run.stdout.length).toBe(0);
  }
}

/** The one document of a YAML text, as plain data; anything but one sound document is a failure. */
export function readOne(text: string): unknown {
  const documents = readYaml(text);
  expect(documents).toHaveLength(1);
  return documents[0];
}

/** The run's stdout with the digests taken out that its input did not have. */
export function withoutNewDigests(run: Run): string {
  return run.stdout.replace(/@sha256:[0-9a-f]{64}/g, (digest) => (run.input.includes(digest) ? digest : ""));
}

function expectWholeList(run: Run): readonly ReadResult[] {
  const before = asRecord(readOne(run.input));
  const after = asRecord(readOne(run.stdout));
  const wanted = Object.keys(before).filter((key) => key !== "results" && key !== "items");
  expect(Object.keys(after).filter((key) => key !== "results" && key !== "items")).toEqual(wanted);
  expect(Array.isArray(after.items)).toBe(true);
  expect(asList(after.items)).toHaveLength(asList(before.items).length);
  if (!("results" in before) && "results" in after) {
    expect(Object.keys(after).at(-1)).toBe("results");
  }

  const earlier = resultsOf(before);
  const results = resultsOf(after);
  expect(results.slice(0, earlier.length)).toEqual(earlier);
  const added = results.slice(earlier.length).map(toResult);
  expect(added.some(({ severity }) => severity === "error")).toBe(run.code !== 0);
  expectReadableStderr(run);
  return added;
}

/** `results` may be a list, null, or the legacy mapping with `items`. */
function resultsOf(list: Readonly<Record<string, unknown>>): readonly unknown[] {
  const results = list.results;
  return Array.isArray(results) || results === null || results === undefined
    ? asList(results)
    : asList(asRecord(results).items);
}

function toResult(value: unknown): ReadResult {
  const result = asRecord(value);
  const known = ["message", "severity", "resourceRef", "field", "file", "tags"];
  expect(Object.keys(result).filter((key) => !known.includes(key))).toEqual([]);
  expect(result).toMatchObject({ message: expect.stringMatching(/\S/) });
  expect(["error", "warning", "info"]).toContain(result.severity);
  if ("resourceRef" in result) {
    const { apiVersion, kind, name, namespace = "" } = asRecord(result.resourceRef);
    expect([apiVersion, kind, name, namespace].map((each) => typeof each)).toEqual(Array(4).fill("string"));
  }
  if ("field" in result) {
    expect(asRecord(result.field)).toMatchObject({ path: expect.any(String) });
  }
  if ("file" in result) {
    const { path, index = 0n } = asRecord(result.file);
    expect({ path: typeof path, index: typeof index }).toEqual({ path: "string", index: "bigint" });
  }
  // The assertions above checked the shape.
  return result as unknown as ReadResult;
}

function pinnedValues(run: Run): readonly string[] {
  const [before, after] = [run.input, run.stdout].map((text) => {
    const { results: _, ...rest } = asRecord(readOne(text));
    return { ...rest, items: asList(rest.items) };
  });
  return gainedDigests(before, after);
}

/** The values of `before` that have a digest in `after`; any other difference is a failure. */
function gainedDigests(before: unknown, after: unknown, path = "$"): readonly string[] {
  if (typeof before === "string" && typeof after === "string" && before !== after) {
    const gained = after.slice(before.length);
    expect({ path, before, gained: after.startsWith(before) ? gained : after }).toEqual({
      path,
      before,
      gained: expect.stringMatching(/^@sha256:[0-9a-f]{64}$/),
    });
    return [before];
  }
  if (typeof before !== "object" || before === null || typeof after !== "object" || after === null) {
    expect({ path, value: after }).toEqual({ path, value: before });
    return [];
  }
  expect({ path, keys: Object.keys(after) }).toEqual({ path, keys: Object.keys(before) });
  const values = asRecord(after);
  return Object.entries(before).flatMap(([key, value]) =>
    gainedDigests(value, values[key], `${path}.${key}`),
  );
}

/** What stands outside digests must be the input, but for one place where the results were inserted. */
function expectOnlyInsertions(run: Run): void {
  const output = withoutNewDigests(run);
  const prefix = commonLength(run.input, output, (text, index) => text.charCodeAt(index));
  const suffix = commonLength(run.input.slice(prefix), output.slice(prefix), (text, index) =>
    text.charCodeAt(text.length - 1 - index),
  );
  const rest = run.input.slice(prefix, run.input.length - suffix);
  if (rest !== "") {
    expect(output).toBe(run.input);
  }
}

function commonLength(left: string, right: string, at: (text: string, index: number) => number): number {
  const most = Math.min(left.length, right.length);
  let length = 0;
  while (length < most && at(left, length) === at(right, length)) {
    length += 1;
  }
  return length;
}

// What kpt drops from a container's stderr, taking it for the container tool's own (krm.md §0.10).
const droppedLines = [
  /Digest: ?sha256/,
  /: (?:Waiting|Pulling from|Pulling fs layer|Already exists|Verifying Checksum|Download complete|Pull complete)/,
  /^[0-9A-Fa-f]{64}$/,
  /(?:index|manifest|config|layer)-sha256:/,
  /^elapsed: /,
] as const;

/** No line may be so long that kpt cuts the rest off, nor such that kpt drops it; none is a stack trace. */
export function expectReadableStderr({ stderr }: Run): void {
  const lines = stderr.split("\n");
  expect(lines.filter((line) => Buffer.byteLength(line) >= 64 * 1024).map((line) => line.length)).toEqual([]);
  expect(lines.filter((line) => droppedLines.some((dropped) => dropped.test(line)))).toEqual([]);
  expect(stderr === "" || stderr.endsWith("\n")).toBe(true);
  expect(stderr).not.toMatch(/^\s+at .*:\d+:\d+\)?$/m);
}

function readYaml(text: string): readonly unknown[] {
  const documents = parseAllDocuments(text, {
    uniqueKeys: false,
    merge: true,
    intAsBigInt: true,
    logLevel: "silent",
  });
  if (!Array.isArray(documents)) {
    return [];
  }
  expect(documents.flatMap(({ errors }) => errors.map(String))).toEqual([]);
  return documents.map((document): unknown => document.toJS({ maxAliasCount: -1 }));
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  expect(typeof value === "object" && value !== null).toBe(true);
  // The line above checked it.
  return value as Readonly<Record<string, unknown>>;
}

function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
