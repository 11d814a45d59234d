import { canonicalHost } from "../image/registry-host.ts";
import { withoutLogin } from "../text/without-login.ts";
import { createAws } from "./cloud/aws.ts";
import { createAzure } from "./cloud/azure.ts";
import { IdentityError } from "./cloud/cloud-provider.ts";
import { createGitHub } from "./cloud/github.ts";
import { createGoogle } from "./cloud/google.ts";
import type { Send } from "./cloud/send.ts";
import type { CredentialCandidate } from "./credential.ts";
import { selectEntries, type Target } from "./docker/auth-key.ts";
import { loadConfigs } from "./docker/config-files.ts";
import { type AskHelper, createHelperClient } from "./docker/credential-helper.ts";
import { type DockerConfig, readAuthEntry, type Warn } from "./docker/docker-config.ts";
import type { RunHelper } from "./docker/helper-process.ts";
import { readEnvironmentLogins } from "./environment-login.ts";
import type { PullSecret } from "./pull-secret.ts";

/** Finds the credentials for an image. Nothing that goes wrong here is fatal, since most images are public. */
export interface Keychain {
  /** All logins that the user configured for the target, the one to try first at the front. */
  configured(target: Target): Promise<readonly CredentialCandidate[]>;
  /** The identity that this machine or job has in the cloud that the host belongs to. */
  ambient(target: Target): Promise<CredentialCandidate | undefined>;
  /** True for a host that answers nobody but an identity of its cloud: asking it anonymously is of no use. */
  prefersAmbient(host: string): boolean;
  /** What went wrong so far, each once, sorted, without secrets. */
  warnings(): readonly string[];
}

/** What a keychain is made from; all that it knows of the machine comes from here. */
export interface KeychainOptions {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly homeDirectory?: string;
  readonly uid?: number;
  readonly platform?: string;
  /** Secrets of the package that the user opted in to. */
  readonly sources?: readonly PullSecret[];
  readonly send: Send;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Aborted when the run is over: ends the credential helper that is at work. */
  readonly signal?: AbortSignal;
}

/** Makes a keychain that reads each file, and asks each helper and each cloud, once and only when it is needed. */
export function createKeychain(options: KeychainOptions): Keychain {
  const { environment, homeDirectory = environment.HOME, uid, platform = "linux", sources = [] } = options;
  const { signal } = options;
  const warnings = new Set<string>();
  const warn: Warn = (message) => warnings.add(message);
  const runHelper: RunHelper = async (name, host) => {
    // It loads what knows of processes, and few have a helper.
    const { createHelperRunner } = await import("./docker/helper-process.ts");
    const ended = signal === undefined ? {} : { signal };
    return createHelperRunner({ environment, platform, timeout: helperTimeout, ...ended })(name, host);
  };
  const askHelper = createHelperClient(runHelper, warn);
  const home = homeDirectory === undefined ? {} : { homeDirectory };
  const places = { environment, platform, ...home, ...(uid === undefined ? {} : { uid }) };
  const context = { environment, ...home, send: options.send, now: options.now };
  const clouds = [createGoogle, createAws, createAzure, createGitHub].map((create) => create(context));
  let loaded: Promise<Logins> | undefined;

  async function load(): Promise<Logins> {
    const environmentLogins = readEnvironmentLogins(environment, warn);
    return { environmentLogins, configs: await loadConfigs(places, warn) };
  }

  return {
    async configured(target) {
      loaded ??= load();
      const { environmentLogins, configs } = await loaded;
      const image = { ...target, host: canonicalHost(target.host) };
      const found = await Promise.all(
        configs.map((config) => findInConfig({ config, target, askHelper, warn })),
      );
      const inPackage = sources
        .filter(({ matches }) => matches(image))
        .flatMap(({ config }) => findInAuths({ config, target, warn }))
        .map((candidate) => ({ ...candidate, fromPackage: true as const }));
      const entries = environmentLogins.map((login) => [login.key, login] as const);
      const inEnvironment = selectEntries(entries, target).map(([, login]) => login);
      return dropRepeated([...inEnvironment, ...found.flat(), ...inPackage]);
    },
    async ambient(target) {
      try {
        const host = canonicalHost(target.host);
        return await clouds.find((cloud) => cloud.matches(host))?.getCredential(host);
      } catch (error) {
        if (!(error instanceof IdentityError)) throw error;
        warn(error.message);
        return undefined;
      }
    },
    prefersAmbient(host) {
      return clouds.some((cloud) => cloud.isPrivate(canonicalHost(host)));
    },
    warnings() {
      return [...warnings].sort();
    },
  };
}

/** Milliseconds: a helper may have to ask its user, or a cloud. */
const helperTimeout = 20_000;

interface Logins {
  readonly environmentLogins: ReturnType<typeof readEnvironmentLogins>;
  readonly configs: readonly DockerConfig[];
}

interface Search {
  readonly config: DockerConfig;
  readonly target: Target;
  readonly askHelper: AskHelper;
  readonly warn: Warn;
}

/** The helper of the host, or else the store for all hosts, then what the configuration itself holds. */
async function findInConfig(search: Search): Promise<readonly CredentialCandidate[]> {
  return [...(await findInHelper(search)), ...findInAuths(search)];
}

async function findInHelper({ config, target, askHelper }: Search): Promise<readonly CredentialCandidate[]> {
  const [own] = selectEntries(config.credHelpers, target);
  const [place, name] =
    own === undefined
      ? ["credsStore", config.credsStore]
      : [`credHelpers[${JSON.stringify(withoutLogin(own[0]))}]`, own[1]];
  if (name === "") return [];
  const credential = await askHelper(name, canonicalHost(target.host));
  return credential === undefined
    ? []
    : [{ source: `docker-credential-${name}, ${place} in ${config.source}`, credential }];
}

function findInAuths({ config, target, warn }: Omit<Search, "askHelper">): readonly CredentialCandidate[] {
  return selectEntries(config.auths, target).flatMap(([key, value]) => {
    const source = `auths[${JSON.stringify(withoutLogin(key))}] in ${config.source}`;
    const entry = readAuthEntry(value);
    if (entry.kind === "invalid") warn(`wanted a login in ${source}: ${entry.reason}`);
    return entry.kind === "login" ? [{ source, credential: entry.credential }] : [];
  });
}

/** The same login often stands in two files: a registry that refused it once is not asked again. */
function dropRepeated(candidates: readonly CredentialCandidate[]): readonly CredentialCandidate[] {
  const seen = new Set<string>();
  return candidates.flatMap(({ source, credential, fromPackage }) => {
    const text = JSON.stringify(credential);
    if (seen.has(text)) return [];
    seen.add(text);
    return [{ source, credential, fromPackage }];
  });
}
