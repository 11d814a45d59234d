/** The way to the registries, which is opened only where there is something to ask. */
import type { ImageReference } from "../image/reference.ts";
import type { Content, ContentRequest } from "../registry/inspection.ts";
import { type Lookup, lookUp, type RegistrySession, type Resolution } from "./lookup.ts";
import { createLookupQueue } from "./lookup-queue.ts";

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

/** Looks up through a session that `open` begins, at the first lookup. */
export function createResolver(open: () => Promise<RegistrySession>, concurrency: number): Resolver {
  let opening: Promise<RegistrySession> | undefined;
  let session: RegistrySession | undefined;

  const opened = async (): Promise<RegistrySession> => {
    opening ??= open();
    session ??= await opening;
    return session;
  };

  return {
    resolve: createLookupQueue(async (lookup) => lookUp(lookup, await opened()), concurrency),
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
