import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, describe, expect, test } from "vitest";
import { LOOPBACK_TLS } from "../support/loopback-tls.mjs";
import { startQuirkServer } from "../support/quirk-server.ts";
import { startRegistry } from "../support/registry.mjs";
import { runExecutable } from "./executable.ts";

const folders: string[] = [];
const open: { close(): unknown }[] = [];

afterEach(async () => {
  for (const each of open.splice(0)) await each.close();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

function pod(image: string): string {
  return `apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {containers: [{image: "${image}"}]}\n`;
}

/** A file that holds the authority of the servers of the tests. */
function authorityFile(): string {
  const folder = mkdtempSync(join(tmpdir(), "pin-digests-"));
  folders.push(folder);
  const file = join(folder, "ca.pem");
  writeFileSync(file, LOOPBACK_TLS.cert);
  return file;
}

/** A proxy that opens all tunnels to one port. */
async function startTunnel(
  port: number,
): Promise<{ readonly address: string; readonly asked: readonly string[] }> {
  const asked: string[] = [];
  const server = createServer((socket) => {
    socket.once("data", (head) => {
      asked.push(head.toString().split("\r\n")[0] ?? "");
      const other = connect(port, "127.0.0.1", () => {
        socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
        socket.pipe(other).pipe(socket);
      });
      for (const each of [socket, other]) each.on("error", () => socket.destroy());
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  open.push(server);
  // The cast is the server's own promise: it listens on a port.
  return { address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

// What is built holds less of undici and of Node than what the other tests run.
describe("the executable", () => {
  test("asks by TLS, with the authority of SSL_CERT_FILE, and by a token", async () => {
    const registry = await startRegistry({ any: true, auth: { bearer: {} }, tls: LOOPBACK_TLS });
    open.push(registry);
    const image = `localhost:${new URL(registry.url).port}/app:1`;

    const run = await runExecutable(pod(image), { env: { SSL_CERT_FILE: authorityFile() } });

    expect(run).toMatchObject({ code: 0, stdout: expect.stringMatching(/app:1@sha256:[0-9a-f]{64}"/) });
  });

  test("asks through a tunnel", async () => {
    const registry = await startRegistry({ any: true, tls: LOOPBACK_TLS });
    open.push(registry);
    const tunnel = await startTunnel(Number(new URL(registry.url).port));
    const folder = mkdtempSync(join(tmpdir(), "pin-digests-"));
    folders.push(folder);
    const config = join(folder, "config.yaml");
    writeFileSync(
      config,
      `apiVersion: fn.kpt.dev/v1alpha1\nkind: PinDigests\nregistries:\n- {prefix: registry.example, insecureSkipTLSVerify: true}\n`,
    );

    const run = await runExecutable(pod("registry.example/app:1"), {
      args: ["-f", config],
      env: { HTTPS_PROXY: tunnel.address },
    });

    expect(run).toMatchObject({ code: 0, stdout: expect.stringMatching(/app:1@sha256:[0-9a-f]{64}"/) });
    expect(tunnel.asked).toEqual(["CONNECT registry.example:443 HTTP/1.1"]);
  });

  test("reads a manifest that was packed on its way", async () => {
    const manifest = Buffer.from(
      '{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[]}',
    );
    const server = await startQuirkServer((request, response) => {
      response.writeHead(200, {
        "content-type": "application/vnd.oci.image.index.v1+json",
        "content-encoding": "gzip",
      });
      response.end(request.method === "HEAD" ? undefined : gzipSync(manifest));
    });
    open.push(server);

    const run = await runExecutable(pod(`${server.host}/app:1`), { args: ["-d", "verify=get"] });

    expect(run).toMatchObject({ code: 0, stdout: expect.stringMatching(/app:1@sha256:[0-9a-f]{64}"/) });
  });
});
