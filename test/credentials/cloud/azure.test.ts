import { describe, expect, test } from "vitest";
import { createAzure } from "../../../src/credentials/cloud/azure.ts";
import { type Answer, type StandIn, startStandIn } from "../stand-in.ts";
import { createWorkspace } from "../workspace.ts";

const host = "acme.azurecr.io";
const exchange = `POST https://${host}/oauth2/exchange`;
const authority = "POST https://login.microsoftonline.com/tenant-1/oauth2/v2.0/token";
const time = Date.parse("2026-01-02T03:04:05Z");
const form = { "content-type": "application/x-www-form-urlencoded" };
const secret = { AZURE_TENANT_ID: "tenant-1", AZURE_CLIENT_ID: "client-1", AZURE_CLIENT_SECRET: "s3cret" };
const granted: Answer = { body: { access_token: "entra", expires_in: 3599 } };

function refreshToken(name: string, expiresAt = time / 1000 + 10_800): string {
  return `${name}.${Buffer.from(JSON.stringify({ exp: expiresAt })).toString("base64url")}.signature`;
}

function create(standIn: StandIn, environment: Readonly<Record<string, string>>, now = () => time) {
  return createAzure({ environment, send: standIn.send, now });
}

function login(token: string) {
  return { kind: "identity-token", token, username: "00000000-0000-0000-0000-000000000000" };
}

function readForm(body: string | undefined) {
  return Object.fromEntries(new URLSearchParams(body));
}

describe("covers", () => {
  const azure = createAzure({ environment: {}, send: () => Promise.reject(new Error("no")), now: () => 0 });

  test.each(["acme.azurecr.io", "acme-abc.azurecr.io", "acme.azurecr.cn", "acme.azurecr.us"])(
    "is true for %s",
    (registry) => {
      expect(azure.matches(registry)).toBe(true);
      expect(azure.isPrivate(registry)).toBe(false);
    },
  );

  test.each([
    "x.azurecr.io.evil.com",
    "evilazurecr.io",
    "azurecr.io",
    "x.azurecr.io:8443",
    "x.azurecr.io.",
    "evil.com/x.azurecr.io",
    "evil.com#.azurecr.io",
    "user@x.azurecr.io",
    "..azurecr.io",
    "x.azurecr.de",
    "mcr.microsoft.com",
    "",
  ])("is false for %s", (registry) => {
    expect(azure.matches(registry)).toBe(false);
  });

  test("asks nobody about a host that it does not cover", async () => {
    expect(await azure.getCredential("x.azurecr.io.evil.com")).toBeUndefined();
  });
});

