import type { CredentialCandidate } from "../credential.ts";
import type { Send } from "./send.ts";

/** The identity that this machine or job has at one cloud. */
export interface Cloud {
  /** True if the host is a registry of the cloud: compared whole, so that no look-alike gets a credential. */
  matches(host: string): boolean;
  /** True if the host answers nobody without an identity. */
  isPrivate(host: string): boolean;
  /** The login for a host that is covered; nothing if there is no identity. Throws an `IdentityError` if asking failed. */
  getCredential(host: string): Promise<CredentialCandidate | undefined>;
}

/** What a cloud's identity is looked for in. */
export interface CloudContext {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly homeDirectory?: string;
  readonly send: Send;
  readonly now: () => number;
}

/** An identity is there, but could not be used; the message holds no secret. */
export class IdentityError extends Error {
  override readonly name = "IdentityError";
}

/** True for the domain and for every name below it; a host with a port is neither. */
export function isWithin(host: string, domain: string): boolean {
  return hostPattern.test(host) && (host === domain || host.endsWith(`.${domain}`));
}

const hostPattern = /^[a-z0-9-]+(?:\.[a-z0-9-]+)+$/;
