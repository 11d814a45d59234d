/** What a person is told of what became of each image and object. */

import type { Config } from "../config/config.ts";
import type { ResourceImages } from "../fields/find-images.ts";
import type { FlawKind } from "../fields/flaw.ts";
import { naming } from "../image/naming.ts";
import { resultAt } from "../krm/field-result.ts";
import { type Resource, resourceRef } from "../krm/resource.ts";
import type { Result } from "../krm/result.ts";
import type { Outcome } from "./outcome.ts";

/** What a person is told of an outcome; undefined where `report` leaves it out. `messages` are those of the same run. */
export function resultOf(
  outcome: Outcome,
  report: Config["report"],
  messages: ChangeMessages = new Map(),
): Result | undefined {
  const { field } = outcome;
  switch (outcome.kind) {
    case "failed": {
      const { registryFailure } = outcome;
      const result = resultAt(field, {
        severity: outcome.onError === "warn" ? "warning" : "error",
        message: naming(field.value, outcome.reason),
        tags: outcome.class && { class: outcome.class },
      });
      return registryFailure === undefined ? result : { ...result, registryFailure };
    }
    case "changed": {
      if (report === "problems") return undefined;
      const { from: currentValue, to: proposedValue, note } = outcome;
      const message = messageOf(outcome, messages);
      return resultAt(field, {
        severity: "info",
        message: note === undefined ? message : `${message}: ${note}`,
        currentValue,
        proposedValue,
      });
    }
    case "kept": {
      const severity = outcome.severity ?? "info";
      const wanted = severity === "info" ? (outcome.severity === undefined ? "all" : "changes") : "problems";
      return rank[report] >= rank[wanted]
        ? resultAt(field, {
            severity,
            message: severity === "info" ? outcome.reason : naming(field.value, outcome.reason),
          })
        : undefined;
    }
  }
}

/** The messages about changes that were told, by the new reference: a package names the same images again and again. */
export type ChangeMessages = Map<string, Change & { readonly message: string }>;

type Change = Pick<Extract<Outcome, { readonly kind: "changed" }>, "from" | "to" | "lock">;

function messageOf({ from, to, lock }: Change, known: ChangeMessages): string {
  const told = known.get(to);
  if (told?.from === from && told.lock === lock) return told.message;
  const change = changeMessage(from, to);
  const message = lock === undefined ? change : `${change}, as ${lock} has it`;
  known.set(to, { from, to, lock, message });
  return message;
}

function changeMessage(from: string, to: string): string {
  const [name = "", digest] = from.split("@");
  const [unpinned, written] = to.split("@");
  if (digest === undefined) return `pinned ${JSON.stringify(name)} to ${written}`;
  if (written === undefined) return `removed the digest of ${JSON.stringify(unpinned)}`;
  if (written === digest) return `dropped the tag of ${JSON.stringify(from)}`;
  return `moved ${JSON.stringify(name)} from ${digest} to ${written}`;
}

const rank = { problems: 0, changes: 1, all: 2 } as const satisfies Record<Config["report"], number>;

/** What is told of an object that was not looked into. */
export function skipResult(resource: Resource, reason: string): Result {
  const ref = resourceRef(resource);
  const file = resource.file === undefined ? {} : { file: resource.file };
  const name = ref === undefined ? `${resource.kind || "object"} without a name: ` : "";
  return {
    message: `${name}left alone: ${reason}`,
    severity: "info",
    ...(ref !== undefined && { resourceRef: ref }),
    ...file,
    ...(resource.positionOf !== undefined && { position: resource.positionOf({ resource }) }),
  };
}

/** What is told of the flaws of objects: a check is to find them. */
export function flawResults(
  resources: readonly ResourceImages[],
  { mode, check }: Pick<Config, "mode" | "check">,
): readonly Result[] {
  return resources.flatMap(({ resource, flaws }) =>
    flaws.flatMap(({ kind, path, message, at }) => {
      const isUnknown = kind === "encoded";
      const found = isUnknown ? check.unknown : failsCheck[kind] ? "error" : "warning";
      const severity = mode === "check" ? found : "warning";
      if (severity === "off" || (isUnknown && mode === "unpin")) return [];
      const tags = mode === "check" ? { tags: { class: isUnknown ? "unknown" : kind } } : {};
      return resultAt({ resource, path, at }, { severity, message, ...tags });
    }),
  );
}

const failsCheck: Readonly<Record<Exclude<FlawKind, "encoded">, boolean>> = {
  "duplicate-key": true,
  // Both images count.
  "contested-key": false,
  unreadable: true,
  // What it is to become, nobody knows here.
  template: false,
};
