/** Registries that could not be asked. */

import type { Config } from "../config/config.ts";
import type { Result } from "../krm/result.ts";
import { RegistryError } from "../registry/errors.ts";
import { hasTrait } from "../registry/transport/error-code.ts";
import type { Subject } from "./subject.ts";

/** An image that could not be compared with its registry. */
export interface Unreached {
  readonly subject: Subject;
  readonly error: Error;
}

/** What is told of them: an image's own failure once, a host's for each image, of which whoever tells it makes one. */
export function unreachableResults(
  failures: readonly Unreached[],
  severity: Config["check"]["unreachable"],
): readonly Result[] {
  if (severity === "off") return [];
  const told = new Set<string>();
  return failures.flatMap(({ subject, error }) => {
    const { text: image } = subject.image;
    if (told.has(image)) return [];
    told.add(image);
    const result = subject.report({ severity, message: error.message, tags: { class: "unreachable" } });
    if (!(error instanceof RegistryError) || !hasTrait(error.code, "hostWide")) return [result];
    const { registry, reason, code } = error;
    const hasNoNetwork = hasTrait(code, "noNetwork");
    return [{ ...result, registryFailure: { kind: "check", registry, reason, image, hasNoNetwork } }];
  });
}
