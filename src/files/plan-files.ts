/** A run over files, as far as nothing is written: every file is read and planned, and all that is asked is answered. */
import { dirname } from "node:path";
import { checkImages } from "../check/check.ts";
import { type Config, platformName } from "../config/config.ts";
import { type ConfigSources, FunctionConfigError, withPolicy } from "../config/config-sources.ts";
import { readConfig } from "../config/function-config.ts";
import { lookupsAtOnce, openSession } from "../connect/open-session.ts";
import type { ResolverOptions } from "../connect/resolver-options.ts";
import type { Explanation } from "../explain.ts";
import type { FileForm, ManifestStream } from "../krm/input.ts";
import { InputError } from "../krm/input-error.ts";
import { bySeverity, type Position, type Result } from "../krm/result.ts";
import type { CoolDown } from "../lock/cool-down.ts";
import type { LockedImage } from "../lock/format/locked-image.ts";
import type { LockFileOption } from "../lock/lock-file-option.ts";
import { type Lock, readLockOption } from "../lock/locks.ts";
import { withAdvice } from "../outcome/registry-failures.ts";
import type { ImageUse } from "../report/image-use.ts";
import { checkTally, type Tally } from "../report/tally.ts";
import { type Versions, versionsOf } from "../report/versions.ts";
import { createResolver, type Resolver, type WatchLookups } from "../resolve/resolver.ts";
import type { RunJudge } from "../run/judgement.ts";
import { coolDownOf, judgeOf } from "../run/settle-images.ts";
import { scan } from "../yaml/scan.ts";
import type { TextEdit } from "../yaml/text-edit.ts";
import { fileFault } from "./file-error.ts";
import { mayHoldObjects, readContent } from "./file-input.ts";
import { type FileState, hashIfFresh, readFile, utf8Fault } from "./file-text.ts";
import { type FoundFile, findFiles } from "./find-files.ts";
import { type OverriddenImages, overriddenImages } from "./kustomizations.ts";
import { type LockWrite, lockWrites } from "./lock-writes.ts";
import { type PlannedFile, planFile, type Wants } from "./plan-file.ts";
import { createRunLocks, type RunLock, type RunLocks } from "./run-locks.ts";
import { runResults } from "./run-results.ts";

/** What to run over, and with what. */
export interface FilesOptions extends ConfigSources, ResolverOptions {
  /** The working directory, absolute. */
  readonly folder: string;
  /** Tells whether a file, absolute, is meant as the values of a chart. */
  readonly isValues: (place: string) => boolean;
  /** The lock that `--lock` names. */
  readonly lock?: LockFileOption;
  readonly prune?: boolean;
  readonly wants: Wants;
  /** Whether this runs in a container, which may have no network: asked where a registry can't be reached. */
  readonly isContained?: () => boolean;
  /** Learns of each image that is asked for. */
  readonly watch?: WatchLookups | undefined;
  /** Whether the versions of images that moved are wanted, which are asked for. */
  readonly wantsVersions?: boolean;
}

/** A file that is to change. */
export interface FileChange {
  /** As messages name it. */
  readonly path: string;
  /** Absolute, links not followed. */
  readonly place: string;
  readonly edits: readonly TextEdit[];
  /** What was read, to know it again. */
  readonly state: FileState;
  /** That of the content, where the times alone don't tell. */
  readonly hash: string | undefined;
}

/** How many files there were, and what became of them. */
export interface FileCounts {
  /** Those that were looked into. */
  readonly files: number;
  /** Those that hold no object of Kubernetes. */
  readonly others: number;
  readonly templates: number;
  readonly images: number;
  /** Images that change. */
  readonly changes: number;
}

/** What a run over files would do. */
export interface FilesPlan {
  /** What a person is to be told, errors first. */
  readonly results: readonly Result[];
  /** False where there is an error: then nothing may be written. */
  readonly ok: boolean;
  readonly mode: Config["mode"];
  readonly counts: FileCounts;
  /** What became of the images of a check, each counted once. */
  readonly tally?: Tally;
  /** What the images that moved say of themselves, where that is wanted. */
  readonly versions?: Versions;
  readonly changes: readonly FileChange[];
  readonly locks: readonly LockWrite[];
  /** What runs that were killed may have left, absolute. */
  readonly drafts: readonly string[];
  /** The locks that counted, absolute. */
  readonly lockPlaces: readonly string[];
  readonly images: readonly ImageUse[];
  /** The entries of the locks that counted. */
  readonly locked: readonly LockedImage[];
  readonly explanations: readonly Explanation[];
  readonly platform?: string;
}

