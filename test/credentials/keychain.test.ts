import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { createKeychain, type KeychainOptions } from "../../src/credentials/keychain.ts";
import { parsePullSecret } from "../../src/credentials/pull-secret.ts";
import { createWorkspace } from "./workspace.ts";

type Options = Partial<Omit<KeychainOptions, "send" | "now">>;

function create(options: Options) {
  return createKeychain({
    environment: {},
    ...options,
    now: () => 0,
    send: async (request) => {
      throw new Error(`unexpected request to ${request.url}`);
    },
  });
}

function entry(login: string) {
  return { auth: Buffer.from(login).toString("base64") };
}

const app = { host: "ghcr.io", repository: "acme/app" };

async function findUsers(options: Options, target = app): Promise<readonly string[]> {
  const found = await create(options).configured(target);
  return found.map(({ credential }) =>
    credential.kind === "basic" ? credential.username : credential.token,
  );
}

describe("configured", () => {
  test("gives the login of docker's file, and says where it stands", async () => {
    const workspace = createWorkspace();
    const file = workspace.write(".docker/config.json", { auths: { "ghcr.io": entry("me:secret") } });

    const found = await create({ homeDirectory: workspace.path }).configured(app);

    expect(found).toEqual([
      {
        source: `auths["ghcr.io"] in ${file}`,
        credential: { kind: "basic", username: "me", password: "secret" },
      },
    ]);
  });

  test("takes HOME where no home directory is given", async () => {
    const workspace = createWorkspace();
    workspace.write(".docker/config.json", { auths: { "ghcr.io": entry("me:secret") } });

    expect(await findUsers({ environment: { HOME: workspace.path } })).toEqual(["me"]);
  });

  test("asks variables, DOCKER_AUTH_CONFIG, docker's file, podman's files and pull secrets, in this order", async () => {
    const workspace = createWorkspace();
    const login = (user: string) => ({ auths: { "ghcr.io": entry(`${user}:secret`) } });
    workspace.write("docker/config.json", login("docker"));
    workspace.write("run/containers/auth.json", login("podman-run"));
    workspace.write("xdg/containers/auth.json", login("podman-config"));
    workspace.write(".dockercfg", login("dockercfg").auths);
    const secret = parsePullSecret(
      {
        source: "Secret pull",
        type: "kubernetes.io/dockerconfigjson",
        data: {},
        stringData: { ".dockerconfigjson": JSON.stringify(login("secret")) },
      },
      () => {},
    );

    const users = await findUsers({
      homeDirectory: workspace.path,
      environment: {
        DOCKER_CONFIG: join(workspace.path, "docker"),
        XDG_RUNTIME_DIR: join(workspace.path, "run"),
        XDG_CONFIG_HOME: join(workspace.path, "xdg"),
        DOCKER_AUTH_CONFIG: JSON.stringify(login("auth-config")),
        PIN_DIGESTS_REGISTRY_HOSTNAME: "ghcr.io",
        PIN_DIGESTS_REGISTRY_USERNAME: "variables",
        PIN_DIGESTS_REGISTRY_PASSWORD: "secret",
      },
      sources: secret === undefined ? [] : [{ config: secret, matches: () => true }],
    });

    expect(users).toEqual([
      "variables",
      "auth-config",
      "docker",
      "podman-run",
      "podman-config",
      "dockercfg",
      "secret",
    ]);
  });

  test("reads REGISTRY_AUTH_FILE in place of podman's files", async () => {
    const workspace = createWorkspace();
    workspace.write(".config/containers/auth.json", { auths: { "ghcr.io": entry("podman:secret") } });
    const file = workspace.write("auth.json", { auths: { "ghcr.io": entry("named:secret") } });

    expect(await findUsers({ homeDirectory: workspace.path })).toEqual(["podman"]);
    expect(
      await findUsers({ homeDirectory: workspace.path, environment: { REGISTRY_AUTH_FILE: file } }),
    ).toEqual(["named"]);
  });

  test("gives all logins that match, the most specific first", async () => {
    const auths = {
      "*.io": entry("glob:1"),
      "ghcr.io": entry("host:2"),
      "ghcr.io/acme": entry("path:3"),
      "ghcr.io/ac": entry("other:4"),
    };

    expect(await findUsers({ environment: { DOCKER_AUTH_CONFIG: JSON.stringify({ auths }) } })).toEqual([
      "path",
      "host",
      "glob",
    ]);
  });

  test("gives a login that stands in two files once", async () => {
    const workspace = createWorkspace();
    const config = { auths: { "ghcr.io": entry("me:secret") } };
    workspace.write(".docker/config.json", config);

    const environment = { DOCKER_AUTH_CONFIG: JSON.stringify(config) };
    expect(await findUsers({ homeDirectory: workspace.path, environment })).toEqual(["me"]);
  });

  test("uses a pull secret for no image but those that it covers", async () => {
    const config = {
      source: "Secret pull",
      auths: [["ghcr.io", entry("me:s")]],
      credHelpers: [],
      credsStore: "",
    } as const;
    const sources = [
      { config, matches: ({ repository }: { readonly repository: string }) => repository === "acme/app" },
    ];

    expect(await findUsers({ sources })).toEqual(["me"]);
    expect(await findUsers({ sources }, { host: "ghcr.io", repository: "acme/other" })).toEqual([]);
  });

  test("says which logins lie in the package", async () => {
    const auths = [["quay.io", { username: "me", password: "secret" }]] as const;
    const config = { source: "the Secret", auths, credHelpers: [], credsStore: "" };
    const workspace = createWorkspace();
    workspace.write(".docker/config.json", { auths: { "quay.io": entry("ada:secret") } });
    const keychain = create({
      homeDirectory: workspace.path,
      sources: [{ config, matches: () => true }],
    });

    const found = await keychain.configured({ host: "quay.io", repository: "acme/app" });

    expect(found.map(({ fromPackage }) => fromPackage)).toEqual([undefined, true]);
  });

  test("asks whether a pull secret covers an image by the host's one name", async () => {
    const hosts: string[] = [];
    const config = { source: "Secret pull", auths: [], credHelpers: [], credsStore: "" };
    const matches = ({ host }: { readonly host: string }) => hosts.push(host) > 0;

    await findUsers({ sources: [{ config, matches }] }, { host: "Index.docker.io", repository: "acme/app" });

    expect(hosts).toEqual(["docker.io"]);
  });

  test("asks the helper of the host, not the store, and then the entry", async () => {
    const workspace = createWorkspace();
    workspace.writeHelper("own", `echo '{"Username":"own","Secret":"s"}'`);
    workspace.writeHelper("store", `echo '{"Username":"store","Secret":"s"}'`);
    const file = workspace.write(".docker/config.json", {
      auths: { "ghcr.io": entry("entry:s"), "quay.io": {} },
      credHelpers: { "ghcr.io": "own", "docker.io": "" },
      credsStore: "store",
    });
    const keychain = create({ homeDirectory: workspace.path, environment: { PATH: workspace.searchPath } });

    const sources = async (host: string) =>
      (await keychain.configured({ host, repository: "acme/app" })).map((candidate) => candidate.source);

    expect(await sources("ghcr.io")).toEqual([
      `docker-credential-own, credHelpers["ghcr.io"] in ${file}`,
      `auths["ghcr.io"] in ${file}`,
    ]);
    expect(await sources("quay.io")).toEqual([`docker-credential-store, credsStore in ${file}`]);
    expect(await sources("docker.io")).toEqual([]);
  });

  test("starts a helper once for all images of a host", async () => {
    const workspace = createWorkspace();
    const log = join(workspace.path, "log");
    workspace.writeHelper("store", `cat >> ${log}; echo >> ${log}; echo '{"Username":"me","Secret":"s"}'`);
    workspace.write(".docker/config.json", { credsStore: "store" });
    const keychain = create({ homeDirectory: workspace.path, environment: { PATH: workspace.searchPath } });

    const found = await Promise.all(
      ["a/a", "a/b", "a/c"].map((repository) => keychain.configured({ host: "docker.io", repository })),
    );
    await keychain.configured({ host: "index.docker.io", repository: "a/d" });

    expect(found.map((candidates) => candidates.length)).toEqual([1, 1, 1]);
    expect(readFileSync(log, "utf8")).toBe("https://index.docker.io/v1/\n");
  });

  test("reads credHelpers in DOCKER_AUTH_CONFIG", async () => {
    const workspace = createWorkspace();
    workspace.writeHelper("own", `echo '{"Username":"own","Secret":"s"}'`);

    const DOCKER_AUTH_CONFIG = '{"credHelpers":{"ghcr.io":"own"}}';
    expect(await findUsers({ environment: { PATH: workspace.searchPath, DOCKER_AUTH_CONFIG } })).toEqual([
      "own",
    ]);
  });

  test("reads each file once", async () => {
    const workspace = createWorkspace();
    workspace.write(".docker/config.json", { auths: { "ghcr.io": entry("before:s") } });
    const keychain = create({ homeDirectory: workspace.path });
    await keychain.configured(app);
    workspace.write(".docker/config.json", { auths: { "ghcr.io": entry("after:s") } });

    expect(await keychain.configured(app)).toMatchObject([{ credential: { username: "before" } }]);
  });

  test("does not read a file before it is asked for a login", async () => {
    const workspace = createWorkspace();
    const keychain = create({ homeDirectory: workspace.path });
    workspace.write(".docker/config.json", { auths: { "ghcr.io": entry("me:s") } });

    expect(await keychain.configured(app)).toHaveLength(1);
  });
});

