import { generateKeyPairSync, verify } from "node:crypto";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { createGoogle } from "../../../src/credentials/cloud/google.ts";
import { type Answer, type StandIn, startStandIn } from "../stand-in.ts";
import { createWorkspace } from "../workspace.ts";

const metadata = "http://169.254.169.254";
const tokenPath = "/computeMetadata/v1/instance/service-accounts/default/token";
const flavor = { "Metadata-Flavor": "Google" };
const there: Answer = { headers: flavor, body: "computeMetadata/" };
const time = Date.parse("2026-01-02T03:04:05Z");

interface Setting {
  readonly standIn: StandIn;
  readonly environment?: Readonly<Record<string, string>>;
  readonly homeDirectory?: string;
  readonly now?: () => number;
}

function create({ standIn, environment = {}, homeDirectory = "/nonexistent", now = () => time }: Setting) {
  return createGoogle({ environment, homeDirectory, send: standIn.send, now });
}

function login(password: string) {
  return { kind: "basic", username: "oauth2accesstoken", password };
}

async function identifyWith(content: object | string, standIn: StandIn) {
  const workspace = createWorkspace();
  const path = workspace.write("google.json", content);
  const found = await create({
    standIn,
    environment: { GOOGLE_APPLICATION_CREDENTIALS: path },
  }).getCredential("gcr.io");
  return { found, path };
}

describe("covers", () => {
  const google = createGoogle({ environment: {}, send: () => Promise.reject(new Error("no")), now: () => 0 });

  test.each([
    "gcr.io",
    "us.gcr.io",
    "marketplace.gcr.io",
    "europe-west1-docker.pkg.dev",
    "us-docker.pkg.dev",
  ])("is true for %s", (host) => {
    expect(google.matches(host)).toBe(true);
    expect(google.isPrivate(host)).toBe(false);
  });

  test.each([
    "evilgcr.io",
    "gcr.io.evil.com",
    "us-docker.pkg.dev.evil.com",
    "pkg.dev",
    "evilpkg.dev",
    "gcr.io:8443",
    "gcr.io.",
    "evil.com/gcr.io",
    "evil.com#.gcr.io",
    "evil.com?.gcr.io",
    "user@gcr.io",
    ".gcr.io",
    "a..gcr.io",
    "registry.k8s.io",
    "docker.io",
    "",
  ])("is false for %s", (host) => {
    expect(google.matches(host)).toBe(false);
  });
});

