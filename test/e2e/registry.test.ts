import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Ended, executable, run } from "./command.ts";
import { type Access, type DebianRegistry, startDebianRegistry } from "./debian-registry.ts";
import { issuer, makeToken, startTokenServer, type TokenServer } from "./token-server.ts";
import { describeWith, pinImage } from "./tools.ts";
import { folderOf, treeOf } from "./workspace.ts";

const login = Buffer.from("ada:secret").toString("base64");
const wrongLogin = Buffer.from("ada:s3cr3t").toString("base64");

describeWith(["docker-registry", "skopeo"], "docker-registry, open", () => {
  const registry = useRegistry(async () => ({ sections: {}, authorize: () => "" }));

  test("gives the digest that others see", async () => {
    const ended = await pin(registry.image(), "");
    const raw = await run("skopeo", [
      "inspect",
      "--raw",
      "--tls-verify=false",
      `docker://${registry.image()}`,
    ]);
    const sum = await run("sha256sum", [], { input: raw.stdout });

    expect(ended.code, ended.stderr).toBe(0);
    expect(ended.stdout).toBe(pod(`${registry.image()}@sha256:${sum.stdout.slice(0, 64)}`));
  });

  test("has no such tag", async () => {
    const ended = await pin(`${registry.image()}.1`, "");

    expect(ended.code).toBe(1);
    expect(ended.stdout).toBe("");
    expect(ended.stderr).toContain(`${registry.image()}.1`);
    expect(ended.stderr).toContain("404");
  });
});

describeWith(["docker-registry"], "docker-registry, htpasswd", () => {
  const registry = useRegistry(async (htpasswd) => ({
    sections: { auth: { htpasswd: { realm: "Registry Realm", path: htpasswd } } },
    authorize: () => `Basic ${login}`,
  }));

  testLogins(registry);
});

describeWith(["docker-registry"], "docker-registry, token", () => {
  let tokens: TokenServer | undefined;
  const registry = useRegistry(async (_, certificate) => {
    tokens = await startTokenServer(login);
    const { url: realm } = tokens;
    const service = "registry.test";
    const token = { realm, service, issuer: issuer.name, rootcertbundle: certificate };
    return {
      sections: { auth: { token } },
      authorize: (repository) => `Bearer ${makeToken(service, repository, ["pull", "push"])}`,
    };
  });
  afterAll(() => tokens?.stop());

  testLogins(registry);
});

describeWith(["docker-registry", "kpt", "image"], "docker-registry, htpasswd, from a container", () => {
  const registry = useRegistry(async (htpasswd) => ({
    sections: { auth: { htpasswd: { realm: "Registry Realm", path: htpasswd } } },
    authorize: () => `Basic ${login}`,
  }));

  test("takes the login of a mounted file", async () => {
    const site = folderOf({ "pod.yaml": pod(registry.image()) });
    const mount = `type=bind,src=${dockerConfig(registry.host(), login)},dst=/c`;
    const args = ["--image", pinImage, "--network", "--env", "DOCKER_CONFIG=/c", "--mount", mount];

    const ended = await run("kpt", ["fn", "eval", site, "--as-current-user", ...args]);

    expect(ended.code, ended.stderr).toBe(0);
    expect(treeOf(site)).toStrictEqual({ "pod.yaml": pod(registry.pinned()) });
  });
});

interface Served {
  host(): string;
  /** A private image. */
  image(): string;
  /** That image with its digest. */
  pinned(): string;
}

/** A registry for the tests of a suite. Its access may need a file of logins and a certificate. */
function useRegistry(makeAccess: (htpasswd: string, certificate: string) => Promise<Access>): Served {
  let registry: DebianRegistry | undefined;
  let digest = "";
  const folder = mkdtempSync(join(tmpdir(), "registry-"));
  const [htpasswd, certificate] = [join(folder, "htpasswd"), join(folder, "certificate.pem")];

  beforeAll(async () => {
    writeFileSync(htpasswd, `ada:${bcrypt}\n`);
    writeFileSync(certificate, issuer.certificate);
    registry = await startDebianRegistry(await makeAccess(htpasswd, certificate));
    digest = await registry.push("team/app:1");
  });
  afterAll(async () => {
    await registry?.stop();
    rmSync(folder, { recursive: true });
  });

  const host = (): string => registry?.host ?? "";
  return { host, image: () => `${host()}/team/app:1`, pinned: () => `${host()}/team/app:1@${digest}` };
}

// Of "secret".
const bcrypt = "$2b$04$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW";

function testLogins(registry: Served): void {
  test("lets the login in", async () => {
    const ended = await pin(registry.image(), dockerConfig(registry.host(), login));

    expect(ended.code, ended.stderr).toBe(0);
    expect(ended.stdout).toBe(pod(registry.pinned()));
  });

  test.each([
    ["a wrong login", (host: string) => dockerConfig(host, wrongLogin)],
    ["no login", () => folderOf({})],
    ["a login for another host", () => dockerConfig("registry.test", login)],
  ])("refuses %s, and no secret is told", async (_, makeConfig) => {
    const ended = await pin(registry.image(), makeConfig(registry.host()));

    expect(ended.code).toBe(1);
    expect(ended.stdout).toBe("");
    expect(ended.stderr).toContain(registry.image());
    expect(ended.stderr).toContain("401");
    for (const secret of ["secret", "s3cr3t", login, wrongLogin]) expect(ended.stderr).not.toContain(secret);
  });
}

function pin(image: string, config: string): Promise<Ended> {
  return run(executable, [], { input: pod(image), env: { DOCKER_CONFIG: config, HOME: "/nonexistent" } });
}

/** A folder with a Docker configuration that has one login. */
function dockerConfig(host: string, auth: string): string {
  return folderOf({ "config.json": JSON.stringify({ auths: { [host]: { auth } } }) });
}

function pod(image: string): string {
  return `apiVersion: v1
kind: Pod
metadata:
  name: app
spec:
  containers:
  - name: app
    image: ${image}
`;
}
