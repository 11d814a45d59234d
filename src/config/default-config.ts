/** What holds where nothing is said: most runs are configured by nothing else. */
import type { Config } from "./config.ts";

/** All options, but for those that may be absent. The table in options.ts shows them. */
export const defaultConfig: Config = {
  mode: "pin",
  tag: "keep",
  lock: "auto",
  requirePlatforms: [],
  include: [],
  exclude: [],
  skipPrefixes: [],
  allow: [],
  signatures: [],
  minAge: 0,
  urgent: [],
  resources: { include: [], exclude: [] },
  fieldSpecs: [],
  builtIn: true,
  unknownFields: "qualified",
  onError: "fail",
  check: {
    unpinned: "error",
    drift: "warning",
    gone: "error",
    unlocked: "warning",
    unreachable: "warning",
    unknown: "warning",
    unsigned: "error",
  },
  verify: "header",
  credentials: [],
  registries: [],
  // kpt ends a function after five minutes, and says nothing of what it had to say.
  network: { concurrency: "auto", timeout: 20_000, retries: 4, deadline: 240_000 },
  report: "changes",
};
