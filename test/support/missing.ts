import { existsSync } from "node:fs";

/** True, with a line that says so, where what a test needs is not there and it is to be skipped. */
export function isMissing(what: string, present: boolean | URL | string): boolean {
  const there = typeof present === "boolean" ? present : existsSync(present);
  if (!there) console.warn(`skipped: there is no ${what}`);
  return !there;
}
