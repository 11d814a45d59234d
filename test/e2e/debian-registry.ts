import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

/** The registry that Debian packages: the reference implementation, which many run. */
export interface DebianRegistry {
  /** Host and port. */
  readonly host: string;
  /** Pushes an image of its own for each name and gives its digest. */
  push(image: string): Promise<string>;
  stop(): Promise<void>;
}

/** Who may use the registry: configuration of its `auth`, and what to send to be let in. */
export interface Access {
  readonly auth: string;
  /** The value of `authorization` for a push to a repository. */
  authorize(repository: string): string;
}

/** Starts the registry on a free port of loopback; what is pushed is in memory. Whoever starts it stops it. */
export async function startDebianRegistry(access: Access = open): Promise<DebianRegistry> {
  const folder = mkdtempSync(join(tmpdir(), "registry-"));
  const config = join(folder, "config.yml");
  writeFileSync(config, [...settings, access.auth, ""].join("\n"));
  const child = spawn("docker-registry", ["serve", config], { stdio: ["ignore", "ignore", "pipe"] });
  const host = await listening(createInterface(child.stderr));
  rmSync(folder, { recursive: true });
  // Or it stops at its next line of log, once the pipe is full.
  child.stderr.resume();

  async function push(image: string): Promise<string> {
    const [repository = "", tag = ""] = image.split(":");
    const body = JSON.stringify({
      ...emptyIndex,
      annotations: { "org.opencontainers.image.ref.name": image },
    });
    const headers = { "content-type": emptyIndex.mediaType, authorization: access.authorize(repository) };
    const response = await fetch(`http://${host}/v2/${repository}/manifests/${tag}`, {
      method: "PUT",
      headers,
      body,
    });
    if (response.status !== 201)
      throw new Error(`push of ${image}: ${response.status} ${await response.text()}`);
    return `sha256:${createHash("sha256").update(body).digest("hex")}`;
  }

  async function stop(): Promise<void> {
    if (child.exitCode !== null) return;
    const exited = once(child, "exit");
    child.kill();
    await exited;
  }

  return { host, push, stop };
}

const open: Access = { auth: "", authorize: () => "" };

const settings = ["version: 0.1", "storage: {inmemory: {}}", "http: {addr: 127.0.0.1:0, secret: none}"];

// The least that the registry takes for an image.
const emptyIndex = { schemaVersion: 2, mediaType: "application/vnd.oci.image.index.v1+json", manifests: [] };

async function listening(lines: AsyncIterable<string>): Promise<string> {
  const seen: string[] = [];
  for await (const line of lines) {
    const host = /listening on (?<host>127\.0\.0\.1:\d+)/.exec(line)?.groups?.host;
    if (host !== undefined) return host;
    seen.push(line);
  }
  throw new Error(`docker-registry ended:\n${seen.join("\n")}`);
}