/**
 * Plans a run over files.
 *
 * @throws {PathError}
 * @throws {FunctionConfigError}
 * @throws {LockFileError} where the file of `--lock` is no lock.
 */
export async function planFiles(paths: readonly string[], options: FilesOptions): Promise<FilesPlan> {
  const { config, rules, faults } = await readConfig(nothing, withPolicy(options, options.environment));
  if (faults.length > 0) return failedPlan(faults, config);
  requireFit(config, options);
  const found = findFiles(paths, options);
  const file = await readLockOption(options.lock, config);
  const named =
    options.lock === undefined || file === undefined
      ? undefined
      : { option: options.lock, file, place: options.lock.name ?? "" };
  const locks = createRunLocks(
    { folder: options.folder, roots: found.folders, named },
    config.lock === "off",
  );
  const resolver = createResolver(() => openSession(config, options, () => []), {
    concurrency: lookupsAtOnce(options, config.network),
    watch: options.watch,
  });
  try {
    const judge = await judgeOf({ rules, config, resolver });
    if (judge?.kind === "faults") return failedPlan(judge.results, config);
    const isWritten = (lock: Lock): boolean =>
      locks.all().some((each) => each.lock === lock && each.option.update);
    const coolDown = await coolDownOf({ config, now: options.now, judge, isKept: true, isWritten });
    const run = {
      config,
      judge,
      coolDown,
      resolver,
      locks,
      wants: options.wants,
      overridden: overriddenIn(found.files),
    };
    const read = await planAll(found.files, run);
    if (locks.faults().length > 0) return failedPlan(locks.faults(), config);
    const files = read.flatMap(({ planned }) => planned ?? []);
    if (options.wants.explanations === "alone") return explainedPlan(read, config);
    const context = {
      config,
      judge,
      coolDown,
      locks,
      resolver,
      folders: found.folders,
      prune: options.prune === true,
    };
    const written = await lockWrites(files, { ...context, folder: options.folder });
    const checks = files.flatMap((each) => each.checks);
    const checked =
      config.mode === "check"
        ? await checkImages({ steps: checks, locks: locksOf(locks) }, config, resolver)
        : [];
    const told = [
      ...found.faults.map((fault) => unreadableResult(fault, { isNamed: false, mode: config.mode })),
      ...read.flatMap(({ results: own }) => own),
      ...files.flatMap((each) => each.results),
      ...checked,
      ...written.results,
      ...runResults(files, context),
      ...keylessResults(read),
      ...resolver.warnings().map((message) => ({ message, severity: "warning" as const })),
    ];
    const results = bySeverity(withAdvice(told, { mayLackNetwork: () => options.isContained?.() === true }));
    const images = checks.map(({ image }) => image.text);
    const versions =
      options.wantsVersions === true
        ? await versionsOf(results, (image, wanted) => resolver.read(image, wanted))
        : undefined;
    const ok = !results.some(({ severity }) => severity === "error");
    const platform = platformName(config);
    return {
      results,
      ok,
      mode: config.mode,
      counts: countsOf(read, files),
      ...(config.mode === "check" && { tally: checkTally(images, told) }),
      ...(versions !== undefined && { versions }),
      changes: ok ? read.flatMap(({ change }) => change ?? []) : [],
      locks: ok ? written.writes : [],
      drafts: found.drafts,
      lockPlaces: locks.all().map(({ place }) => place),
      images: files.flatMap(({ uses }) => uses),
      locked: locks.all().flatMap(({ lock }) => lock.entries),
      explanations: files.flatMap(({ explanations }) => explanations),
      ...(platform !== undefined && { platform }),
    };
  } finally {
    await resolver.close({ leaveSockets: options.leaveSockets ?? false });
  }
}

/** A run over files gets its configuration from the command line alone. */
const nothing: ManifestStream = { kind: "stream", yaml: scan(""), items: [] };

