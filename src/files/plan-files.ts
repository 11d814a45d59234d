/** A run over files, as far as nothing is written: every file is read and planned, and all that is asked is answered. */

import { resolve } from "node:path";
import type { Config } from "../config/config.ts";
import { type ConfigSources, FunctionConfigError, withPolicy } from "../config/config-sources.ts";
import { readConfig } from "../config/read-config.ts";
import type { ManifestStream } from "../krm/input.ts";
import { bySeverity, type Result } from "../krm/result.ts";
import type { LockedImage } from "../lock/format/locked-image.ts";
import type { LockFileOption } from "../lock/lock-file-option.ts";
import { type Lock, readLockOption } from "../lock/locks.ts";
import { withAdvice } from "../outcome/registry-failures.ts";
import { createResolver, type WatchLookups } from "../registry/resolve/resolver.ts";
import type { ImageUse } from "../report/image-use.ts";
import { checkTally, type Tally } from "../report/tally.ts";
import type { Versions } from "../report/versions.ts";
import { lookupsAtOnce, openSession } from "../run/connect/open-session.ts";
import type { ResolverOptions } from "../run/connect/resolver-options.ts";
import type { Explanation } from "../run/explain.ts";
import { readVersions } from "../run/read-versions.ts";
import { coolDownOf, judgeOf } from "../run/settle-images.ts";
import { scan } from "../yaml/scan.ts";
import { lastUpTo } from "../yaml/sorted-offsets.ts";
import { fileFault } from "./file-error.ts";
import { readFile } from "./file-text.ts";
import { type FoundFile, findFiles, shownPath } from "./find-files.ts";
import type { KustomizationFile, ReadText } from "./kustomization-file.ts";
import { readKustomizations } from "./kustomizations.ts";
import { type LockWrite, lockWrites } from "./lock-writes.ts";
import { missingResults } from "./missing-sources.ts";
import { namedFiles } from "./named-files.ts";
import { patchedResults } from "./patched-images.ts";
import { type FileChange, planEach, type ReadResult } from "./plan-each.ts";
import type { PlannedFile, Wants } from "./plan-file.ts";
import { unreadableResult } from "./read-input.ts";
import { type IsEdited, releasedImages } from "./release-values.ts";
import { allLocks, createRunLocks } from "./run-locks.ts";
import { emptyResults, keylessResults, runResults } from "./run-results.ts";
import { readValuesLayers } from "./values-layers.ts";

/** What to run over, and with what. */
export interface FilesOptions extends ConfigSources, ResolverOptions {
  /** The working directory, absolute. */
  readonly folder: string;
  /** Tells whether a file, absolute, is meant as the values of a chart. */
  readonly isValues: (place: string) => boolean;
  /** The lock that `--lock` names. */
  readonly lock?: LockFileOption | undefined;
  readonly prune?: boolean;
  readonly wants: Wants;
  /** Whether this runs in a container, which may have no network: asked where a registry can't be reached. */
  readonly isContained?: () => boolean;
  /** Learns of each image that is asked for. */
  readonly watch?: WatchLookups | undefined;
  /** Whether the versions of images that moved are wanted, which are asked for. */
  readonly wantsVersions?: boolean;
}

/** How many files there were, and what became of them. */
export interface FileCounts {
  /** Those that were looked into. */
  readonly files: number;
  /** Those that hold no object of Kubernetes. */
  readonly others: number;
  readonly templates: number;
  readonly images: number;
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
  readonly tally?: Tally | undefined;
  /** What the images that moved say of themselves, where that is wanted. */
  readonly versions?: Versions | undefined;
  readonly changes: readonly FileChange[];
  readonly locks: readonly LockWrite[];
  /** What runs that were killed may have left, absolute. */
  readonly drafts: readonly string[];
  /** The files that may hold images, absolute. */
  readonly inputs: readonly string[];
  /** The locks that counted, absolute. */
  readonly lockPlaces: readonly string[];
  readonly images: readonly ImageUse[];
  /** The entries of the locks that counted. */
  readonly locked: readonly LockedImage[];
  readonly explanations: readonly Explanation[];
  readonly platform?: string | undefined;
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
  await requireFit(config, options);
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
  const fileAt = namedFiles(found, (place) => shownPath(options, place));
  const readNamed = (place: string): ReadText | undefined => {
    const file = fileAt(place);
    return file && readText(file);
  };
  const kustomizations = readKustomizations(kustomizationsAmong(found.files), readNamed);
  const layers = readValuesLayers(found.files, readNamed, kustomizations.values);
  const further = kustomizations.named().flatMap((place) => fileAt(place) ?? []);
  const all = [...new Set([...found.files, ...further])];
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
      kustomizations,
      layers,
    };
    const read = await planEach(all, run);
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
      unread: [
        ...found.faults.map(({ path }) => resolve(options.folder, path)),
        ...read.flatMap(({ kind, file: { place } }) => (kind === "unreadable" ? [place] : [])),
      ],
      prune: options.prune === true,
    };
    const written = await lockWrites(files, { ...context, folder: options.folder });
    const checks = files.flatMap((each) => each.checks);
    const checked =
      config.mode === "check"
        ? await (await import("../check/check.ts")).checkImages(
            { steps: checks, locks: allLocks(locks) },
            config,
            resolver,
          )
        : [];
    const released = releasedImages(
      read.flatMap(({ releases = [] }) => releases),
      readNamed,
      editFinder(read.flatMap(({ change }) => change ?? [])),
    );
    const told = [
      ...found.faults.map((fault) => unreadableResult(fault, { isNamed: fault.isNamed, mode: config.mode })),
      ...read.flatMap(({ results: own }) => own),
      ...files.flatMap((each) => each.results),
      ...checked,
      ...written.results,
      ...missingResults(
        kustomizations.missing((place) => fileAt(place) !== undefined),
        config,
      ),
      ...patchedResults([...kustomizations.patched(), ...layers.patched(), ...released], config),
      ...runResults(files, context),
      ...(await idleSelections(files, config)),
      ...keylessResults(read, config),
      ...emptyResults(read),
      ...resolver.warnings().map((message) => ({ message, severity: "warning" as const })),
    ];
    const results = bySeverity(withAdvice(told, { mayLackNetwork: () => options.isContained?.() === true }));
    const versions = await readVersions(results, resolver, options.wantsVersions);
    const ok = !results.some(({ severity }) => severity === "error");
    const platform = config.platform?.name;
    return {
      results,
      ok,
      mode: config.mode,
      counts: countsOf(read, files),
      tally: config.mode === "check" ? tallyOf(files, told) : undefined,
      versions,
      changes: ok ? read.flatMap(({ change }) => change ?? []) : [],
      locks: ok ? written.writes : [],
      drafts: found.drafts,
      inputs: inputsOf(read),
      lockPlaces: locks.all().map(({ place }) => place),
      images: files.flatMap(({ uses }) => (ok ? uses : uses.map(asRead))),
      locked: locks.all().flatMap(({ lock }) => lock.entries),
      explanations: files.flatMap(({ explanations }) => explanations),
      platform,
    };
  } finally {
    await resolver.close({ leaveSockets: options.leaveSockets ?? false });
  }
}

