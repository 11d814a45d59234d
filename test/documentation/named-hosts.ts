/** Docker Hub, ghcr.io and others, by the names that the documentation uses: one registry on loopback, behind a proxy. */
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { type Registry, startRegistry } from "../support/registry.mjs";

/** A registry that has every image, whatever host it is asked as. */
export interface NamedHosts {
  readonly registry: Registry;
  /** What a program needs to come to it. */
  readonly env: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

/** Starts the registry and the proxy that leads to it; the file is for the certificate. */
export async function startNamedHosts(certificate: string): Promise<NamedHosts> {
  const registry = await startRegistry({ any: true, tls });
  const [, port] = registry.host.split(":");
  const sockets = new Set<Socket>();
  const proxy = createServer().on("connect", (_, client: Socket) => {
    const upstream = connect(Number(port), "127.0.0.1", () => client.write("HTTP/1.1 200 OK\r\n\r\n"));
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      // Who hangs up early need not be told about it.
      socket.on("error", () => undefined).on("close", () => sockets.delete(socket));
    }
    client.pipe(upstream).pipe(client);
  });
  await once(proxy.listen(0, "127.0.0.1"), "listening");
  // Checked: a server that listens on a port has such an address.
  const { port: proxyPort } = proxy.address() as AddressInfo;
  writeFileSync(certificate, tls.cert);
  return {
    registry,
    env: { HTTPS_PROXY: `http://127.0.0.1:${proxyPort}`, NO_PROXY: "", SSL_CERT_FILE: certificate },
    async close() {
      for (const socket of sockets) socket.destroy();
      proxy.close();
      await registry.close();
    },
  };
}

// Good until 2120, for the names below and for nothing that matters: the key is public.
// registry-1.docker.io, auth.docker.io, ghcr.io, quay.io, harbor.acme.io
const tls = {
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgHEKCBqrOn34Q0qv/
UZZ0t+2XEuIS2qhoOD4blEu0c0ShRANCAASkCsc3Obo1DFNRbx+6vdN0nsAkzMZ+
8xdrEb9d3QT1NXzoBkjVDgm7G0mSwBDoQ9Smte3yHa7zQ4r4ZdezGteM
-----END PRIVATE KEY-----
`,
  cert: `-----BEGIN CERTIFICATE-----
MIIB1jCCAXugAwIBAgIURn8eIzu/aBoS0jRDtK/PupGHfFQwCgYIKoZIzj0EAwIw
JTEjMCEGA1UEAwwabmFtZXMgb2YgdGhlIGRvY3VtZW50YXRpb24wIBcNMjAwMTAx
MDAwMDAwWhgPMjEyMDAxMDEwMDAwMDBaMCUxIzAhBgNVBAMMGm5hbWVzIG9mIHRo
ZSBkb2N1bWVudGF0aW9uMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEpArHNzm6
NQxTUW8fur3TdJ7AJMzGfvMXaxG/Xd0E9TV86AZI1Q4JuxtJksAQ6EPUprXt8h2u
80OK+GXXsxrXjKOBhjCBgzBRBgNVHREESjBIghRyZWdpc3RyeS0xLmRvY2tlci5p
b4IOYXV0aC5kb2NrZXIuaW+CB2doY3IuaW+CB3F1YXkuaW+CDmhhcmJvci5hY21l
LmlvMA8GA1UdEwEB/wQFMAMBAf8wHQYDVR0OBBYEFG8gb+tI+DRsWR8sfZ9FYz6E
2MqAMAoGCCqGSM49BAMCA0kAMEYCIQCWFbYF9jkzVAKplVfzYlYN7hF8JpPWtDLm
diRMV2YA8AIhAPBQNdSc+g6x6aIbuL+C0CZlamivEu5q6CRoWi5QyPd9
-----END CERTIFICATE-----
`,
};
