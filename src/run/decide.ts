/** What a run over one text changes and says, when all that it asks is answered. */
import type { ImageField } from "../fields/image-field.ts";
import { fieldSpecSlips } from "../find/field-spec-slips.ts";
import type { Input } from "../krm/input.ts";
import { isError, type Result } from "../krm/result.ts";
import { entryLookups, entryRecords, recordsOf } from "../lock/record.ts";
import { unlockedResults, unusedResults } from "../lock/results.ts";
import { type ChangedLockFile, lockChanges } from "../lock/write.ts";
import type { Outcome } from "../outcome/outcome.ts";
import { withAdvice } from "../outcome/registry-failures.ts";
import { setterResults } from "../outcome/setters.ts";
import { checkTally, type Tally, updateTally } from "../report/tally.ts";
import { quote } from "../text/quote.ts";
import { kindOf, scalarText } from "../yaml/node.ts";
import type { TextEdit } from "../yaml/text-edit.ts";
import { asideResults } from "./aside-results.ts";
import { lookOver, settleEntries, settleImages } from "./settle-images.ts";
import { isWritten, type Run } from "./start-run.ts";

/** What a run changes and says. */
export interface Decided {
  readonly outcomes: readonly Outcome[];
  readonly edits: readonly TextEdit[];
  readonly results: readonly Result[];
  readonly lock: ChangedLockFile | undefined;
  readonly tally?: Tally | undefined;
}

/** Settles every image of a run and every entry of its locks, and says what is to be told of them and of the text. */
export async function decide(run: Run, mayLackNetwork: () => boolean): Promise<Decided> {
  const { config, resolver, pruning, dropped, option } = run;
  const decided = await (config.mode === "check" ? check(run) : write(run));
  const warnings: readonly Result[] = resolver
    .warnings()
    .map((message) => ({ message, severity: "warning" }));
  const told = [...decided.results, ...(await asides(run)), ...warnings];
  const results = withAdvice(told, { mayLackNetwork });
  if (pruning === undefined || results.some(isError)) return { ...decided, results };
  return {
    ...decided,
    lock: await pruning.prunedFile(decided.lock, dropped, option),
    results: [...results, ...pruning.droppedResults(dropped, config)],
  };
}

async function check(run: Run): Promise<Decided> {
  const { config, locks, plan, resolver } = run;
  const steps = plan.steps.filter((step) => step.kind === "check");
  // Other modes do without.
  const { checkImages } = await import("../check/check.ts");
  const findings = await checkImages({ steps, locks }, config, resolver);
  const { outcomes, results, unknown } = await lookOver(run, resolver);
  const told = [...results, ...findings, ...unknown];
  const tally = checkTally(
    steps.map(({ image }) => image.text),
    told,
  );
  return { outcomes, edits: [], results: told, lock: undefined, tally };
}

async function write(run: Run): Promise<Decided> {
  const { input, config, locks, plan, resolver } = run;
  const questions = [...plan.steps, ...plan.likely].filter((step) => step.kind === "resolve");
  const [images, entries] = await Promise.all([
    settleImages(run, resolver),
    settleEntries(entryLookups(locks, questions, run.dropped, config), resolver, run.coolDown),
  ]);
  const unlocked = unlockedResults(images.unlocked, { input, config, locks });
  const { outcomes, edits, resolved } = images;
  const tally = config.mode === "update" ? tallyOf(outcomes, questions) : undefined;
  if (images.fails)
    return { outcomes, edits, results: [...unlocked, ...images.results], lock: undefined, tally };
  const unused = entryRecords(entries);
  const used = images.used.filter(({ lock }) => lock.source === "file").map(({ entry }) => entry);
  const records = [...recordsOf(resolved), ...unused.records];
  const vouched =
    run.judge?.records(records, {
      written: locks.all.filter((lock) => isWritten(lock, run)),
      // A function that is sent a list has no files: a lock among its items has all of it.
      isFile: (lock) => lock?.source === "file",
    }) ?? records;
  const written = lockChanges(vouched, used, run);
  const setters = config.report === "problems" ? [] : setterResults(input.yaml, outcomes);
  return {
    outcomes,
    edits: [...edits, ...written.edits],
    results: [...unlocked, ...images.results, ...setters, ...unused.warnings, ...written.results],
    lock: written.file,
    tally,
  };
}

/** Counts the images that were asked for. */
function tallyOf(outcomes: readonly Outcome[], questions: readonly { readonly field: ImageField }[]): Tally {
  const asked = new Set(questions.map(({ field }) => field));
  const lookedUp = outcomes.filter(({ field }) => asked.has(field));
  return updateTally(
    lookedUp.map((outcome) => {
      const { value: before = "" } = outcome.field;
      if (outcome.kind === "failed") return { before, after: undefined };
      return { before, after: outcome.kind === "changed" ? outcome.to : before };
    }),
  );
}

/** What is told apart from the images that were planned. */
async function asides({
  input,
  config,
  locks,
  plan: { resources, fields },
}: Run): Promise<readonly Result[]> {
  return [
    ...locks.warnings,
    ...emptyWarning(input),
    ...nonObjectResults(input),
    ...(await asideResults({ input, config, resources })),
    ...fieldSpecSlips(resources, config),
    ...unusedResults(fields, locks, config),
  ];
}

/** A chart that renders nothing is fine; a pipe that lost its objects is not, and both look alike. */
function emptyWarning({ kind, items }: Input): readonly Result[] {
  if (kind !== "stream" || items.length > 0) return [];
  return [{ message: "the input holds no object, so nothing was pinned", severity: "warning" }];
}

function nonObjectResults({ yaml, items }: Input): readonly Result[] {
  return items.flatMap((item, index) => {
    const kind = kindOf(yaml, item);
    if (kind === "mapping") return [];
    const what = kind === "sequence" ? "a list" : quote(scalarText(yaml, item) || "null");
    const message = `\`items[${index}]\` must be a Kubernetes object, but is ${what}; left alone`;
    return [{ message, severity: "warning" as const }];
  });
}
