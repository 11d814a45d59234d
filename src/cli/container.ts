/** Whether this process runs in a container. */
import { existsSync } from "node:fs";

/** True where docker or podman, or an orchestrator through them, has started this. */
export function isContained(): boolean {
  // https://github.com/moby/moby/issues/18355, and podman-run(1)
  return existsSync("/.dockerenv") || existsSync("/run/.containerenv");
}
