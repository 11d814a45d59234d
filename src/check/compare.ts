/** Comparing digests that are written down with what registries say now. */

import type { CheckClass, Config } from "../config/config.ts";
import type { ImageReference } from "../image/reference.ts";
import type { Result } from "../krm/result.ts";
import { onErrorOf } from "../outcome/outcome.ts";
import { RegistryError } from "../registry/errors.ts";
import { type Lookup, lookupKey, type Resolutions } from "../resolve/lookup-queue.ts";
import type { Resolver } from "../resolve/resolver.ts";
import type { Subject } from "./subject.ts";
import { unreachableResults } from "./unreachable.ts";

/** A class of findings; the last two have no switch of their own. */
export type FindingClass = CheckClass | "wrong-tag" | "platform";

/** How much a finding about an image matters. */
export function severityOf(
  kind: FindingClass,
  image: ImageReference,
  config: Config,
): "error" | "warning" | "off" {
  if (kind === "wrong-tag") return "error";
  if (kind === "platform") return onErrorOf(image, config) === "warn" ? "warning" : "error";
  return config.check[kind];
}

/** Asks what tags mean now, then whether digests that they don't mean any more are still there. */
export async function compareWithRegistries(
  subjects: readonly Subject[],
  config: Config,
  asking: Resolver,
): Promise<readonly Result[]> {
  const first = await asking.ask(subjects.flatMap((subject) => firstQuestion(subject, config)));
  const doubtful = subjects.filter((subject) => meaning(subject, first) !== subject.digest);
  const second = await asking.ask(doubtful.flatMap((subject) => secondQuestions(subject, first, config)));
  const answers = new Map([...first, ...second]);
  return [
    ...doubtful.flatMap((subject) => finding(subject, answers, config)),
    ...unreachableResults(
      doubtful.flatMap((subject) => failureOf(subject, answers)),
      config,
    ),
  ];
}

function firstQuestion({ question }: Subject, { check, requirePlatforms }: Config): readonly Lookup[] {
  const isWanted = check.drift !== "off" || requirePlatforms.length > 0 || asksForReach(check);
  return question !== undefined && isWanted ? [question] : [];
}

/** Whoever wants to know of registries that can't be asked alone wants them to be asked. */
function asksForReach({ gone, unreachable }: Config["check"]): boolean {
  return gone === "off" && unreachable !== "off";
}

function secondQuestions(subject: Subject, first: Resolutions, { check }: Config): readonly Lookup[] {
  const { question, image, digest } = subject;
  const now = meaning(subject, first);
  const held: Lookup = { kind: "held", image, digest };
  const isGone = failureIs(subject, first, absentCodes);
  if (now === undefined && !isGone && question !== undefined && first.has(lookupKey(question))) return [];
  const isWanted = check.gone !== "off" || (question === undefined && asksForReach(check));
  const questions = isWanted ? [held] : [];
  // The digest of an index, written by hand, is right for every platform.
  const isOfPlatform = now !== undefined && question?.platform !== undefined;
  return isOfPlatform ? [...questions, { kind: "digest", image: question.image }] : questions;
}

function finding(subject: Subject, answers: Resolutions, config: Config): readonly Result[] {
  const { image, digest, question } = subject;
  const tell = (kind: FindingClass, message: string, proposedValue?: string): readonly Result[] => {
    const severity = severityOf(kind, image, config);
    const proposed = proposedValue === undefined ? {} : { proposedValue };
    return severity === "off"
      ? []
      : [subject.report({ severity, message, ...proposed, tags: { class: kind } })];
  };
  const now = meaning(subject, answers);
  const whole = question && answers.get(lookupKey({ kind: "digest", image: question.image }));
  if (whole?.kind === "resolved" && whole.digest === digest) return [];
  if (failureIs(subject, answers, platformCodes)) return tell("platform", messageOf(subject, answers));
  const held = answers.get(lookupKey({ kind: "held", image, digest }));
  const proposal = now && subject.propose(now);
  if (held?.kind === "held" && !held.held) {
    const means = now === undefined ? "" : `; the tag now means ${now}`;
    return tell("gone", `${goneMessage}${means}`, proposal);
  }
  if (now !== undefined) return tell("drift", `the tag now means ${now}, no longer ${digest}`, proposal);
  if (!failureIs(subject, answers, absentCodes)) return [];
  const isHeld = held?.kind === "held" ? ", but still has the digest" : "";
  return tell("drift", `the registry no longer has this tag${isHeld}`);
}

const goneMessage =
  "the registry no longer has this digest in this repository, or shows it to others only: a node that does not have the image yet can't pull it";

const absentCodes: ReadonlySet<string> = new Set(["tag-not-found", "repository-not-found"]);
const platformCodes: ReadonlySet<string> = new Set(["platform"]);

/** What the tag means now, where the registry told. */
function meaning({ question }: Subject, answers: Resolutions) {
  const answer = question && answers.get(lookupKey(question));
  return answer?.kind === "resolved" ? answer.digest : undefined;
}

function errorOf({ question }: Subject, answers: Resolutions): Error | undefined {
  const answer = question && answers.get(lookupKey(question));
  return answer?.kind === "failed" ? answer.error : undefined;
}

function failureIs(subject: Subject, answers: Resolutions, codes: ReadonlySet<string>): boolean {
  const error = errorOf(subject, answers);
  return error instanceof RegistryError && codes.has(error.code);
}

function messageOf(subject: Subject, answers: Resolutions): string {
  return errorOf(subject, answers)?.message ?? "";
}

/** Why a subject could not be compared. */
function failureOf(
  subject: Subject,
  answers: Resolutions,
): readonly { readonly subject: Subject; readonly error: Error }[] {
  const { image, digest } = subject;
  const held = answers.get(lookupKey({ kind: "held", image, digest }));
  const isTold = failureIs(subject, answers, absentCodes) || failureIs(subject, answers, platformCodes);
  const error = isTold ? undefined : errorOf(subject, answers);
  if (error !== undefined) return [{ subject, error }];
  return held?.kind === "failed" ? [{ subject, error: held.error }] : [];
}
