import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { serve } from "../support/quirk-server.ts";
import { type Run, runExecutable, startExecutable } from "./executable.ts";
import { list, pod } from "./manifests.ts";
import { expectFailed } from "./reading.ts";

let folder = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "deadline-"));
  return () => rmSync(folder, { recursive: true });
});

interface Asked {
  readonly image: string;
  readonly config?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** So long that nothing ends by it, unless it is said. */
  readonly deadline?: string;
}

/** Runs over a list with an image. What never answers ends it by the deadline alone: each try may take longer. */
async function pin({ image, config = "", env = {}, deadline = "4m50s" }: Asked): Promise<Run> {
  const input = `${list(pod(`image: ${image}`))}functionConfig:
  apiVersion: fn.kpt.dev/v1alpha1
  kind: PinDigests
  metadata: {name: pin-digests}
  network: {deadline: ${deadline}, timeout: 2m, retries: 0}
  ${config}
`;
  return runExecutable(input, { env });
}

/** The run failed, with the list as it came and the error in it. */
function expectEnded(run: Run, message: string): void {
  const errors = expectFailed(run).filter(({ severity }) => severity === "error");
  expect(errors[0]?.message).toContain(message);
  expect(run.stderr).toContain(message);
}

/** A configuration that asks a port on loopback by HTTPS. */
function byHttps(port: number): string {
  return `registries: [{prefix: registry.example, mirrors: ["https://127.0.0.1:${port}"], only: true}]`;
}

/** A server that takes connections and says nothing. */
async function listenSilently(): Promise<number> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on("error", () => undefined).resume();
  });
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // The cast is the server's own promise: it listens on a port.
  return (server.address() as AddressInfo).port;
}

/** A port whose queue of connections is full, so that further ones are left without an answer. */
async function listenWithoutAccepting(): Promise<number> {
  const script = `
    const server = require("node:net").createServer();
    server.listen({ port: 0, host: "127.0.0.1", backlog: 1 }, () => {
      console.log(server.address().port);
      setImmediate(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0));
    });`;
  const child = spawn(process.execPath, ["-e", script], { stdio: ["ignore", "pipe", "inherit"] });
  const sockets: Socket[] = [];
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    child.kill("SIGKILL");
  });
  const [line] = await once(child.stdout, "data");
  const port = Number(line);
  // Connected while there is room; the first that is not shows that there is none.
  for (let isFull = false; !isFull; ) {
    const socket = connect(port, "127.0.0.1").on("error", () => undefined);
    sockets.push(socket);
    isFull = await Promise.race([
      once(socket, "connect").then(() => false),
      new Promise<boolean>((resolve) => setTimeout(() => resolve(true), 500)),
    ]);
  }
  return port;
}

function makePipe(name: string): string {
  const path = join(folder, name);
  execFileSync("mkfifo", [path]);
  return path;
}

describe("a run whose files never end", () => {
  test.each(["caFile", "certFile", "keyFile"])("refuses a pipe as %s", async (key) => {
    const certFile = join(folder, "cert.pem");
    writeFileSync(certFile, "-----BEGIN CERTIFICATE-----\n");
    const files = { ...(key !== "caFile" && { certFile, keyFile: certFile }), [key]: makePipe(key) };
    const config = `registries: [${JSON.stringify({ prefix: "registry.example", ...files })}]`;

    expectEnded(await pin({ image: "registry.example/app:1", config }), "is a pipe, not a regular file");
  });

  test("refuses a device as caFile", async () => {
    const config = "registries: [{prefix: registry.example, caFile: /dev/zero}]";

    expectEnded(await pin({ image: "registry.example/app:1", config }), "is a device, not a regular file");
  });

  test("passes over a pipe in SSL_CERT_FILE", async () => {
    const env = { SSL_CERT_FILE: makePipe("authorities") };
    const server = await serve((_, response) => response.end());
    const config = byHttps(Number(new URL(`http://${server.host}`).port));

    const run = await pin({ image: "registry.example/app:1", config, env });

    expectEnded(run, "answered HTTPS with plain HTTP");
    expect(run.stderr).toContain("is a pipe, not a regular file");
  });

  test("passes over a pipe in the place of docker's configuration", async () => {
    const docker = join(folder, "docker");
    mkdirSync(docker);
    execFileSync("mkfifo", [join(docker, "config.json")]);
    const server = await serve((_, response) => {
      response.writeHead(401, { "www-authenticate": "Basic" }).end();
    });

    const run = await pin({ image: `${server.host}/app:1`, env: { DOCKER_CONFIG: docker } });

    expectEnded(run, "HTTP 401");
    expect(run.stderr).toContain("it is a pipe, not a regular file");
  });

  test.each(["--lock", "--function-config"])("refuses a pipe as %s", async (flag) => {
    const run = await runExecutable(list(pod("image: nginx:1")), { args: [flag, makePipe("named")] });

    expect(run).toMatchObject({ code: 2, stdout: "" });
    expect(run.stderr).toContain("is a pipe, not a regular file");
  });
});

