import { createSecureContext } from "node:tls";
import * as undici from "undici";
import { expect, onTestFinished, test } from "vitest";
import { createDialer, type HttpLine } from "../../../src/registry/transport/agent.ts";
import type { TlsSetup } from "../../../src/registry/transport/tls.ts";
import { LOOPBACK_TLS } from "../../support/loopback-tls.mjs";
import { answer } from "../../support/manifests.ts";
import { type QuirkServer, serve } from "../../support/quirk-server.ts";
import { hangLimit } from "../../support/time-limit.ts";

// Good for another host, and by another authority than the one that the server has.
const stranger = { secureContext: createSecureContext({ ca: [] }), rejectUnauthorized: true };
const known = { secureContext: createSecureContext({ ca: LOOPBACK_TLS.cert }), rejectUnauthorized: true };

const serveTls = (): Promise<QuirkServer> =>
  serve((_, response) => answer(response, 200), { tls: LOOPBACK_TLS });

function dialerTo({ host }: QuirkServer, setup: TlsSetup): () => HttpLine {
  return createDialer({
    undici,
    setup,
    proxy: undefined,
    origin: `https://${host}`,
    guard: undefined,
    timeout: hangLimit,
    reached: () => undefined,
    watch: () => undefined,
  });
}

async function ask(dial: () => HttpLine): Promise<number> {
  const line = dial();
  onTestFinished(line.end);
  const { statusCode, body } = await line.request({ path: "/v2/", method: "GET" });
  await body.dump();
  return statusCode;
}

test("asks a host that another authority vouches for, and tries that one first from then on", async () => {
  const server = await serveTls();
  let made = 0;
  const dial = dialerTo(server, {
    key: "",
    options: stranger,
    withSystem: async () => {
      made += 1;
      return known;
    },
  });

  expect(await ask(dial)).toBe(200);
  expect(server.connections()).toBe(2);
  expect(await ask(dial)).toBe(200);
  expect(server.connections()).toBe(3);
  expect(made).toBe(1);
});

test("reads no other authorities where those that were given are enough", async () => {
  const server = await serveTls();
  const withSystem = () => Promise.reject(new Error("read"));

  expect(await ask(dialerTo(server, { key: "", options: known, withSystem }))).toBe(200);
  expect(server.connections()).toBe(1);
});

test("asks no host that no authority vouches for", async () => {
  const server = await serveTls();
  const withSystem = async () => stranger;

  await expect(ask(dialerTo(server, { key: "", options: stranger, withSystem }))).rejects.toMatchObject({
    code: "DEPTH_ZERO_SELF_SIGNED_CERT",
  });
  expect(server.lines).toEqual([]);
});