function requireFit(config: Config, { lock, prune }: FilesOptions): void {
  if (config.credentials.includes("package")) {
    throw new FunctionConfigError(
      "`credentials: [package]` is for lists and streams, which hold the whole package: for files log in, as with `docker login`",
    );
  }
  if (prune !== true) return;
  if (config.mode !== "update")
    throw new FunctionConfigError(
      `\`--prune\` goes with \`mode: update\`, but the mode is \`${config.mode}\``,
    );
  if (lock?.update === false)
    throw new FunctionConfigError("`--prune` must be able to write the lock: add `--update-lock`");
}

function failedPlan(results: readonly Result[], { mode }: Config): FilesPlan {
  return {
    results,
    ok: false,
    mode,
    counts: { files: 0, others: 0, templates: 0, images: 0, changes: 0 },
    changes: [],
    locks: [],
    drafts: [],
    lockPlaces: [],
    images: [],
    locked: [],
    explanations: [],
  };
}

function explainedPlan(read: readonly ReadResult[], config: Config): FilesPlan {
  const results = bySeverity(read.flatMap((each) => each.results));
  const files = read.flatMap(({ planned }) => planned ?? []);
  return {
    ...failedPlan(results, config),
    ok: !results.some(({ severity }) => severity === "error"),
    counts: countsOf(read, files),
    explanations: files.flatMap(({ explanations }) => explanations),
  };
}

/** By what all files of a run are planned. */
interface Run {
  readonly config: Config;
  readonly judge: RunJudge | undefined;
  readonly coolDown: CoolDown | undefined;
  readonly resolver: Resolver;
  readonly locks: RunLocks;
  readonly wants: Wants;
  readonly overridden: OverriddenImages;
}

/** What became of a file. */
interface ReadResult {
  readonly file: FoundFile;
  readonly kind: "input" | "other" | "template" | "unreadable";
  /** What is told of the file as a whole. */
  readonly results: readonly Result[];
  readonly planned?: PlannedFile;
  readonly change?: FileChange;
}

/** Bytes of files whose answers are not there yet: what is known of their texts takes ten times as much. */
const WAITING_MAX = 8 * 1_048_576;

/**
 * Plans file after file. What is to be asked is asked as soon as it is found; files that wait for answers are kept in memory
 * up to a bound.
 */
async function planAll(files: readonly FoundFile[], run: Run): Promise<readonly ReadResult[]> {
  const results: ReadResult[] = new Array(files.length);
  const waiting: { readonly size: number; readonly done: Promise<void> }[] = [];
  let bytes = 0;
  for (const [at, file] of files.entries()) {
    const read = readOne(file, run);
    if (read.kind !== "reading") {
      results[at] = read;
      continue;
    }
    const { input, size, state, hash } = read;
    const lock = await run.locks.nearest(dirname(file.place));
    const settle = await planFile(input, { ...run, lock: lock?.lock }).catch((error) => foldedTooMuch(error));
    if (typeof settle === "string") {
      results[at] = unreadableFile(file, settle, run);
      continue;
    }
    bytes += size;
    const done = (async () => {
      const planned = await settle().catch((error) => foldedTooMuch(error));
      bytes -= size;
      if (typeof planned === "string") {
        results[at] = unreadableFile(file, planned, run);
        return;
      }
      const { path, place } = file;
      const { edits } = planned;
      const change = edits.length === 0 ? {} : { change: { path, place, edits, state, hash } };
      results[at] = { file, kind: "input", results: [], planned, ...change };
    })();
    waiting.push({ size, done });
    while (bytes > WAITING_MAX) await waiting.shift()?.done;
    if (waiting.length > 1000) await waiting.shift()?.done;
  }
  await Promise.all(waiting.map(({ done }) => done));
  return results;
}

/** What is wrong with a file whose documents in texts unfold to more than anybody reads. */
function foldedTooMuch(error: unknown): string {
  if (error instanceof InputError) return error.message;
  throw error;
}

function unreadableFile(file: FoundFile, fault: string, { config: { mode } }: Run): ReadResult {
  const { path, isNamed } = file;
  return { file, kind: "unreadable", results: [unreadableResult({ path, fault }, { isNamed, mode })] };
}

