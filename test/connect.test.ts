import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { type Config, defaultConfig } from "../src/config.ts";
import { connect, type Registries } from "../src/connect.ts";
import { parseReference } from "../src/image/reference.ts";
import { scan } from "../src/yaml/scan.ts";
import { createWorkspace } from "./credentials/workspace.ts";
import { answer, answerIndex, challengeBearer, INDEX_DIGEST } from "./support/manifests.ts";
import { type Quirk, type QuirkServer, startQuirkServer } from "./support/quirk-server.ts";

async function serve(quirk: Quirk): Promise<QuirkServer> {
  const server = await startQuirkServer(quirk);
  onTestFinished(server.close);
  return server;
}

async function connectAs(
  environment: Readonly<Record<string, string>>,
  config: Partial<Config> = {},
): Promise<Registries> {
  const nothing = { yaml: await scan(""), resources: [], steps: [] };
  const registries = connect({ ...defaultConfig, ...config }, { environment, package: nothing });
  onTestFinished(() => registries.close());
  return registries;
}

const limits = (network: Partial<Config["network"]>) => ({
  network: { ...defaultConfig.network, ...network },
});

describe("connect", () => {
  test("ends a credential helper that is still at work when the run is over", async () => {
    const server = await serve(challengeBearer);
    const workspace = createWorkspace();
    const pidFile = join(workspace.path, "pid");
    workspace.writeHelper("slow", `echo $$ > ${pidFile}; exec sleep 60`);
    workspace.write(".docker/config.json", { credsStore: "slow" });
    const environment = { HOME: workspace.path, PATH: workspace.searchPath };
    const registries = await connectAs(environment, limits({ deadline: 1_500 }));

    await expect(registries.resolveDigest(parseReference(`${server.host}/app:v1`))).rejects.toMatchObject({
      code: "deadline",
    });
    await registries.close();

    const pid = readFileSync(pidFile, "utf8").trim();
    await expect
      .poll(() => existsSync(`/proc/${pid}/cmdline`) && readFileSync(`/proc/${pid}/cmdline`, "utf8"))
      .toBeFalsy();
  });

  test("starts no helper for those that waited for one when the run is over", async () => {
    const server = await serve(challengeBearer);
    const other = await serve(challengeBearer);
    const workspace = createWorkspace();
    const log = join(workspace.path, "log");
    workspace.writeHelper("slow", `echo started >> ${log}; exec sleep 60`);
    workspace.write(".docker/config.json", { credsStore: "slow" });
    const environment = { HOME: workspace.path, PATH: workspace.searchPath };
    const registries = await connectAs(environment, limits({ deadline: 1_500 }));

    await Promise.allSettled(
      [server, other].map(({ host }) => registries.resolveDigest(parseReference(`${host}/app:v1`))),
    );
    await registries.close();

    expect(readFileSync(log, "utf8")).toBe("started\n");
  });

  test("asks as the login that a variable holds", async () => {
    const server = await serve((request, response) => {
      if (request.headers.authorization === `Basic ${Buffer.from("ada:secret").toString("base64")}`)
        answerIndex(response);
      else answer(response, 401, { headers: { "www-authenticate": 'Basic realm="quirk"' } });
    });
    const registries = await connectAs({
      PIN_DIGESTS_REGISTRY_HOSTNAME: server.host,
      PIN_DIGESTS_REGISTRY_USERNAME: "ada",
      PIN_DIGESTS_REGISTRY_PASSWORD: "secret",
    });

    expect(await registries.resolveDigest(parseReference(`${server.host}/app:v1`))).toBe(INDEX_DIGEST);
  });
});
