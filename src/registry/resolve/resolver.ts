/** The way to the registries, which is opened only where there is something to ask. */

import type { Lookup, Resolution } from "../../image/lookup.ts";
import type { ImageReference } from "../../image/reference.ts";
import type { Content, ContentRequest } from "../inspection.ts";
import { createLookupQueue, type LookupQueue } from "./lookup-queue.ts";
import { lookUp, type RegistrySession } from "./registry-session.ts";

/** Looks images up until it is closed. */
export interface Resolver {
  /** What a lookup gives; each distinct one is made once in a run. */
  resolve(lookup: Lookup): Promise<Resolution>;
  /** What lies in the repository of an image. */
  read(image: ImageReference, wanted: ContentRequest): Promise<Content | undefined>;
  /** What went well but should be known. */
  warnings(): readonly string[];
  close(options: { readonly leaveSockets: boolean }): Promise<void>;
}

/** Learns of each distinct lookup as it is asked for: the registry that it is for, and what settles with its answer. */
export type WatchLookups = (registry: string, answer: Promise<unknown>) => void;

/** How a resolver works. */
export interface ResolverSettings {
  /** Lookups at once, of each registry. */
  readonly concurrency: number;
  readonly watch?: WatchLookups | undefined;
}

/** Looks up through a session that `open` begins, at the first lookup. */
export function createResolver(
  open: () => Promise<RegistrySession>,
  { concurrency, watch }: ResolverSettings,
): Resolver {
  let opening: Promise<RegistrySession> | undefined;
  let session: RegistrySession | undefined;

  const opened = async (): Promise<RegistrySession> => {
    opening ??= open();
    session ??= await opening;
    return session;
  };
  const resolve = createLookupQueue(async (lookup) => lookUp(lookup, await opened()), concurrency);

  return {
    resolve: watch === undefined ? resolve : watched(resolve, watch),
    async read(image, wanted) {
      const { read } = await opened();
      if (read === undefined)
        throw new Error("signatures can't be read with this `registry`: give it a `read`");
      return read(image, wanted);
    },
    warnings: () => session?.warnings() ?? [],
    close: async (options) => session?.close(options),
  };
}

function watched(resolve: LookupQueue, watch: WatchLookups): LookupQueue {
  // The same lookup again gives the same promise.
  const seen = new WeakSet<Promise<Resolution>>();
  return (lookup) => {
    const answer = resolve(lookup);
    if (seen.has(answer)) return answer;
    seen.add(answer);
    watch(lookup.image.registry, answer);
    return answer;
  };
}
