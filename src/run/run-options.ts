import type { ConfigSources } from "../config/config-sources.ts";
import type { ReadOptions } from "../krm/read-options.ts";
import type { LockFileOption } from "../lock/lock-file-option.ts";
import type { WatchLookups } from "../registry/resolve/resolver.ts";
import type { ResolverOptions } from "./connect/resolver-options.ts";

/** What a run goes by. */
export interface RunOptions extends ConfigSources, ResolverOptions, ReadOptions {
  /** A lock outside the input. */
  readonly lock?: LockFileOption | undefined;
  /** Whether `mode: update` drops what nothing uses from the locks that it writes. */
  readonly prune?: boolean;
  /** Learns of each image that is asked for. */
  readonly watch?: WatchLookups | undefined;
}