describe("a run whose network says nothing", () => {
  test("ends where a handshake of TLS never ends", async () => {
    const config = byHttps(await listenSilently());

    const run = await pin({ image: "registry.example/app:1", config, deadline: "2s" });

    expectEnded(run, "the time for the whole run ended");
  });

  test("ends where a connection is never made", async () => {
    const port = await listenWithoutAccepting();

    const run = await pin({ image: `127.0.0.1:${port}/app:1`, deadline: "2s" });

    expectEnded(run, "the time for the whole run ended");
  });

  test("ends where a proxy never answers", async () => {
    const env = { HTTPS_PROXY: `http://127.0.0.1:${await listenSilently()}` };

    const run = await pin({ image: "registry.example/app:1", env, deadline: "2s" });

    expectEnded(run, "the time for the whole run ended");
  });

  test("ends where a proxy can't be connected to", async () => {
    const env = { HTTPS_PROXY: `http://127.0.0.1:${await listenWithoutAccepting()}` };

    const run = await pin({ image: "registry.example/app:1", env, deadline: "2s" });

    expectEnded(run, "the time for the whole run ended");
  });
});

describe("a run whose credential helper says nothing", () => {
  /** A registry that wants a login, and a helper that starts a process and hangs; both write their numbers to a file. */
  async function hang(): Promise<Required<Pick<Asked, "image" | "env">> & { readonly pidFile: string }> {
    const server = await serve((_, response) => {
      response.writeHead(401, { "www-authenticate": "Basic" }).end();
    });
    const pidFile = join(folder, "pids");
    const helper = join(folder, "docker-credential-slow");
    const script = `sleep 600 &\necho $$ $! >${pidFile}.new\nmv ${pidFile}.new ${pidFile}\nwait\n`;
    writeFileSync(helper, `#!/bin/sh\n${script}`, { mode: 0o755 });
    writeFileSync(join(folder, "config.json"), '{"credsStore":"slow"}');
    const env = { DOCKER_CONFIG: folder, PATH: `${folder}:/usr/bin:/bin` };
    return { image: `${server.host}/app:1`, env, pidFile };
  }

  test("ends, and so do the helper and its child", async () => {
    const { pidFile, ...asked } = await hang();

    expectEnded(await pin({ ...asked, deadline: "2s" }), "the time for the whole run ended");

    for (const pid of pidsIn(pidFile)) await expect.poll(() => isRunning(pid)).toBe(false);
  });

  test("ends them when a signal ends it", async () => {
    const { pidFile, image, env } = await hang();
    const child = startExecutable({ env });
    child.stdin.end(list(pod(`image: ${image}`)));
    await expect.poll(() => existsSync(pidFile)).toBe(true);

    child.kill("SIGTERM");

    expect(await once(child, "close")).toEqual([null, "SIGTERM"]);
    for (const pid of pidsIn(pidFile)) await expect.poll(() => isRunning(pid)).toBe(false);
  });
});

/** Empty where the helper had no time to begin. */
function pidsIn(file: string): readonly number[] {
  return existsSync(file) ? readFileSync(file, "utf8").split(" ").map(Number) : [];
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
