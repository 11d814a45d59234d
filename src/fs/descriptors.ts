import { readdirSync, readFileSync } from "node:fs";

/** How many more files and sockets this process may open; undefined where the system does not say, as only Linux does. */
export function spareDescriptors(): number | undefined {
  try {
    const { soft } = LIMIT.exec(readFileSync("/proc/self/limits", "latin1"))?.groups ?? {};
    return soft === undefined ? undefined : Number(soft) - readdirSync("/proc/self/fd").length;
  } catch {
    // Another system, or none left to look with: the first socket that is refused tells.
    return undefined;
  }
}

const LIMIT = /^Max open files +(?<soft>[0-9]+)/m;
