/** The way to the registries, which is opened only where there is something to ask. */
import { type Lookup, lookUp, type RegistrySession, type Resolution } from "./lookup.ts";
import { createLookupQueue } from "./lookup-queue.ts";

/** Looks images up until it is closed. */
export interface Resolver {
  /** What a lookup gives; each distinct one is made once in a run. */
  resolve(lookup: Lookup): Promise<Resolution>;
  /** What went well but should be known. */
  warnings(): readonly string[];
  close(options: { readonly leaveSockets: boolean }): Promise<void>;
}

/** Looks up through a session that `open` begins, at the first lookup. */
export function createResolver(open: () => Promise<RegistrySession>, concurrency: number): Resolver {
  let opening: Promise<RegistrySession> | undefined;
  let session: RegistrySession | undefined;

  const resolve = createLookupQueue(async (lookup) => {
    opening ??= open();
    session ??= await opening;
    return lookUp(lookup, session);
  }, concurrency);

  return {
    resolve,
    warnings: () => session?.warnings() ?? [],
    close: async (options) => session?.close(options),
  };
}
