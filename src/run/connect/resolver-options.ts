import type { Registry, ResolveDigest } from "../../registry/resolve/registry-session.ts";

/** Who answers. */
export interface ResolverOptions {
  /** Says what the tag of an image means now. Left out: the registries are asked, as the configuration says. */
  readonly resolveDigest?: ResolveDigest;
  /** Answers all that may be asked, platforms too; wins over `resolveDigest`. */
  readonly registry?: Registry;
  /** Where logins, proxies and certificates are found: mostly `process.env`. Left out: there are none. */
  readonly environment?: Environment;
  /** For a process that ends next, and closes its sockets by that. Left out: all are closed when the images are pinned. */
  readonly leaveSockets?: boolean;
  /** For a process whose end waits for its threads: none of them is given what may hang. */
  readonly sparesThreads?: boolean;
  /** When the run takes place, in milliseconds since 1970: `minAge` counts by it, and nothing else does. */
  readonly now?: number;
  /** When the time for the whole run began, by performance.now(). Left out: when the first image is asked for. */
  readonly since?: number | undefined;
}

/** Environment variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;