/** What selects nothing in all files of a run. */
async function idleSelections(files: readonly PlannedFile[], config: Config): Promise<readonly Result[]> {
  const selected = files.flatMap((file) => file.selected ?? []);
  return selected.length === 0 ? [] : (await import("../find/slips.ts")).selectionSlips(selected, config);
}

/** Counts the images of a check, also those of values, which are told of together. */
function tallyOf(files: readonly PlannedFile[], told: readonly Result[]): Tally {
  const images = files.flatMap(({ checks }) => checks.map(({ image }) => image.text));
  const unknown = files
    .flatMap(({ keyless }) => keyless)
    .map(({ image }) => ({ ...unknownImage, field: { path: "", currentValue: image } }));
  return checkTally(images, [...told, ...unknown]);
}

const unknownImage = { severity: "warning", message: "", tags: { class: "unknown" } } as const;

function inputsOf(read: readonly ReadResult[]): readonly string[] {
  return read.flatMap(({ kind, file: { place } }) => (kind === "other" ? [] : [place]));
}

/** Makes what tells whether a part of a file changes. */
function editFinder(changes: readonly FileChange[]): IsEdited {
  const starts = new Map(
    changes.map(({ place, edits }) => [
      place,
      edits.map(({ start }) => start).toSorted((one, other) => one - other),
    ]),
  );
  return (place, range) => {
    const all = starts.get(place) ?? [];
    return (all[lastUpTo(all, range.end)] ?? -1) >= range.start;
  };
}

/** A use as it stood in the file, where nothing is written. */
function asRead({ original, ...use }: ImageUse): ImageUse {
  return original === undefined ? use : { ...use, text: original };
}

/** A run over files gets its configuration from the command line alone. */
const nothing: ManifestStream = { kind: "stream", yaml: scan(""), items: [] };

async function requireFit(config: Config, { lock, prune }: FilesOptions): Promise<void> {
  if (config.credentials.includes("package")) {
    throw new FunctionConfigError(
      "`credentials: [package]` is for lists and streams, which hold the whole package: for files log in, as with `docker login`",
    );
  }
  if (prune !== true) return;
  const { requirePrunable } = await import("../lock/prune.ts");
  requirePrunable(config, lock?.update !== false);
}

function failedPlan(results: readonly Result[], { mode }: Config): FilesPlan {
  return {
    results,
    ok: false,
    mode,
    counts: { files: 0, others: 0, templates: 0, images: 0 },
    changes: [],
    locks: [],
    drafts: [],
    inputs: [],
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
    inputs: inputsOf(read),
    counts: countsOf(read, files),
    explanations: files.flatMap(({ explanations }) => explanations),
  };
}

/** The kustomizations are read first, since they say which images of other files count. */
function* kustomizationsAmong(files: readonly FoundFile[]): Generator<KustomizationFile> {
  for (const file of files) {
    const read = file.form === "kustomization" ? readText(file) : undefined;
    if (read !== undefined) yield { ...read, place: file.place };
  }
}

/** What can't be read is told when its images are looked for. */
function readText({ path, place }: FoundFile): ReadText | undefined {
  try {
    return { path, text: readFile(place).bytes.toString("utf8") };
  } catch (error) {
    if (fileFault(error) === undefined) throw error;
    return undefined;
  }
}

function countsOf(read: readonly ReadResult[], files: readonly PlannedFile[]): FileCounts {
  const count = (kind: ReadResult["kind"]): number => read.filter((each) => each.kind === kind).length;
  return {
    files: count("input"),
    others: count("other"),
    templates: count("template"),
    images: files.reduce((sum, { images }) => sum + images, 0),
  };
}
