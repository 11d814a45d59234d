import { join } from "node:path";
import { readCredentialFile } from "../credential-file.ts";
import { type DockerConfig, parseDockerConfig, type Warn } from "./docker-config.ts";

/** Where the configurations are looked for. */
export interface ConfigPlaces {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly homeDirectory?: string;
  readonly uid?: number;
  readonly platform: string;
}

/**
 * Reads every Docker configuration of this machine and of podman's, in the order in which they are asked:
 * DOCKER_AUTH_CONFIG, docker's own file, then the file that REGISTRY_AUTH_FILE names or else podman's.
 * https://github.com/containers/image/blob/main/docs/containers-auth.json.5.md
 */
export async function loadConfigs(places: ConfigPlaces, warn: Warn): Promise<readonly DockerConfig[]> {
  const text = places.environment.DOCKER_AUTH_CONFIG;
  const fromEnvironment = text ? parseDockerConfig({ source: "DOCKER_AUTH_CONFIG", text }, warn) : undefined;
  const fromFiles = await Promise.all(listFiles(places).map((file) => loadFile(file, warn)));
  return [fromEnvironment, ...fromFiles].filter((config) => config !== undefined);
}

interface ConfigFile {
  readonly path: string;
  readonly bare?: boolean;
  /** The variable that names it: then a file that is missing is worth a word. */
  readonly named?: string;
  /** In a folder of all users, which need not let this one in: then it has nothing there. */
  readonly mayBeHidden?: boolean;
}

async function loadFile(file: ConfigFile, warn: Warn): Promise<DockerConfig | undefined> {
  const content = await readCredentialFile(file.path);
  const wanted = `wanted logins from ${file.path}${file.named === undefined ? "" : ` (${file.named})`}`;
  switch (content.kind) {
    case "text":
      return parseDockerConfig({ source: file.path, text: content.text, bare: file.bare === true }, warn);
    case "absent":
      if (file.named !== undefined) warn(`${wanted}: there is no such file`);
      return undefined;
    case "unreadable":
      if (file.mayBeHidden && content.code === "EACCES") return undefined;
      warn(`${wanted}: ${content.reason}`);
      return undefined;
  }
}

function listFiles(places: ConfigPlaces): readonly ConfigFile[] {
  const { REGISTRY_AUTH_FILE: authFile } = places.environment;
  return [
    ...listDockerFiles(places),
    ...(authFile ? [{ path: authFile, named: "REGISTRY_AUTH_FILE" }] : listPodmanFiles(places)),
  ];
}

function listDockerFiles({ environment, homeDirectory }: ConfigPlaces): readonly ConfigFile[] {
  const { DOCKER_CONFIG: folder } = environment;
  if (folder) return [{ path: join(folder, "config.json"), named: "DOCKER_CONFIG" }];
  return homeDirectory ? [{ path: join(homeDirectory, ".docker", "config.json") }] : [];
}

function listPodmanFiles({ environment, homeDirectory, uid, platform }: ConfigPlaces): readonly ConfigFile[] {
  const { XDG_RUNTIME_DIR: runtime, XDG_CONFIG_HOME: config } = environment;
  const hasPerUser = platform === "linux" && !runtime && uid !== undefined;
  const folders = [
    platform === "linux" && runtime ? join(runtime, "containers") : undefined,
    config ? join(config, "containers") : homeDirectory && join(homeDirectory, ".config", "containers"),
  ];
  return [
    ...(hasPerUser ? [{ path: `/run/containers/${uid}/auth.json`, mayBeHidden: true }] : []),
    ...folders.flatMap((folder) => (folder ? [{ path: join(folder, "auth.json") }] : [])),
    ...(homeDirectory ? [{ path: join(homeDirectory, ".dockercfg"), bare: true }] : []),
  ];
}
