/** The way to the registries, which is loaded and opened only where there is something to ask. */
import type { Config } from "../config/config.ts";
import type { Environment, RegistrySession } from "../connect/connect.ts";
import type { Package } from "../connect/pull-secrets.ts";
import { parseDigest } from "../image/digest.ts";
import type { Result } from "../krm/result.ts";
import {
  type Ask,
  createLookupQueue,
  type Lookup,
  type Registry,
  type Resolutions,
  type ResolveDigest,
  resolve,
} from "./lookup-queue.ts";

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
}

/** Answers questions until it is closed. */
export interface Resolver {
  /** Asks a question, unless it was asked before in this run. */
  begin(question: Lookup): void;
  /** Asks further questions, and says what all came to that were asked so far. */
  ask(questions: readonly Lookup[]): Promise<Resolutions>;
  /** What went well but should be known. */
  warnings(): readonly Result[];
  close(): Promise<void>;
}

/**
 * What to ask with for the images of a package. It may still be read then; where `credentials` say that logins are in it, it
 * must be read before the first question.
 */
export function createResolver(found: Package, config: Config, sources: ResolverOptions): Resolver {
  let registries: RegistrySession | undefined;

  async function open(): Promise<Registry> {
    if (sources.registry !== undefined) return sources.registry;
    if (sources.resolveDigest !== undefined) return registryOf(sources.resolveDigest);
    const { connect } = await import("../connect/connect.ts");
    registries ??= connect(config, { environment: sources.environment ?? {}, package: found });
    return registries;
  }

  const ask: Ask = async (question) => resolve(question, await open());
  const inquiry = createLookupQueue(ask, config.network.concurrency);

  return {
    begin: inquiry.add,
    ask(questions) {
      questions.forEach(inquiry.add);
      return inquiry.answers();
    },
    warnings: () => (registries?.warnings() ?? []).map((message) => ({ message, severity: "warning" })),
    close: async () => registries?.close({ leaveSockets: sources.leaveSockets ?? false }),
  };
}

/** A resolver as a registry, which knows no more than what tags mean. */
function registryOf(resolveDigest: ResolveDigest): Registry {
  return {
    async inspect(image, { platform, requirePlatforms = [] }) {
      if (platform === undefined && requirePlatforms.length === 0) {
        return { digest: parseDigest(await resolveDigest(image)) };
      }
      throw new Error("platforms can't be asked for with `resolveDigest` alone: give a `registry`");
    },
    async hasDigest() {
      throw new Error("a digest can't be looked for with `resolveDigest` alone: give a `registry`");
    },
  };
}
