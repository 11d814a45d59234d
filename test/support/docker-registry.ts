import { spawn, spawnSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const BINARY = "docker-registry";

/** Whether Debian's docker-registry is installed here. */
export const hasDockerRegistry = spawnSync(BINARY, ["--version"]).status === 0;

/** A docker-registry process on loopback. */
export interface DockerRegistry {
  /** `127.0.0.1:PORT` */
  readonly host: string;
  close(): Promise<void>;
}

/** Starts docker-registry with sections of its configuration besides those for storage and log. */
export async function startDockerRegistry(
  sections: Readonly<Record<string, object>> = {},
): Promise<DockerRegistry> {
  const folder = await mkdtemp(join(tmpdir(), "pin-digests-registry-"));
  const configuration = {
    version: "0.1",
    log: { level: "info", accesslog: { disabled: true } },
    storage: { filesystem: { rootdirectory: folder }, delete: { enabled: true } },
    ...sections,
    http: { addr: "127.0.0.1:0", ...sections.http },
  };
  const file = join(folder, "config.yml");
  await writeFile(file, JSON.stringify(configuration));
  const child = spawn(BINARY, ["serve", file], { stdio: ["ignore", "ignore", "pipe"] });
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const port = await new Promise<string>((resolve, reject) => {
    let log = "";
    child.stderr.on("data", (data: Buffer) => {
      log += data.toString();
      const found = /listening on 127\.0\.0\.1:(?<port>\d+)/.exec(log)?.groups?.port;
      if (found !== undefined) resolve(found);
    });
    child.once("close", () => reject(new Error(`docker-registry ended: ${log}`)));
  });
  return {
    host: `127.0.0.1:${port}`,
    async close() {
      child.kill();
      await ended;
      await rm(folder, { recursive: true });
    },
  };
}
