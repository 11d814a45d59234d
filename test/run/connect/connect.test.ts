import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import type { Config } from "../../../src/config/config.ts";
import { defaultConfig } from "../../../src/config/default-config.ts";
import { parseReference } from "../../../src/image/reference.ts";
import type { RegistrySession } from "../../../src/registry/resolve/registry-session.ts";
import { connect } from "../../../src/run/connect/connect.ts";
import { createWorkspace } from "../../credentials/workspace.ts";
import { stopTime } from "../../support/clock.ts";
import { answer, answerIndex, challengeBearer, INDEX_DIGEST } from "../../support/manifests.ts";
import { serve } from "../../support/quirk-server.ts";

async function connectAs(
  environment: Readonly<Record<string, string>>,
  config: Partial<Config> = {},
): Promise<RegistrySession> {
  const registries = connect({ ...defaultConfig, ...config }, { environment, pullSecrets: () => [] });
  onTestFinished(() => registries.close());
  return registries;
}

const limits = (network: Partial<Config["network"]>) => ({
  network: { ...defaultConfig.network, ...network },
});

describe("connect", () => {
  test.each([{ leaveSockets: false }, { leaveSockets: true }])(
    "ends a credential helper that is still at work when the run is over, with %j",
    async (ending) => {
      const server = await serve(challengeBearer);
      const workspace = createWorkspace();
      const pidFile = join(workspace.path, "pid");
      workspace.writeHelper("slow", `echo $$ > ${pidFile}; exec sleep 60`);
      workspace.write(".docker/config.json", { credsStore: "slow" });
      const environment = { HOME: workspace.path, PATH: workspace.searchPath };
      const { pass } = stopTime();
      const registries = await connectAs(environment, limits({ deadline: 60_000, timeout: 120_000 }));
      const looked = registries.inspect(parseReference(`${server.host}/app:v1`), {}).catch((error) => error);
      await expect.poll(() => existsSync(pidFile) && readFileSync(pidFile, "utf8")).toMatch(/\n/);

      await pass(60_000);

      expect(await looked).toMatchObject({ code: "deadline" });
      await registries.close(ending);

      const pid = readFileSync(pidFile, "utf8").trim();
      await expect
        .poll(() => existsSync(`/proc/${pid}/cmdline`) && readFileSync(`/proc/${pid}/cmdline`, "utf8"))
        .toBeFalsy();
    },
  );

  test("counts the time of a run from when that began", async () => {
    const server = await serve(() => {});
    const config = { ...defaultConfig, ...limits({ deadline: 3_600_000 }) };
    const since = performance.now() - 3_600_000;
    const registries = connect(config, { environment: {}, pullSecrets: () => [], since });
    onTestFinished(() => registries.close());

    await expect(registries.inspect(parseReference(`${server.host}/app:v1`), {})).rejects.toMatchObject({
      code: "deadline",
    });
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
      [server, other].map(({ host }) => registries.inspect(parseReference(`${host}/app:v1`), {})),
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

    expect(await registries.inspect(parseReference(`${server.host}/app:v1`), {})).toEqual({
      digest: INDEX_DIGEST,
    });
  });

  test("names every login that was refused, and shows no part of one", async () => {
    const server = await serve((request, response) => {
      const { authorization = "" } = request.headers;
      const login = Buffer.from(authorization.replace("Basic ", ""), "base64").toString();
      answer(response, 401, {
        headers: { "www-authenticate": 'Basic realm="quirk"' },
        body: `refused ${authorization} ${login} ${encodeURIComponent(login)}`,
      });
    });
    const workspace = createWorkspace();
    const entryOf = (password: string) => ({ auth: Buffer.from(`me:${password}`).toString("base64") });
    const key = server.host;
    workspace.writeHelper("fake", 'echo \'{"Username":"me","Secret":"hush+helper"}\'');
    workspace.write(".docker/config.json", {
      auths: { [key]: entryOf("hush+docker") },
      credHelpers: { [key]: "fake" },
    });
    workspace.write("auth.json", { auths: { [key]: entryOf("hush+podman") } });
    const registries = await connectAs(
      {
        HOME: workspace.path,
        PATH: workspace.searchPath,
        REGISTRY_AUTH_FILE: join(workspace.path, "auth.json"),
        DOCKER_AUTH_CONFIG: JSON.stringify({ auths: { [key]: entryOf("hush+variable") } }),
        PIN_DIGESTS_REGISTRY_HOSTNAME: key,
        PIN_DIGESTS_REGISTRY_USERNAME: "me",
        PIN_DIGESTS_REGISTRY_PASSWORD: "hush+environment",
      },
      { verify: "get" },
    );

    const error: unknown = await registries.inspect(parseReference(`${key}/app:v1`), {}).catch((e) => e);

    const said = [
      String(error),
      error instanceof Error && String(error.cause),
      ...registries.warnings(),
    ].join("\n");
    expect(said).not.toContain("hush");
    expect(said).not.toMatch(/bWU6/);
    expect(said).toContain("with PIN_DIGESTS_REGISTRY_HOSTNAME");
    expect(said).toContain(`with auths["${key}"] in DOCKER_AUTH_CONFIG`);
    expect(said).toContain("with docker-credential-fake");
    expect(said).toContain(`with auths["${key}"] in ${workspace.path}/.docker/config.json`);
    expect(said).toContain(`with auths["${key}"] in ${workspace.path}/auth.json`);
  });

  test("goes on to the next login, and warns of the one that was refused", async () => {
    const good = Buffer.from("me:good").toString("base64");
    const server = await serve((request, response) => {
      if (request.headers.authorization === `Basic ${good}`) answerIndex(response);
      else answer(response, 401, { headers: { "www-authenticate": 'Basic realm="quirk"' } });
    });
    const registries = await connectAs({
      PIN_DIGESTS_REGISTRY_HOSTNAME: server.host,
      PIN_DIGESTS_REGISTRY_PASSWORD: "hush",
      DOCKER_AUTH_CONFIG: JSON.stringify({ auths: { [server.host]: { auth: good } } }),
    });

    expect(await registries.inspect(parseReference(`${server.host}/app:v1`), {})).toEqual({
      digest: INDEX_DIGEST,
    });
    expect(registries.warnings()).toEqual([
      `${server.host} refused the login from PIN_DIGESTS_REGISTRY_HOSTNAME (HTTP 401), and was asked with auths["${server.host}"] in DOCKER_AUTH_CONFIG instead: renew that login, or remove it`,
    ]);
  });
});
