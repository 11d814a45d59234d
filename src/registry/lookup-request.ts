/** What a look-up at one host is asked with, and what comes of it. */
import type { Digest } from "../image/digest.ts";
import type { Identity } from "./auth/authorizer.ts";
import type { TokenOptions } from "./auth/token.ts";
import type { Host } from "./host-state.ts";
import type { Guard } from "./transport/address-guard.ts";
import type { Failure } from "./transport/failure.ts";

/** Where in a repository something lies that is no manifest. */
export type RepositoryPart = "blobs" | "referrers";

/** A tag, or digest, of a repository to look up at one host. */
export interface LookupRequest {
  readonly repository: string;
  readonly reference: string;
  readonly verify: "header" | "get";
  readonly part?: RepositoryPart | undefined;
  /** The page of a list that has several, as the page before has named it: "?last=…". */
  readonly page?: string | undefined;
  /** Bytes of a good answer, where less are expected than of any other. */
  readonly bytesMax?: number | undefined;
  readonly retries?: number | undefined;
  /** What the host must keep to, where a redirect has led there. */
  readonly guard?: Guard | undefined;
  /** How many registries have led on to another. */
  readonly hops?: number;
  readonly signal: AbortSignal;
}

/** What a look-up needs besides its host. */
export interface LookupOptions extends TokenOptions {
  /** The host at a URL where a redirect has led, for a repository of it. */
  readonly hostElsewhere: (url: URL, repository: string) => Host;
}

/** How a look-up at one host ended, and as whom it was tried in vain before. */
export type LookupResult = { readonly attempts: readonly Attempt[] } & (
  | ({ readonly kind: "found" } & Found)
  | { readonly kind: "failed"; readonly failure: Failure }
);

/** One identity that was refused. */
export interface Attempt {
  readonly identity: Pick<Identity, "kind" | "source">;
  readonly failure: Failure;
  /** By whom, where a redirect has led to another registry. */
  readonly registry?: string;
}

/** A digest that was found. */
export interface Found {
  readonly digest: Digest;
  /** What has this digest, where it was read. */
  readonly body?: Buffer | undefined;
  readonly mediaType: string;
  /** The page that follows, where it is one of several. */
  readonly next?: string | undefined;
  readonly as: string;
}