describe("identify with a client secret", () => {
  test("asks for a token of the registry's audience and trades it at the registry", async () => {
    const standIn = await startStandIn({
      [authority]: granted,
      [exchange]: { body: { refresh_token: refreshToken("acr") } },
    });

    const found = await create(standIn, secret).getCredential(host);

    expect(found).toEqual({ source: "AZURE_CLIENT_SECRET", credential: login(refreshToken("acr")) });
    expect(standIn.received).toEqual([
      {
        method: "POST",
        url: "https://login.microsoftonline.com/tenant-1/oauth2/v2.0/token",
        headers: form,
        body: "grant_type=client_credentials&client_id=client-1&scope=https%3A%2F%2Fcontainerregistry.azure.net%2F.default&client_secret=s3cret",
      },
      {
        method: "POST",
        url: "https://acme.azurecr.io/oauth2/exchange",
        headers: form,
        body: "grant_type=access_token&service=acme.azurecr.io&tenant=tenant-1&access_token=entra",
      },
    ]);
  });

  test.each([
    { registry: "acme.azurecr.cn", login: "https://login.chinacloudapi.cn" },
    { registry: "acme.azurecr.us", login: "https://login.microsoftonline.us" },
  ])("asks the authority of $registry's cloud", async ({ registry, login }) => {
    const standIn = await startStandIn({
      [`POST ${login}/tenant-1/oauth2/v2.0/token`]: granted,
      [`POST https://${registry}/oauth2/exchange`]: { body: { refresh_token: refreshToken("acr") } },
    });

    expect(await create(standIn, secret).getCredential(registry)).toBeDefined();
  });

  test("asks the authority that AZURE_AUTHORITY_HOST names", async () => {
    const standIn = await startStandIn({
      "POST http://127.0.0.1:8443/tenant-1/oauth2/v2.0/token": granted,
      [exchange]: { body: { refresh_token: refreshToken("acr") } },
    });

    const environment = { ...secret, AZURE_AUTHORITY_HOST: "http://127.0.0.1:8443/" };
    expect(await create(standIn, environment).getCredential(host)).toBeDefined();
  });

  test("refuses to send a secret to an authority over plain HTTP", async () => {
    const standIn = await startStandIn({});
    const environment = { ...secret, AZURE_AUTHORITY_HOST: "http://evil.com" };

    await expect(create(standIn, environment).getCredential(host)).rejects.toThrow(
      "wanted an https URL for AZURE_AUTHORITY_HOST",
    );
    expect(standIn.timeouts).toEqual([]);
  });

  test("tries the resource manager's audience where the registry's is not granted", async () => {
    let asked = 0;
    const standIn = await startStandIn({
      [authority]: () => {
        asked += 1;
        return asked === 1 ? { status: 400, body: { error: "invalid_resource" } } : granted;
      },
      [exchange]: { body: { refresh_token: refreshToken("acr") } },
    });

    expect(await create(standIn, secret).getCredential(host)).toBeDefined();
    expect(standIn.received.map(({ body }) => readForm(body).scope)).toEqual([
      "https://containerregistry.azure.net/.default",
      "https://management.azure.com/.default",
      undefined,
    ]);
  });

  test("tries the resource manager's audience where the registry refuses its own", async () => {
    let traded = 0;
    const standIn = await startStandIn({
      [authority]: granted,
      [exchange]: () => {
        traded += 1;
        return traded === 1 ? { status: 401 } : { body: { refresh_token: refreshToken("acr") } };
      },
    });

    expect(await create(standIn, secret).getCredential(host)).toBeDefined();
    expect(standIn.received).toHaveLength(4);
  });

  test("asks for one token for all registries, and trades it at each once", async () => {
    const other = "other.azurecr.io";
    const standIn = await startStandIn({
      [authority]: granted,
      [exchange]: { body: { refresh_token: refreshToken("acr") } },
      [`POST https://${other}/oauth2/exchange`]: { body: { refresh_token: refreshToken("other") } },
    });
    const azure = create(standIn, secret);

    const found = await Promise.all([host, host, other].map((each) => azure.getCredential(each)));

    expect(found.map((each) => each?.credential)).toEqual([
      login(refreshToken("acr")),
      login(refreshToken("acr")),
      login(refreshToken("other")),
    ]);
    expect(standIn.received).toHaveLength(3);
  });

  test("trades again when the registry's token is about to expire", async () => {
    let now = time;
    let count = 0;
    const standIn = await startStandIn({
      [authority]: granted,
      [exchange]: () => {
        count += 1;
        return { body: { refresh_token: refreshToken(`acr${count}`, now / 1000 + 600) } };
      },
    });
    const azure = create(standIn, secret, () => now);
    await azure.getCredential(host);

    now += 539_000;
    expect((await azure.getCredential(host))?.credential).toEqual(
      login(refreshToken("acr1", time / 1000 + 600)),
    );
    now += 2_000;
    expect((await azure.getCredential(host))?.credential).toEqual(
      login(refreshToken("acr2", now / 1000 + 600)),
    );
    expect(standIn.received).toHaveLength(3);
  });

  test("keeps a token that says nothing of its end for an hour", async () => {
    let now = time;
    const standIn = await startStandIn({
      [authority]: granted,
      [exchange]: { body: { refresh_token: "opaque" } },
    });
    const azure = create(standIn, secret, () => now);
    await azure.getCredential(host);

    now += 3_530_000;
    await azure.getCredential(host);
    expect(standIn.received).toHaveLength(2);
    now += 20_000;
    await azure.getCredential(host);
    expect(standIn.received.length).toBeGreaterThan(2);
  });

  test("quotes the authority's codes, not its text, which holds a time", async () => {
    const standIn = await startStandIn({
      [authority]: {
        status: 401,
        body: {
          error: "invalid_client",
          error_description:
            "AADSTS7000215: Invalid client secret s3cret. Trace ID: 1 Timestamp: 2026-01-02 03:04:05Z",
        },
      },
    });

    await expect(create(standIn, secret).getCredential(host)).rejects.toThrow(
      /^wanted a token for https:\/\/management\.azure\.com with AZURE_CLIENT_SECRET from login\.microsoftonline\.com: status 401, "invalid_client", "AADSTS7000215"$/,
    );
  });
});

