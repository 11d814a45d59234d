/** `mode: check`: compares what is written with the locks and with the registries, and changes nothing. */

import type { Config } from "../config/config.ts";
import { naming } from "../image/naming.ts";
import { resultAt } from "../krm/field-result.ts";
import type { Result } from "../krm/result.ts";
import { copiedDigest, lackOf, missingInLock, otherThanLocked } from "../lock/comparison.ts";
import type { LockedImage } from "../lock/format/locked-image.ts";
import type { Locks } from "../lock/locks.ts";
import type { Resolver } from "../registry/resolve/resolver.ts";
import { compareWithRegistries } from "./compare.ts";
import { type FindingClass, type FindingConfig, severityOf } from "./finding.ts";
import { type CheckedImage, fieldSubject, lockSubjects, type SubjectConfig, subjectKey } from "./subject.ts";

/** What of the configuration a check goes by. */
export type CheckConfig = SubjectConfig & FindingConfig & Pick<Config, "lock">;

/** What there is to look at. */
export interface Checked {
  readonly steps: readonly CheckedImage[];
  readonly locks: Locks;
}

/** What a check finds. With `lock: frozen` it asks nobody, and knows the locks alone. */
export async function checkImages(
  { steps, locks }: Checked,
  config: CheckConfig,
  resolver: Resolver,
): Promise<readonly Result[]> {
  const offline = steps.flatMap((step) => readFindings(step, config));
  if (config.lock === "frozen") return offline;
  const written = steps.flatMap((step) => fieldSubject(step, config));
  const told = new Set(written.map(subjectKey));
  // What is true of the digest in a field is not said again of the entry that it came from.
  const locked = lockSubjects(locks, config).filter((subject) => !told.has(subjectKey(subject)));
  return [...offline, ...(await compareWithRegistries([...written, ...locked], config, resolver))];
}

/** What a look at the text and at the lock tells. */
function readFindings({ field, image, lock }: CheckedImage, config: CheckConfig): readonly Result[] {
  const tell = (kind: FindingClass, message: string): readonly Result[] => {
    const severity = severityOf(kind, image, config);
    if (severity === "off") return [];
    return [resultAt(field, { severity, message: naming(image.text, message), tags: { class: kind } })];
  };
  if (field.floats !== undefined) return tell("unpinned", `runs without a digest: ${field.floats}`);
  const entry = lock?.images.find(image, config.platform?.name);
  if (image.digest !== undefined) {
    const copied = lock && copiedDigest(image, lock);
    if (copied !== undefined) return tell("wrong-tag", copied);
    if (config.lock !== "frozen" || image.tag === undefined) return [];
    const differs = otherThanLocked(image, { entry, lock }, config);
    return differs === undefined ? tellPlatforms(entry) : tell("drift", differs);
  }
  const lack =
    lock === undefined && config.lock !== "frozen" ? undefined : lackOf(image, { entry, lock }, config);
  return [
    ...tell("unpinned", "has no digest: what it runs may change from one day to the next"),
    ...(lack === undefined ? [] : tell("unlocked", lack)),
    ...tellPlatforms(entry),
  ];

  /** What the lock has recorded counts where the registry is not asked. */
  function tellPlatforms(known: LockedImage | undefined): readonly Result[] {
    if (lock === undefined || known === undefined || config.lock !== "frozen") return [];
    const missing = missingInLock(known, lock, config);
    return missing === undefined || missing === "unknown" ? [] : tell("platform", missing);
  }
}