describe("identify by the metadata server", () => {
  test("asks whether it is Google's, then for a token", async () => {
    const standIn = await startStandIn({
      [`GET ${metadata}/`]: there,
      [`GET ${metadata}${tokenPath}`]: {
        body: { access_token: "ya29.token", expires_in: 3599, token_type: "Bearer" },
      },
    });

    const found = await create({ standIn }).getCredential("gcr.io");

    expect(found).toEqual({ source: "Google identity of this machine", credential: login("ya29.token") });
    expect(standIn.received).toEqual([
      { method: "GET", url: `${metadata}/`, headers: { "metadata-flavor": "Google" }, body: "" },
      { method: "GET", url: `${metadata}${tokenPath}`, headers: { "metadata-flavor": "Google" }, body: "" },
    ]);
    expect(standIn.timeouts[0]).toBe(1_000);
  });

  test("takes a token whose lifetime is no number for one that has ended", async () => {
    // What is made a number of this fails.
    const lifetime = { toString: 1, valueOf: 1 };
    const standIn = await startStandIn({
      [`GET ${metadata}/`]: there,
      [`GET ${metadata}${tokenPath}`]: { body: { access_token: "t", expires_in: lifetime } },
    });
    const google = create({ standIn });

    expect(await google.getCredential("gcr.io")).toMatchObject({ credential: login("t") });
    await google.getCredential("gcr.io");
    expect(standIn.received.filter(({ url }) => url.endsWith(tokenPath))).toHaveLength(2);
  });

  test.each([
    { name: "GCE_METADATA_HOST", value: "metadata.test:8080" },
    { name: "GCE_METADATA_IP", value: "127.0.0.5" },
  ])("asks the server that $name names", async ({ name, value }) => {
    const standIn = await startStandIn({
      [`GET http://${value}/`]: there,
      [`GET http://${value}${tokenPath}`]: { body: { access_token: "named", expires_in: 3599 } },
    });

    const found = await create({ standIn, environment: { [name]: value } }).getCredential("gcr.io");

    expect(found?.credential).toEqual(login("named"));
  });

  test("asks once for all hosts and images", async () => {
    const standIn = await startStandIn({
      [`GET ${metadata}/`]: there,
      [`GET ${metadata}${tokenPath}`]: { body: { access_token: "t", expires_in: 3599 } },
    });
    const google = create({ standIn });

    await Promise.all([
      google.getCredential("gcr.io"),
      google.getCredential("us.gcr.io"),
      google.getCredential("us-docker.pkg.dev"),
    ]);

    expect(standIn.received).toHaveLength(2);
  });

  test("asks again when the token is about to expire", async () => {
    let now = time;
    let count = 0;
    const standIn = await startStandIn({
      [`GET ${metadata}/`]: there,
      [`GET ${metadata}${tokenPath}`]: () => {
        count += 1;
        return { body: { access_token: `token-${count}`, expires_in: 600 } };
      },
    });
    const google = create({ standIn, now: () => now });
    await google.getCredential("gcr.io");

    now += 539_000;
    expect((await google.getCredential("gcr.io"))?.credential).toEqual(login("token-1"));
    now += 2_000;
    expect((await google.getCredential("gcr.io"))?.credential).toEqual(login("token-2"));
  });

  test("asks again where the server is not ready", async () => {
    let asked = 0;
    const standIn = await startStandIn({
      [`GET ${metadata}/`]: there,
      [`GET ${metadata}${tokenPath}`]: () => {
        asked += 1;
        return asked < 3 ? { status: 503 } : { body: { access_token: "late", expires_in: 3599 } };
      },
    });

    expect((await create({ standIn }).getCredential("gcr.io"))?.credential).toEqual(login("late"));
  });

  test("gives up where the server is never ready", async () => {
    const standIn = await startStandIn({
      [`GET ${metadata}/`]: there,
      [`GET ${metadata}${tokenPath}`]: { status: 503 },
    });

    await expect(create({ standIn }).getCredential("gcr.io")).rejects.toThrow("status 503");
    expect(standIn.received).toHaveLength(4);
  });

  test.each([
    { name: "no server", routes: {} },
    { name: "the metadata server of another cloud", routes: { [`GET ${metadata}/`]: { status: 401 } } },
    { name: "a captive portal", routes: { [`GET ${metadata}/`]: { body: "<html>log in</html>" } } },
  ])("finds nothing, and asks once, where there is $name", async ({ routes }) => {
    const standIn = await startStandIn(routes);
    const google = create({ standIn });

    expect(await google.getCredential("gcr.io")).toBeUndefined();
    expect(await google.getCredential("us.gcr.io")).toBeUndefined();
    expect(standIn.timeouts).toHaveLength(1);
  });

  test.each([
    {
      answer: { status: 404, body: "no service account" },
      message: "wanted a token of the machine's service account from 169.254.169.254: status 404",
    },
    {
      answer: { status: 403, body: { error: "access_denied", error_description: "secret" } },
      message:
        'wanted a token of the machine\'s service account from 169.254.169.254: status 403, "access_denied"',
    },
    {
      answer: { body: "not json" },
      message:
        "wanted a token of the machine's service account from 169.254.169.254: the answer is not a JSON object",
    },
    {
      answer: { body: {} },
      message:
        'wanted a token of the machine\'s service account from 169.254.169.254: the answer has no "access_token"',
    },
  ])("fails with: $message", async ({ answer, message }) => {
    const standIn = await startStandIn({
      [`GET ${metadata}/`]: there,
      [`GET ${metadata}${tokenPath}`]: answer,
    });

    await expect(create({ standIn }).getCredential("gcr.io")).rejects.toThrow(message);
  });
});

