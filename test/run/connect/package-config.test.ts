import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { pinDigests } from "../../../src/pin-digests.ts";
import { fakeDns } from "../../support/fake-dns.ts";
import { answer, answerIndex, INDEX_DIGEST } from "../../support/manifests.ts";
import { type QuirkServer, startQuirkServer } from "../../support/quirk-server.ts";

let server: QuirkServer;
let restore = () => {};

beforeEach(async () => {
  ({ restore } = fakeDns({ "registry.example": ["127.0.0.1"] }));
  server = await startQuirkServer((request, response) =>
    request.headers.authorization === undefined
      ? answer(response, 401, { headers: { "www-authenticate": "Basic realm=x" } })
      : answerIndex(response),
  );
});

afterEach(async () => {
  restore();
  await server.close();
});

const login = () => ({
  PIN_DIGESTS_REGISTRY_HOSTNAME: `registry.example:${server.port}`,
  PIN_DIGESTS_REGISTRY_USERNAME: "ada",
  PIN_DIGESTS_REGISTRY_PASSWORD: "secret",
});

const config = {
  apiVersion: "fn.kpt.dev/v1alpha1",
  kind: "PinDigests",
  metadata: { name: "pin" },
  registries: [{ prefix: "*", plainHTTP: true }],
};

function pod(): object {
  const containers = [{ name: "web", image: `registry.example:${server.port}/app:v1` }];
  return { apiVersion: "v1", kind: "Pod", metadata: { name: "web" }, spec: { containers } };
}

const list = (functionConfig?: object) =>
  JSON.stringify({ kind: "ResourceList", items: [pod()], ...(functionConfig && { functionConfig }) });

const sent = () => server.requests.flatMap(({ headers }) => headers.authorization ?? []);

describe("a configuration that comes in the list", () => {
  test("sends no login of the machine in clear", async () => {
    const { ok, results } = await pinDigests(list(config), { environment: login() });

    expect(ok).toBe(false);
    expect(results[0]?.message).toContain("PIN_DIGESTS_TRUST_PACKAGE=1");
    expect(sent()).toEqual([]);
  });

  test("may do so where the user trusts the package", async () => {
    const environment = { ...login(), PIN_DIGESTS_TRUST_PACKAGE: "1" };
    const { ok, text } = await pinDigests(list(config), { environment });

    expect(ok).toBe(true);
    expect(text).toContain(`:v1@${INDEX_DIGEST}`);
  });

  test.each(["", "0", "no"])("may not where the variable is %j", async (word) => {
    const environment = { ...login(), PIN_DIGESTS_TRUST_PACKAGE: word };

    expect(await pinDigests(list(config), { environment })).toMatchObject({ ok: false });
    expect(sent()).toEqual([]);
  });
});

describe("a configuration that the user gives", () => {
  test.each([
    ["a list", () => list()],
    ["a stream", () => JSON.stringify(pod())],
  ])("sends the login as it says, for %s", async (_, input) => {
    const options = { environment: login(), functionConfig: JSON.stringify(config) };

    expect(await pinDigests(input(), options)).toMatchObject({ ok: true });
    expect(sent()).toHaveLength(1);
  });
});
