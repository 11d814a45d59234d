/** Comparing digests that are written down with what registries say now. */
import type { Config } from "../config/config.ts";
import type { Resolution } from "../image/lookup.ts";
import { naming } from "../image/naming.ts";
import type { Result } from "../krm/result.ts";
import { RegistryError } from "../registry/errors.ts";
import type { Resolver } from "../registry/resolve/resolver.ts";
import { hasTrait, type RegistryErrorCode } from "../registry/transport/error-code.ts";
import { quote } from "../text/quote.ts";
import { type FindingClass, type FindingConfig, severityOf } from "./finding.ts";
import type { Subject } from "./subject.ts";
import { unreachableResults } from "./unreachable.ts";

/** What of the configuration a comparison goes by. */
export type CompareConfig = FindingConfig & Pick<Config, "requirePlatforms">;

/** A subject, and what registries say of it; undefined is what was not looked up. */
interface Comparison {
  readonly subject: Subject;
  /** What the tag means now. */
  readonly now: Resolution | undefined;
  /** Whether the repository still has the digest. */
  readonly held: Resolution | undefined;
  /** What the tag means for all platforms, where one is wanted: an index, written by hand, is right for each. */
  readonly whole: Resolution | undefined;
}

/** Asks what tags mean now, then whether digests that they don't mean any more are still there. */
export async function compareWithRegistries(
  subjects: readonly Subject[],
  config: CompareConfig,
  resolver: Resolver,
): Promise<readonly Result[]> {
  const compared = await Promise.all(subjects.map((subject) => compare(subject, config, resolver)));
  const doubtful = compared.filter((comparison) => meaning(comparison) !== comparison.subject.digest);
  return [
    ...doubtful.flatMap((comparison) => finding(comparison, config)),
    ...unreachableResults(doubtful.flatMap(failureOf), config.check.unreachable),
  ];
}

async function compare(
  subject: Subject,
  { check, requirePlatforms }: CompareConfig,
  resolver: Resolver,
): Promise<Comparison> {
  const { lookup, image, digest } = subject;
  const isTagWanted = check.drift !== "off" || requirePlatforms.length > 0 || asksForReach(check);
  const now = lookup !== undefined && isTagWanted ? await resolver.resolve(lookup) : undefined;
  const first: Comparison = { subject, now, held: undefined, whole: undefined };
  const means = meaning(first);
  if (means === digest || (now?.kind === "failed" && !isAbsent(now))) return first;
  const isHeldWanted = check.gone !== "off" || (lookup === undefined && asksForReach(check));
  const isWholeWanted = means !== undefined && lookup?.platform !== undefined;
  const [held, whole] = await Promise.all([
    isHeldWanted ? resolver.resolve({ kind: "held", image, digest }) : undefined,
    isWholeWanted
      ? resolver.resolve({ kind: "digest", image: lookup.image, platform: undefined, requirePlatforms: [] })
      : undefined,
  ]);
  return { subject, now, held, whole };
}

/** Whoever wants to know of registries that can't be asked alone wants them to be asked. */
function asksForReach({ gone, unreachable }: Config["check"]): boolean {
  return gone === "off" && unreachable !== "off";
}

function finding({ subject, now, held, whole }: Comparison, config: CompareConfig): readonly Result[] {
  const { image, digest } = subject;
  const tell = (kind: FindingClass, message: string, proposedValue?: string): readonly Result[] => {
    const severity = severityOf(kind, image, config);
    const proposed = proposedValue === undefined ? {} : { proposedValue };
    return severity === "off"
      ? []
      : [
          subject.report({
            severity,
            message: naming(image.text, message),
            ...proposed,
            tags: { class: kind },
          }),
        ];
  };
  if (whole?.kind === "resolved" && whole.digest === digest) return [];
  if (now?.kind === "failed" && lacksPlatform(now)) return tell("platform", now.error.message);
  const means = now?.kind === "resolved" ? now.digest : undefined;
  const proposal = means && subject.propose(means);
  if (held?.kind === "held" && !held.held) {
    const instead = means === undefined ? "" : `; the tag now means ${means}`;
    return tell("gone", `${goneMessage}${instead}`, proposal);
  }
  const tag = quote(subject.lookup?.image.text ?? image.text);
  if (means !== undefined)
    return tell("drift", `${tag}: the tag now means ${means}, not ${digest}`, proposal);
  if (!isAbsent(now)) return [];
  const isHeld = held?.kind === "held" ? ", but still has the digest" : "";
  return tell("drift", `${tag}: the registry no longer has this tag${isHeld}`);
}

const goneMessage =
  "the registry no longer has this digest in this repository, or shows it to others only: a node that does not have the image yet can't pull it";

/** What the tag means now, where the registry told. */
function meaning({ now }: Comparison) {
  return now?.kind === "resolved" ? now.digest : undefined;
}

/** True where the registry says that it has no such tag. */
function isAbsent(resolution: Resolution | undefined): boolean {
  const code = codeOf(resolution);
  return code !== undefined && hasTrait(code, "absent");
}

function lacksPlatform(resolution: Resolution | undefined): boolean {
  return codeOf(resolution) === "platform";
}

function codeOf(resolution: Resolution | undefined): RegistryErrorCode | undefined {
  if (resolution?.kind !== "failed") return undefined;
  const { error } = resolution;
  return error instanceof RegistryError ? error.code : undefined;
}

/** Why a subject could not be compared. */
function failureOf({
  subject,
  now,
  held,
}: Comparison): readonly { readonly subject: Subject; readonly error: Error }[] {
  const isTold = isAbsent(now) || lacksPlatform(now);
  if (now?.kind === "failed" && !isTold) return [{ subject, error: now.error }];
  return held?.kind === "failed" ? [{ subject, error: held.error }] : [];
}
