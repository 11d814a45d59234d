/** What an image that can't be pinned does to the run: the most specific that speaks counts. */
import type { ImageReference } from "../image/reference.ts";
import { matchRegistry } from "../image/registry-config.ts";
import type { Config, OnError } from "./config.ts";

/** What the registry's entry says, and else the configuration. */
export function onErrorOf(image: ImageReference, config: Pick<Config, "onError" | "registries">): OnError {
  return matchRegistry(image, config.registries)?.onError ?? config.onError;
}