describe("identify by a file", () => {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
    publicKeyEncoding: { type: "spki", format: "pem" },
  });
  const serviceAccount = {
    type: "service_account",
    client_email: "bot@acme.iam.gserviceaccount.com",
    private_key: privateKey,
    private_key_id: "key-1",
  };

  test("signs an assertion for a service account", async () => {
    const standIn = await startStandIn({
      "POST https://oauth2.googleapis.com/token": { body: { access_token: "sa", expires_in: 3599 } },
    });

    const { found, path } = await identifyWith(serviceAccount, standIn);

    expect(found).toEqual({ source: `Google identity in ${path}`, credential: login("sa") });
    const [request] = standIn.received;
    expect(request?.headers).toEqual({ "content-type": "application/x-www-form-urlencoded" });
    const parameters = new URLSearchParams(request?.body);
    expect(parameters.get("grant_type")).toBe("urn:ietf:params:oauth:grant-type:jwt-bearer");
    expect([...parameters.keys()]).toEqual(["grant_type", "assertion"]);
    const [header = "", claims = "", signature = ""] = parameters.get("assertion")?.split(".") ?? [];
    expect(JSON.parse(Buffer.from(header, "base64url").toString())).toEqual({
      alg: "RS256",
      typ: "JWT",
      kid: "key-1",
    });
    expect(JSON.parse(Buffer.from(claims, "base64url").toString())).toEqual({
      iss: "bot@acme.iam.gserviceaccount.com",
      scope: "https://www.googleapis.com/auth/cloud-platform",
      aud: "https://oauth2.googleapis.com/token",
      iat: 1767323045,
      exp: 1767326645,
    });
    const signed = Buffer.from(`${header}.${claims}`);
    expect(verify("RSA-SHA256", signed, publicKey, Buffer.from(signature, "base64url"))).toBe(true);
  });

  test("asks the token_uri of the file", async () => {
    const standIn = await startStandIn({
      "POST http://127.0.0.1:8085/token": { body: { access_token: "local", expires_in: 3599 } },
    });

    const { found } = await identifyWith(
      { ...serviceAccount, token_uri: "http://127.0.0.1:8085/token" },
      standIn,
    );

    expect(found?.credential).toEqual(login("local"));
  });

  test("trades the refresh token of a user", async () => {
    const standIn = await startStandIn({
      "POST https://oauth2.googleapis.com/token": { body: { access_token: "user", expires_in: 3599 } },
    });
    const content = { type: "authorized_user", client_id: "id", client_secret: "s/e", refresh_token: "1//r" };

    const { found } = await identifyWith(content, standIn);

    expect(found?.credential).toEqual(login("user"));
    expect(standIn.received[0]?.body).toBe(
      "grant_type=refresh_token&client_id=id&client_secret=s%2Fe&refresh_token=1%2F%2Fr",
    );
  });

  test("reads the file that gcloud keeps", async () => {
    const workspace = createWorkspace();
    const content = { type: "authorized_user", client_id: "id", client_secret: "s", refresh_token: "r" };
    workspace.write(".config/gcloud/application_default_credentials.json", content);
    workspace.write("sdk/application_default_credentials.json", { ...content, client_id: "sdk" });
    const standIn = await startStandIn({
      "POST https://oauth2.googleapis.com/token": { body: { access_token: "user", expires_in: 3599 } },
    });
    const homeDirectory = workspace.path;

    await create({ standIn, homeDirectory }).getCredential("gcr.io");
    const environment = { CLOUDSDK_CONFIG: join(workspace.path, "sdk") };
    await create({ standIn, homeDirectory, environment }).getCredential("gcr.io");

    expect(standIn.received.map(({ body }) => new URLSearchParams(body).get("client_id"))).toEqual([
      "id",
      "sdk",
    ]);
  });

  const federated = {
    type: "external_account",
    audience: "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/gh",
    subject_token_type: "urn:ietf:params:oauth:token-type:jwt",
    token_url: "https://sts.googleapis.com/v1/token",
  };

  test("trades the token of a file, then takes the part of a service account", async () => {
    const workspace = createWorkspace();
    const file = workspace.write("subject", "subject-token\n");
    const impersonation =
      "https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/bot@acme.iam:generateAccessToken";
    const standIn = await startStandIn({
      "POST https://sts.googleapis.com/v1/token": { body: { access_token: "federated", expires_in: 3600 } },
      [`POST ${impersonation}`]: { body: { accessToken: "bot", expireTime: "2026-01-02T04:04:05Z" } },
    });

    const { found } = await identifyWith(
      { ...federated, credential_source: { file }, service_account_impersonation_url: impersonation },
      standIn,
    );

    expect(found?.credential).toEqual(login("bot"));
    expect(Object.fromEntries(new URLSearchParams(standIn.received[0]?.body))).toEqual({
      grant_type: "urn:ietf:params:oauth:grant-type:token-exchange",
      audience: federated.audience,
      scope: "https://www.googleapis.com/auth/cloud-platform",
      requested_token_type: "urn:ietf:params:oauth:token-type:access_token",
      subject_token_type: "urn:ietf:params:oauth:token-type:jwt",
      subject_token: "subject-token",
    });
    expect(standIn.received[1]).toEqual({
      method: "POST",
      url: impersonation,
      headers: { authorization: "Bearer federated", "content-type": "application/json" },
      body: '{"scope":["https://www.googleapis.com/auth/cloud-platform"],"lifetime":"3600s"}',
    });
  });

  test("trades the token of a URL, as GitHub gives it to a job", async () => {
    const url = "https://token.actions.githubusercontent.com/id?audience=acme";
    const standIn = await startStandIn({
      [`GET ${url}`]: { body: { value: "job-token" } },
      "POST https://sts.googleapis.com/v1/token": { body: { access_token: "federated", expires_in: 3600 } },
    });
    const credential_source = {
      url,
      headers: { Authorization: "Bearer job" },
      format: { type: "json", subject_token_field_name: "value" },
    };

    const { found } = await identifyWith({ ...federated, credential_source }, standIn);

    expect(found?.credential).toEqual(login("federated"));
    expect(standIn.received[0]?.headers).toEqual({ authorization: "Bearer job" });
    expect(new URLSearchParams(standIn.received[1]?.body).get("subject_token")).toBe("job-token");
  });

  test("names the project that pays for the identity of a workforce", async () => {
    const workspace = createWorkspace();
    const file = workspace.write("subject", "subject-token");
    const standIn = await startStandIn({
      "POST https://sts.googleapis.com/v1/token": { body: { access_token: "federated", expires_in: 3600 } },
    });

    await identifyWith(
      { ...federated, credential_source: { file }, workforce_pool_user_project: "acme" },
      standIn,
    );

    expect(new URLSearchParams(standIn.received[0]?.body).get("options")).toBe('{"userProject":"acme"}');
  });

  test("takes the part of a service account for a user", async () => {
    const impersonation =
      "https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/bot@acme.iam:generateAccessToken";
    const standIn = await startStandIn({
      "POST https://oauth2.googleapis.com/token": { body: { access_token: "user", expires_in: 3599 } },
      [`POST ${impersonation}`]: { body: { accessToken: "bot", expireTime: "2026-01-02T04:04:05Z" } },
    });
    const content = {
      type: "impersonated_service_account",
      delegates: ["a@acme.iam"],
      service_account_impersonation_url: impersonation,
      source_credentials: {
        type: "authorized_user",
        client_id: "id",
        client_secret: "s",
        refresh_token: "r",
      },
    };

    const { found } = await identifyWith(content, standIn);

    expect(found?.credential).toEqual(login("bot"));
    expect(standIn.received[1]?.headers.authorization).toBe("Bearer user");
    expect(JSON.parse(standIn.received[1]?.body ?? "")).toMatchObject({ delegates: ["a@acme.iam"] });
  });

  test("does not send a token over plain HTTP for the part of a service account", async () => {
    const file = createWorkspace().write("subject", "subject-token");
    const standIn = await startStandIn({
      "POST https://sts.googleapis.com/v1/token": { body: { access_token: "federated", expires_in: 3600 } },
    });
    const content = {
      ...federated,
      credential_source: { file },
      service_account_impersonation_url: "http://evil.com/",
    };

    await expect(identifyWith(content, standIn)).rejects.toThrow(
      "wanted an https URL for service_account_impersonation_url",
    );
    expect(standIn.timeouts).toHaveLength(1);
  });

  test.each([
    { content: "not json s3cret", message: "not a JSON object" },
    {
      content: { type: "gdch_service_account" },
      message: 'use gcloud\'s credential helper for those of type "gdch_service_account"',
    },
    { content: { type: "authorized_user" }, message: 'wanted "client_id"' },
    { content: { ...serviceAccount, private_key: "s3cret" }, message: 'wanted an RSA key for "private_key"' },
    {
      content: { ...serviceAccount, token_uri: "http://evil.com/token" },
      message: "wanted an https URL for token_uri",
    },
    {
      content: { ...federated, token_url: "http://evil.com/token", credential_source: { file: "/dev/null" } },
      message: "wanted an https URL for token_url",
    },
    {
      content: { ...federated, credential_source: { executable: { command: "/bin/touch /tmp/evil" } } },
      message: "use gcloud's credential helper for other kinds",
    },
    {
      content: {
        ...federated,
        credential_source: { environment_id: "aws1", url: "http://169.254.169.254/x" },
      },
      message: "use gcloud's credential helper for other kinds",
    },
    {
      content: { ...federated, credential_source: { file: "subject" } },
      message: "wanted a subject token from subject: its path is relative",
    },
    {
      content: { ...federated, credential_source: { file: "/nonexistent/token" } },
      message: "wanted a subject token from /nonexistent/token: there is no such file",
    },
    {
      content: { ...federated, credential_source: { file: "/dev/null" } },
      message: "wanted a subject token from /dev/null: it is a device, not a regular file",
    },
    {
      content: {
        ...federated,
        credential_source: {
          file: import.meta.filename,
          format: { type: "json", subject_token_field_name: "token" },
        },
      },
      message: "there is none",
    },
  ])("fails with: $message", async ({ content, message }) => {
    const standIn = await startStandIn({});

    const failure = await identifyWith(content, standIn).catch((error: unknown) => error);

    expect(String(failure)).toContain(message);
    expect(String(failure)).not.toContain("s3cret");
    expect(standIn.timeouts).toEqual([]);
  });

  test("does not go on to the machine where the file that is named is missing", async () => {
    const standIn = await startStandIn({});
    const environment = { GOOGLE_APPLICATION_CREDENTIALS: "/nonexistent/google.json" };

    await expect(create({ standIn, environment }).getCredential("gcr.io")).rejects.toThrow(
      "wanted Google's credentials from /nonexistent/google.json: there is no such file",
    );
    expect(standIn.timeouts).toEqual([]);
  });

  test("refuses a relative path, since the working directory may be the package", async () => {
    const standIn = await startStandIn({});
    const environment = { GOOGLE_APPLICATION_CREDENTIALS: "package.json" };

    await expect(create({ standIn, environment }).getCredential("gcr.io")).rejects.toThrow(
      "its path is relative",
    );
  });

  test("quotes the endpoint's code, not its text", async () => {
    const standIn = await startStandIn({
      "POST https://oauth2.googleapis.com/token": {
        status: 400,
        body: { error: "invalid_grant", error_description: "token 1//s3cret is revoked" },
      },
    });
    const content = {
      type: "authorized_user",
      client_id: "id",
      client_secret: "s",
      refresh_token: "1//s3cret",
    };

    const failure = await identifyWith(content, standIn).catch((error: unknown) => error);

    expect(String(failure)).toContain('from oauth2.googleapis.com: status 400, "invalid_grant"');
    expect(String(failure)).not.toContain("s3cret");
  });
});