describe("warnings", () => {
  async function findWarnings(options: Options): Promise<readonly string[]> {
    const keychain = create(options);
    expect(await keychain.configured(app)).toEqual([]);
    return keychain.warnings();
  }

  test.each([{}, { homeDirectory: "/nonexistent" }, { homeDirectory: "/nonexistent", uid: 4242 }])(
    "is empty where there is no file: %j",
    async (options) => {
      expect(await findWarnings(options)).toEqual([]);
    },
  );

  test("names a file that a variable names and that is not there", async () => {
    const environment = {
      DOCKER_CONFIG: "/nonexistent/docker",
      REGISTRY_AUTH_FILE: "/nonexistent/auth.json",
    };

    expect(await findWarnings({ environment })).toEqual([
      "wanted logins from /nonexistent/auth.json (REGISTRY_AUTH_FILE): there is no such file",
      "wanted logins from /nonexistent/docker/config.json (DOCKER_CONFIG): there is no such file",
    ]);
  });

  test.each([
    { name: "DOCKER_CONFIG", value: ".docker", path: ".docker/config.json" },
    { name: "REGISTRY_AUTH_FILE", value: "auth.json", path: "auth.json" },
  ])(
    "refuses a relative $name, since the working directory may be the package",
    async ({ name, value, path }) => {
      expect(await findWarnings({ environment: { [name]: value } })).toEqual([
        `wanted logins from ${path} (${name}): its path is relative`,
      ]);
    },
  );

  test("names a file that can't be read", async () => {
    const workspace = createWorkspace();
    workspace.write(".docker/config.json/folder", "");

    expect(await findWarnings({ homeDirectory: workspace.path })).toEqual([
      `wanted logins from ${workspace.path}/.docker/config.json: it is a directory, not a regular file`,
    ]);
  });

  test("quotes no secret of a malformed file or entry, and is sorted", async () => {
    const workspace = createWorkspace();
    workspace.write(".docker/config.json", '{"auths":{"ghcr.io":{"auth":"czNjcmV0"}}');
    const DOCKER_AUTH_CONFIG = JSON.stringify({
      auths: { "ghcr.io": { auth: "czNjcmV0" }, "quay.io": { auth: "czNjcmV0" } },
    });

    expect(
      await findWarnings({ homeDirectory: workspace.path, environment: { DOCKER_AUTH_CONFIG } }),
    ).toEqual([
      `wanted a Docker configuration in ${workspace.path}/.docker/config.json: not a JSON object, so no login is taken from it`,
      'wanted a login in auths["ghcr.io"] in DOCKER_AUTH_CONFIG: "auth" is not the base64 of user:password',
    ]);
  });

  test("names a helper that is missing", async () => {
    expect(await findWarnings({ environment: { DOCKER_AUTH_CONFIG: '{"credsStore":"desktop"}' } })).toEqual([
      'wanted a login from the credential helper "docker-credential-desktop": it is not in PATH',
    ]);
  });

  test("says a thing once, however many images it concerns", async () => {
    const keychain = create({ environment: { DOCKER_AUTH_CONFIG: '{"auths":{"ghcr.io":{"auth":"?"}}}' } });
    await keychain.configured(app);
    await keychain.configured({ host: "ghcr.io", repository: "acme/other" });

    expect(keychain.warnings()).toHaveLength(1);
  });
});

