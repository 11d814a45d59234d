import type { Target } from "./docker/auth-key.ts";
import { type DockerConfig, parseDockerConfig, type Warn } from "./docker/docker-config.ts";

/** The logins of a Secret in the package, and which images they are for. */
export interface PullSecret {
  readonly config: DockerConfig;
  /**
   * True for an image of a pod that names the Secret, itself or through its service account; asked with the
   * host's one name.
   */
  readonly matches: (target: Target) => boolean;
}

/** The parts of a Kubernetes Secret that hold logins; `source` is its name, for people. */
export interface SecretContent {
  readonly source: string;
  readonly type: string;
  /** Base64. */
  readonly data: Readonly<Record<string, string>>;
  /** Plain; wins over `data`, as in the API server. */
  readonly stringData: Readonly<Record<string, string>>;
}

/**
 * Reads the Docker configuration of a pull secret of either type; nothing, with a warning, if there is none
 * in it. Helpers that it names are dropped: what a package holds must start no program.
 * https://kubernetes.io/docs/concepts/configuration/secret/#docker-config-secrets
 */
export function parsePullSecret(secret: SecretContent, warn: Warn): DockerConfig | undefined {
  const key = keyOfType.get(secret.type);
  if (key === undefined) return undefined;
  const text = secret.stringData[key] ?? decodeData(secret.data[key]);
  if (text === undefined) {
    warn(`wanted logins from ${secret.source}: it has no ${JSON.stringify(key)} in base64`);
    return undefined;
  }
  const config = parseDockerConfig({ source: secret.source, text, bare: key === ".dockercfg" }, warn);
  return config && { ...config, credHelpers: [], credsStore: "" };
}

const keyOfType: ReadonlyMap<string, string> = new Map([
  ["kubernetes.io/dockerconfigjson", ".dockerconfigjson"],
  ["kubernetes.io/dockercfg", ".dockercfg"],
]);

function decodeData(encoded: string | undefined): string | undefined {
  // Line breaks are allowed in base64 that stands in a block scalar.
  const plain = encoded?.replace(/\s+/g, "");
  if (plain === undefined || !/^[A-Za-z0-9+/]+={0,2}$/.test(plain)) return undefined;
  return Buffer.from(plain, "base64").toString("utf8");
}