interface Reading {
  readonly kind: "reading";
  readonly input: ManifestStream;
  readonly size: number;
  readonly state: FileState;
  readonly hash: string | undefined;
}

function readOne(file: FoundFile, { config, overridden }: Run): Reading | ReadResult {
  const { path, place, form, isTemplate, isNamed } = file;
  const { mode } = config;
  try {
    const { bytes, state } = readFile(place);
    if (!mayHoldObjects(bytes, form)) return { file, kind: "other", results: [] };
    const position = utf8Fault(bytes);
    if (position !== undefined) {
      const results = [
        unreadableResult(
          { path, fault: "must be UTF-8, but holds bytes that are not", position },
          { isNamed, mode },
        ),
      ];
      return { file, kind: "unreadable", results };
    }
    const text = bytes.toString("utf8");
    if (isTemplate && text.includes("{{")) return { file, kind: "template", results: [] };
    const reason = overridden(place);
    const content = readContent(text, { path, form, ...(reason && { overridden: reason }) });
    switch (content.kind) {
      case "input":
        return {
          kind: "reading",
          input: content.input,
          size: bytes.length,
          state,
          hash: hashIfFresh(bytes, state),
        };
      case "unreadable": {
        const { line, column, reason: fault } = content.error;
        const unreadable = { path, fault: `must be YAML or JSON: ${fault}`, position: { line, column } };
        return { file, kind: "unreadable", results: [unreadableResult(unreadable, { isNamed, mode })] };
      }
      case "other":
      case "template":
        return { file, kind: content.kind, results: [] };
    }
  } catch (error) {
    const fault = fileFault(error);
    if (fault === undefined) throw error;
    return { file, kind: "unreadable", results: [unreadableResult({ path, fault }, { isNamed, mode })] };
  }
}

interface Unreadable {
  readonly path: string;
  readonly fault: string;
  /** The beginning of the file unless told. */
  readonly position?: Position;
}

/** Nobody knows what is in it: a check must say so, and whoever names a file wants it. */
function unreadableResult(
  { path, fault, position = { line: 1, column: 1 } }: Unreadable,
  { isNamed, mode }: { readonly isNamed: boolean; readonly mode: Config["mode"] },
): Result {
  const severity = isNamed || mode === "check" ? "error" : "warning";
  return {
    severity,
    message: `can't be read, so no image in it is found: ${fault}`,
    file: { path },
    position,
  };
}

/** The kustomizations are read first, since they say which images of other files count. */
function overriddenIn(files: readonly FoundFile[]): OverriddenImages {
  const form: FileForm = "kustomization";
  const kustomizations = files.filter((file) => file.form === form);
  return overriddenImages(
    kustomizations.flatMap(({ path, place }) => {
      try {
        return [{ path, place, text: readFile(place).bytes.toString("utf8") }];
      } catch (error) {
        // It is told when its images are looked for.
        if (fileFault(error) === undefined) throw error;
        return [];
      }
    }),
  );
}

function locksOf(locks: RunLocks) {
  const all = locks.all().map(({ lock }: RunLock) => lock);
  return { all, faults: [], warnings: [], nearest: () => undefined };
}

function keylessResults(read: readonly ReadResult[]): readonly Result[] {
  const files = read.filter(({ planned }) => planned !== undefined && planned.keyless.length > 0);
  const [first] = files;
  const [position] = first?.planned?.keyless ?? [];
  if (first === undefined || position === undefined) return [];
  const count = files.reduce((sum, { planned }) => sum + (planned?.keyless.length ?? 0), 0);
  const images = count === 1 ? "this image has" : `this image and ${count - 1} more of values have`;
  const message = `${images} no key for a digest, and none is added, since the chart may not read it: add \`digest: ""\` beside the tag if it does, or pin what it renders: \`helm template … | pin-digests\``;
  return [{ severity: "warning", message, file: { path: first.file.path }, position }];
}

function countsOf(read: readonly ReadResult[], files: readonly PlannedFile[]): FileCounts {
  const count = (kind: ReadResult["kind"]): number => read.filter((each) => each.kind === kind).length;
  return {
    files: count("input"),
    others: count("other"),
    templates: count("template"),
    images: files.reduce((sum, { images }) => sum + images, 0),
    changes: files.reduce((sum, { changes }) => sum + changes, 0),
  };
}