describe("ambient", () => {
  test.each([
    { environment: { GITHUB_TOKEN: "t" }, host: "ghcr.io", source: "GITHUB_TOKEN" },
    { environment: { GITHUB_TOKEN: "t" }, host: "GHCR.io:443", source: "GITHUB_TOKEN" },
    { environment: { GITHUB_TOKEN: "t" }, host: "ghcr.io.evil.com", source: undefined },
    { environment: { GITHUB_TOKEN: "t" }, host: "docker.io", source: undefined },
    { environment: { GITHUB_TOKEN: "t" }, host: "ghcr.io:8443", source: undefined },
    { environment: {}, host: "ghcr.io", source: undefined },
  ])("finds $source for $host", async ({ environment, host, source }) => {
    const found = await create({ environment }).ambient({ host, repository: "acme/app" });

    expect(found?.source).toBe(source);
  });

  test("sends nothing for a host of no cloud", async () => {
    const requests: string[] = [];
    const keychain = createKeychain({
      environment: { AWS_ACCESS_KEY_ID: "a", AWS_SECRET_ACCESS_KEY: "s", GITHUB_TOKEN: "t" },
      now: () => 0,
      send: async ({ url }) => {
        requests.push(url);
        throw new Error("unexpected");
      },
    });
    const hosts = [
      "docker.io",
      "quay.io",
      "x.azurecr.io.evil.com",
      "evilgcr.io",
      "gcr.io.evil.com",
      "127.0.0.1:5000",
    ];

    const found = await Promise.all(hosts.map((host) => keychain.ambient({ host, repository: "acme/app" })));

    expect(found).toEqual(hosts.map(() => undefined));
    expect(requests).toEqual([]);
  });

  test("turns a failure into a warning", async () => {
    const keychain = create({ environment: { AWS_ACCESS_KEY_ID: "a", AWS_SECRET_ACCESS_KEY: "s3cret" } });
    const host = "123456789012.dkr.ecr.eu-west-1.amazonaws.com";

    expect(await keychain.ambient({ host, repository: "app" })).toBeUndefined();
    expect(keychain.warnings()).toEqual([
      "wanted a password for ECR with AWS_ACCESS_KEY_ID from api.ecr.eu-west-1.amazonaws.com: Error",
    ]);
  });

  test("hands on a fault of the program", async () => {
    const keychain = createKeychain({
      environment: { AWS_ACCESS_KEY_ID: "a", AWS_SECRET_ACCESS_KEY: "s" },
      send: async () => ({ status: 200, headers: {}, body: "{}" }),
      now: () => {
        throw new RangeError("no clock");
      },
    });

    const host = "123456789012.dkr.ecr.eu-west-1.amazonaws.com";
    await expect(keychain.ambient({ host, repository: "app" })).rejects.toThrow(RangeError);
  });
});

describe("prefersAmbient", () => {
  test.each([
    ["123456789012.dkr.ecr.eu-west-1.amazonaws.com", true],
    ["123456789012.DKR.ECR.eu-west-1.amazonaws.com:443", true],
    ["123456789012.dkr.ecr.eu-west-1.amazonaws.com.evil.com", false],
    ["public.ecr.aws", false],
    ["gcr.io", false],
    ["acme.azurecr.io", false],
    ["ghcr.io", false],
    ["docker.io", false],
  ])("says of %s: %s", (host, expected) => {
    expect(create({}).prefersAmbient(host)).toBe(expected);
  });
});
