/** Registries that could not be asked, each told once however many images it has. */

import type { Config } from "../config/config.ts";
import type { Result } from "../krm/result.ts";
import { listedUpTo } from "../lock/results.ts";
import { RegistryError } from "../registry/errors.ts";
import { hasTrait } from "../registry/transport/error-code.ts";
import type { Subject } from "./subject.ts";

/** An image that could not be compared with its registry. */
export interface Unreached {
  readonly subject: Subject;
  readonly error: Error;
}

/** What is told of them: a host's failure once, an image's own for that image. */
export function unreachableResults(
  failures: readonly Unreached[],
  severity: Config["check"]["unreachable"],
): readonly Result[] {
  if (severity === "off") return [];
  const tags = { class: "unreachable" };
  return groupsOf(failures).map(([first, ...others]) => {
    const { subject, error } = first;
    if (!isOfHost(error)) return subject.report({ severity, message: error.message, tags });
    const images = [...new Set([first, ...others].map(({ subject: { image } }) => image.text))];
    const names = listedUpTo(images, 10);
    const [count, verb] = images.length === 1 ? ["1 image", "was"] : [`${images.length} images`, "were"];
    const message = `${error.registry} could not be asked, so ${count} ${verb} not checked (${names}): ${error.reason}`;
    return { message, severity, tags };
  });
}

function isOfHost(error: Error): error is RegistryError {
  return error instanceof RegistryError && hasTrait(error.code, "hostWide");
}

function groupsOf(failures: readonly Unreached[]): readonly (readonly [Unreached, ...Unreached[]])[] {
  const groups = new Map<string, [Unreached, ...Unreached[]]>();
  for (const failure of failures) {
    const { error, subject } = failure;
    const key = isOfHost(error) ? error.registry : subject.image.text;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [failure]);
    else group.push(failure);
  }
  return [...groups.values()];
}
