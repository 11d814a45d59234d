import type { CredentialCandidate } from "../../src/credentials/credential.ts";
import type { Keychain } from "../../src/credentials/keychain.ts";
import type { Digest } from "../../src/image/digest.ts";
import { type ImageReference, parseReference } from "../../src/image/reference.ts";
import type { RegistryConfig } from "../../src/image/registry-config.ts";
import {
  createRegistryClient,
  type NetworkOptions,
  type RegistryClient,
  type RegistryClientOptions,
} from "../../src/registry/client.ts";
import { RegistryError } from "../../src/registry/errors.ts";
import { createSockets } from "../../src/registry/transport/sockets.ts";
import { createSecrets } from "../../src/text/secrets.ts";
import { registryEntry } from "./registry-entry.ts";
import { hangLimit } from "./time-limit.ts";

/** What a test wants of a client; all else is as a user has it, but that only a test which says so has a time limit. */
export interface TestClientOptions extends Partial<Omit<RegistryClientOptions, "network" | "registries">> {
  readonly network?: Partial<NetworkOptions>;
  readonly registries?: readonly (Partial<RegistryConfig> & { readonly prefix: string })[];
}

/** Makes a client for a test. */
export function makeClient(options: TestClientOptions = {}): RegistryClient {
  return createRegistryClient({
    verify: "header",
    keychain: keychainOf([]),
    userAgent: "pin-digests/0.1.0",
    proxies: {},
    extraCaFiles: [],
    certsDirectories: [],
    sockets: createSockets({ max: 64, spare: () => undefined }),
    secrets: createSecrets(),
    ...options,
    network: { concurrency: 8, timeout: hangLimit, retries: 4, deadline: hangLimit, ...options.network },
    registries: (options.registries ?? []).map((entry) => registryEntry(entry.prefix, entry)),
  });
}

/** The digest that a client finds for an image. */
export async function digestOf(client: RegistryClient, image: ImageReference): Promise<Digest> {
  return (await client.inspect(image, {})).digest;
}

/** Asks for one image with a client of its own. */
export async function resolveOnce(image: string, options: TestClientOptions = {}): Promise<string> {
  const client = makeClient(options);
  try {
    return await digestOf(client, parseReference(image));
  } finally {
    await client.close();
  }
}

/** The RegistryError that asking for an image ends in. */
export async function failOnce(image: string, options: TestClientOptions = {}): Promise<RegistryError> {
  try {
    const digest = await resolveOnce(image, options);
    throw new Error(`${image} has the digest ${digest}, and should have none`);
  } catch (error) {
    if (error instanceof RegistryError) return error;
    throw error;
  }
}

/** A keychain with these logins for every host, or for those of a map. */
export function keychainOf(
  logins: readonly CredentialCandidate[] | Readonly<Record<string, readonly CredentialCandidate[]>>,
  ambient?: { readonly candidate: CredentialCandidate; readonly preferred?: boolean },
): Keychain & { readonly asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    async configured({ host, repository }) {
      asked.push(`configured ${host}/${repository}`);
      return "length" in logins ? (logins as readonly CredentialCandidate[]) : (logins[host] ?? []);
    },
    async ambient({ host, repository }) {
      asked.push(`ambient ${host}/${repository}`);
      return ambient?.candidate;
    },
    prefersAmbient: () => ambient?.preferred === true,
    warnings: () => [],
  };
}

/** A login with a username and a password. */
export function basicLogin(
  username: string,
  password: string,
  source = `login of ${username}`,
): CredentialCandidate {
  return { source, credential: { kind: "basic", username, password } };
}
