import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { type Run, runExecutable } from "./executable.ts";
import { list, pod } from "./manifests.ts";

let folder = "";

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "secrets-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const ADDRESS = "https://ada:Tr0u/b4dor@h.example";

function config(...lines: readonly string[]): string {
  const file = join(folder, "config.yaml");
  const head = ["apiVersion: fn.kpt.dev/v1alpha1", "kind: PinDigests", "metadata: {name: pin-digests}"];
  writeFileSync(file, [...head, ...lines, ""].join("\n"));
  return file;
}

function expectNoSecret({ stdout, stderr }: Run): void {
  expect(stderr).not.toBe("");
  expect(`${stdout}${stderr}`).not.toMatch(/Tr0u|b4dor/i);
}

describe("a login in an address", () => {
  test.each([
    ["a mirror", `registries: [{prefix: "*", mirrors: ["${ADDRESS}"]}]`],
    ["a prefix", `registries: [{prefix: "${ADDRESS}"}]`],
    ["an unknown option", `"${ADDRESS}": 1`],
    ["an option within", `network: {"${ADDRESS}": 1}`],
    ["a word", `mode: "${ADDRESS}"`],
    ["two options of a name", `network: {"${ADDRESS}": 1, "${ADDRESS}": 2}`],
  ])("is not shown where it is %s", async (_, line) => {
    for (const input of [pod("image: nginx:1.27"), list(pod("image: nginx:1.27"))]) {
      const run = await runExecutable(input, { args: ["-f", config(line)] });

      expect(run.code).toBe(1);
      expectNoSecret(run);
    }
  });

  test("is not shown where a ConfigMap has cut it", async () => {
    const list = `kind: ResourceList
items: []
functionConfig:
  apiVersion: v1
  kind: ConfigMap
  metadata: {name: a}
  data: {platform: "https://ada:Tr0u,b4dor@h", credentials: "https://ada:Tr0u,b4dor@h", "https://ada:Tr0u": x}
`;

    const run = await runExecutable(list);

    expect(run.code).toBe(1);
    expect(run.stderr).not.toMatch(/Tr0u|b4dor/i);
  });

  test.each([[["-d", ADDRESS]], [["-d", `${ADDRESS}=1`]], [[ADDRESS]], [[`--proxy=${ADDRESS}`]]])(
    "is not shown where it is among the arguments: %j",
    async (args) => {
      const run = await runExecutable(pod("image: nginx:1.27"), { args });

      expect(run.code).not.toBe(0);
      expectNoSecret(run);
    },
  );

  test.each([
    ADDRESS,
    "http://ada:12/Tr0u-b4dor@h.example:3128",
    "ada:12?Tr0u-b4dor@h.example",
    "socks5://ada:Tr0ub4dor@h.example",
  ])("is not shown where it is the proxy %s", async (proxy) => {
    const env = { HTTPS_PROXY: proxy, HTTP_PROXY: proxy };

    const run = await runExecutable(pod("image: registry.invalid/app:1"), { env });

    expect(run.code).toBe(1);
    expectNoSecret(run);
  });

  test("is not shown where a Docker configuration has it for a name", async () => {
    const auths = { [`${ADDRESS.replace("h.example", "registry.invalid")}`]: { auth: "?" } };
    writeFileSync(join(folder, "config.json"), JSON.stringify({ auths }));

    const run = await runExecutable(pod("image: registry.invalid/app:1"), { env: { DOCKER_CONFIG: folder } });

    expect(run.code).toBe(1);
    expectNoSecret(run);
  });
});

describe("a login of the environment", () => {
  test.each(["Tr0u/b4dor", "Tr0u b4dor 3ff7c94e-1111-4222-8333-5f0a8b7c6d5e", 'Tr0u"b4dor'])(
    "is not shown where the registry sends the password %s back",
    async (password) => {
      const server = createServer(({ headers: { authorization } }, response) => {
        if (authorization === undefined) response.writeHead(401, { "www-authenticate": "Basic" }).end();
        else {
          const errors = [
            { code: "DENIED", message: `${authorization} ${password} ${encodeURIComponent(password)}` },
          ];
          response.writeHead(403, { "content-type": "application/json" }).end(JSON.stringify({ errors }));
        }
      });
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      onTestFinished(() => void server.close());
      const address = server.address();
      const host = `127.0.0.1:${typeof address === "object" ? address?.port : ""}`;

      const run = await runExecutable(list(pod(`image: ${host}/app:1`)), {
        env: {
          PIN_DIGESTS_REGISTRY_HOSTNAME: host,
          PIN_DIGESTS_REGISTRY_USERNAME: "ada",
          PIN_DIGESTS_REGISTRY_PASSWORD: password,
        },
      });

      expect(run.code).toBe(1);
      expect(run.stderr).toContain("DENIED");
      expectNoSecret(run);
      expect(run.stderr).not.toContain(Buffer.from(`ada:${password}`).toString("base64"));
    },
  );
});
