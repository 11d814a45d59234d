/**
 * The function: finds every image in a ResourceList or in a stream of manifests, asks the registries which digest each
 * tag means now, and writes the digests into the references. Nothing else of the text changes by a byte.
 */

import type { Input } from "./krm/input.ts";
import { InputError } from "./krm/input-error.ts";
import { resourceListEdits } from "./krm/resource-list-edit.ts";
import { bySeverity, isError, type Result } from "./krm/result.ts";
import type { LockedImage } from "./lock/format/locked-image.ts";
import type { ImageUse } from "./report/image-use.ts";
import type { Tally } from "./report/tally.ts";
import type { Versions } from "./report/versions.ts";
import { type Decided, decide } from "./run/decide.ts";
import { checkArguments, type OptionType, runOptionTypes } from "./run/option-check.ts";
import { readVersions } from "./run/read-versions.ts";
import type { RunOptions } from "./run/run-options.ts";
import { useOf } from "./run/settle-images.ts";
import { openRun, type Run, type RunFaults, readRun } from "./run/start-run.ts";
import { editedParts, OverlapError } from "./yaml/text-edit.ts";

/** What to pin with. */
export interface PinOptions extends RunOptions {
  /** Whether this runs in a container, which may have no network: asked where a registry can't be reached. */
  readonly isContained?: () => boolean;
  /** Whether the versions of images that moved are wanted, which are asked for. */
  readonly wantsVersions?: boolean;
}

const pinOptionTypes: Readonly<Record<keyof PinOptions, OptionType>> = {
  ...runOptionTypes,
  isContained: "function",
  wantsVersions: "boolean",
};

/** What came of pinning. */
export interface PinResult {
  /** What came in, pinned or unchanged, with the results in it if it is a ResourceList; empty for a stream that failed. */
  readonly text: string;
  /** The same in parts, for those who write it somewhere: as a whole it is in memory once more. */
  readonly parts: readonly string[];
  /** What a person is to be told, errors first. */
  readonly results: readonly Result[];
  /** False where there is an error: then nothing is pinned, and a program must exit with 1. */
  readonly ok: boolean;
  /** How many fields were changed. */
  readonly changes: number;
  /** What became of the images of a check or of an update, each counted once. */
  readonly tally?: Tally;
  /** What the images that moved say of themselves, where that is wanted. */
  readonly versions?: Versions;
  /** What came in: a stream has no place for results, so they must be told otherwise. */
  readonly input: "ResourceList" | "stream";
  /** The fields that hold images, with what goes out. */
  readonly images: readonly ImageUse[];
  /** The entries of the locks that counted, whether anything used them or not. */
  readonly locked: readonly LockedImage[];
  /** The platform that the digests written are for; absent for all. */
  readonly platform?: string;
  /** The new text of the lock's file, where there is something to write. */
  readonly lock?: string;
  /** New files beside that of the lock, by their names, to be written before it. */
  readonly besideLock?: ReadonlyMap<string, string>;
  /**
   * Makes the same changes to another text of the lock's file, which somebody may have written meanwhile. Undefined where
   * that contradicts this result, which then must be made anew. Absent where there is nothing to write.
   */
  readonly updateLock?: (text: string) => Promise<string | undefined>;
}

/**
 * Pins the images of a ResourceList or of a stream of manifests: all of them, or none where one can't be.
 *
 * @throws {InputError} for a text that is neither.
 * @throws {FunctionConfigError} where there are two configurations, one that is no YAML, or one that forbids a flag.
 * @throws {LockFileError} where the text of the lock's file is no lock.
 * @throws {TypeError} for an option that is not known or of another type.
 */
export async function pinDigests(text: string, options: PinOptions = {}): Promise<PinResult> {
  checkArguments(text, options, pinOptionTypes);
  const read = await readRun(text, options);
  if (read.kind === "faults") return unpinned(read);
  const { plan, close } = openRun(read, options);
  try {
    const run = await plan();
    if (run.kind === "faults") return unpinned(run);
    const decided = await decide(
      run,
      () => run.input.kind === "ResourceList" || options.isContained?.() === true,
    );
    const versions = await readVersions(decided.results, run.resolver, options.wantsVersions);
    return await pruned(run, answer(run.input, decided, { run, versions }));
  } finally {
    await close();
  }
}

/** What goes out where nothing may be done: a list as it came, with the errors in it; of a stream nothing. */
function unpinned({ input, results }: RunFaults): PinResult {
  return answer(input, { outcomes: [], edits: [], results, lock: undefined }, {});
}

function answer(
  input: Input,
  { outcomes, edits, results: told, lock, tally }: Decided,
  { run, versions }: { readonly run?: Run; readonly versions?: Versions | undefined },
): PinResult {
  const results = bySeverity(told);
  const ok = !results.some(isError);
  const changes = edits.length === 0 ? 0 : outcomes.filter(({ kind }) => kind === "changed").length;
  const parts = partsOf(input, { edits, results, ok });
  const platform = run?.config.platform?.name;
  let text: string | undefined;
  return {
    get text() {
      text ??= parts.join("");
      return text;
    },
    parts,
    results,
    ok,
    changes,
    input: input.kind,
    // Few ask for them.
    get images() {
      return outcomes.map((outcome) => useOf(outcome, edits.length > 0));
    },
    get locked() {
      return run === undefined ? [] : lockedOf(run);
    },
    ...(platform !== undefined && { platform }),
    ...(tally !== undefined && { tally }),
    ...(versions !== undefined && { versions }),
    ...(lock !== undefined && ok && { lock: lock.text, updateLock: lock.update, besideLock: lock.beside }),
  };
}

/** The same without the entries that are dropped from the locks in the list. */
async function pruned({ pruning, input, dropped }: Run, result: PinResult): Promise<PinResult> {
  if (pruning === undefined || !result.ok) return result;
  const text = await pruning.prunedList(result.text, input, dropped);
  return { ...result, text, parts: [text] };
}

/** What the locks have that the run leaves in them. */
function lockedOf({ locks, dropped }: Run): readonly LockedImage[] {
  return locks.all.flatMap((lock) => {
    const gone = new Set<LockedImage>(dropped.get(lock));
    return lock.entries.filter((entry) => !gone.has(entry));
  });
}

function partsOf(
  input: Input,
  { edits, results, ok }: Pick<Decided, "edits" | "results"> & { readonly ok: boolean },
): readonly string[] {
  const { source: text } = input.yaml;
  try {
    if (input.kind === "stream") return ok ? editedParts(text, edits) : [];
    return editedParts(text, [...edits, ...resourceListEdits(input, results)]);
  } catch (error) {
    if (!(error instanceof OverlapError)) throw error;
    throw new InputError(error.message, { cause: error });
  }
}
