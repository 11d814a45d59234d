/** The classes of what a check finds, and how much each matters. */
import type { CheckClass, Config } from "../config/config.ts";
import { onErrorOf } from "../config/on-error.ts";
import type { ImageReference } from "../image/reference.ts";

/** A class of findings; the last two have no switch of their own. */
export type FindingClass = CheckClass | "wrong-tag" | "platform";

/** What of the configuration says how much findings matter. */
export type FindingConfig = Pick<Config, "check" | "onError" | "registries">;

/** How much a finding about an image matters. */
export function severityOf(
  kind: FindingClass,
  image: ImageReference,
  config: FindingConfig,
): "error" | "warning" | "off" {
  if (kind === "wrong-tag") return "error";
  if (kind === "platform") return onErrorOf(image, config) === "warn" ? "warning" : "error";
  return config.check[kind];
}