describe("identify with a federated token", () => {
  test("sends the token of the file as an assertion", async () => {
    const path = createWorkspace().write("token", "federated\n");
    const standIn = await startStandIn({
      [authority]: granted,
      [exchange]: { body: { refresh_token: refreshToken("acr") } },
    });

    const found = await create(standIn, {
      AZURE_TENANT_ID: "tenant-1",
      AZURE_CLIENT_ID: "client-1",
      AZURE_FEDERATED_TOKEN_FILE: path,
    }).getCredential(host);

    expect(found?.source).toBe("AZURE_FEDERATED_TOKEN_FILE");
    expect(readForm(standIn.received[0]?.body)).toEqual({
      grant_type: "client_credentials",
      client_id: "client-1",
      scope: "https://containerregistry.azure.net/.default",
      client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
      client_assertion: "federated",
    });
  });

  test.each([
    {
      path: "token",
      message: "wanted a token from token (AZURE_FEDERATED_TOKEN_FILE): its path is relative",
    },
    {
      path: "/nonexistent",
      message: "wanted a token from /nonexistent (AZURE_FEDERATED_TOKEN_FILE): there is no such file",
    },
  ])("fails with: $message", async ({ path, message }) => {
    const standIn = await startStandIn({});

    await expect(
      create(standIn, {
        AZURE_TENANT_ID: "tenant-1",
        AZURE_CLIENT_ID: "client-1",
        AZURE_FEDERATED_TOKEN_FILE: path,
      }).getCredential(host),
    ).rejects.toThrow(message);
  });
});

describe("identify with a managed identity", () => {
  const query = "resource=https%3A%2F%2Fcontainerregistry.azure.net";
  const traded = { [exchange]: { body: { refresh_token: refreshToken("acr") } } };

  test("asks the endpoint of a service", async () => {
    const url = `http://169.254.130.1:8081/msi/token?api-version=2019-08-01&${query}`;
    const standIn = await startStandIn({
      [`GET ${url}`]: { body: { access_token: "entra", expires_on: String(time / 1000 + 3600) } },
      ...traded,
    });

    const found = await create(standIn, {
      IDENTITY_ENDPOINT: "http://169.254.130.1:8081/msi/token",
      IDENTITY_HEADER: "header-1",
    }).getCredential(host);

    expect(found?.source).toBe("the managed identity of this service");
    expect(standIn.received[0]).toEqual({
      method: "GET",
      url,
      headers: { "x-identity-header": "header-1" },
      body: "",
    });
    expect(readForm(standIn.received[1]?.body)).toEqual({
      grant_type: "access_token",
      service: "acme.azurecr.io",
      access_token: "entra",
    });
  });

  test.each(["http://evil.com/msi/token", "http://169.254.1.1.evil.com/msi/token"])(
    "refuses to send the service's header to %s",
    async (endpoint) => {
      const standIn = await startStandIn({});
      const environment = { IDENTITY_ENDPOINT: endpoint, IDENTITY_HEADER: "s3cret" };

      await expect(create(standIn, environment).getCredential(host)).rejects.toThrow(
        "wanted an https URL for IDENTITY_ENDPOINT",
      );
      expect(standIn.timeouts).toEqual([]);
    },
  );

  test.each([
    { environment: {}, base: "http://169.254.169.254", parameters: query },
    {
      environment: { AZURE_CLIENT_ID: "client-1" },
      base: "http://169.254.169.254",
      parameters: `${query}&client_id=client-1`,
    },
    {
      environment: { AZURE_POD_IDENTITY_AUTHORITY_HOST: "http://127.0.0.1:2579/" },
      base: "http://127.0.0.1:2579",
      parameters: query,
    },
  ])("asks the metadata service at $base with $environment", async ({ environment, base, parameters }) => {
    const url = `${base}/metadata/identity/oauth2/token?api-version=2018-02-01&${parameters}`;
    let asked = 0;
    const standIn = await startStandIn({
      [`GET ${url}`]: () => {
        asked += 1;
        return asked === 1 ? { status: 400 } : { body: { access_token: "entra", expires_in: "3599" } };
      },
      ...traded,
    });

    const found = await create(standIn, environment).getCredential(host);

    expect(found?.source).toBe("the managed identity of this machine");
    expect(standIn.received.slice(0, 2)).toEqual([
      { method: "GET", url, headers: {}, body: "" },
      { method: "GET", url, headers: { metadata: "true" }, body: "" },
    ]);
    expect(standIn.timeouts[0]).toBe(1_000);
  });

  test.each([
    { name: "no service", routes: {} },
    { name: "the service of another cloud", routes: { "GET http://169.254.169.254/": {} } },
  ])("finds nothing, and asks once, where there is $name", async ({ routes }) => {
    const standIn = await startStandIn(routes);
    const azure = create(standIn, {});

    expect(await azure.getCredential(host)).toBeUndefined();
    expect(await azure.getCredential("other.azurecr.io")).toBeUndefined();
    expect(standIn.timeouts).toHaveLength(1);
  });
});
