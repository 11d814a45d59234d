import { describe, expect, test } from "vitest";
import { createAws } from "../../../src/credentials/cloud/aws.ts";
import { type Answer, type StandIn, startStandIn } from "../stand-in.ts";
import { createWorkspace } from "../workspace.ts";

const host = "123456789012.dkr.ecr.eu-west-1.amazonaws.com";
const ecr = "POST https://api.ecr.eu-west-1.amazonaws.com/";
const time = Date.parse("2026-01-02T03:04:05Z");
const variables = { AWS_ACCESS_KEY_ID: "AKIDEXAMPLE", AWS_SECRET_ACCESS_KEY: "s3cret" };

function passwordAnswer(password: string, expiresAt = time / 1000 + 43_200): Answer {
  const authorizationToken = Buffer.from(`AWS:${password}`).toString("base64");
  return {
    body: { authorizationData: [{ authorizationToken, expiresAt, proxyEndpoint: `https://${host}` }] },
  };
}

function create(standIn: StandIn, environment: Readonly<Record<string, string>>, now = () => time) {
  return createAws({ environment, send: standIn.send, now });
}

const fromInstance = {
  AccessKeyId: "ASIA",
  SecretAccessKey: "s3cret",
  Token: "session",
  Expiration: "2026-01-02T09:04:05Z",
};

describe("identify with keys in variables", () => {
  test("asks for a password by a signed request", async () => {
    const standIn = await startStandIn({ [ecr]: passwordAnswer("pa:ss") });

    const found = await create(standIn, variables).getCredential(host);

    expect(found).toEqual({
      source: "an ECR password for AWS_ACCESS_KEY_ID",
      credential: { kind: "basic", username: "AWS", password: "pa:ss" },
    });
    expect(standIn.received).toEqual([
      {
        method: "POST",
        url: "https://api.ecr.eu-west-1.amazonaws.com/",
        headers: {
          "content-type": "application/x-amz-json-1.1",
          "x-amz-target": "AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken",
          "x-amz-date": "20260102T030405Z",
          authorization: expect.stringMatching(
            /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/20260102\/eu-west-1\/ecr\/aws4_request, SignedHeaders=content-type;host;x-amz-date;x-amz-target, Signature=[0-9a-f]{64}$/,
          ),
        },
        body: '{"registryIds":["123456789012"]}',
      },
    ]);
  });

  test("sends and signs the token of a session", async () => {
    const standIn = await startStandIn({ [ecr]: passwordAnswer("p") });

    await create(standIn, { ...variables, AWS_SESSION_TOKEN: "session" }).getCredential(host);

    expect(standIn.received[0]?.headers).toMatchObject({
      "x-amz-security-token": "session",
      authorization: expect.stringContaining("x-amz-date;x-amz-security-token;x-amz-target"),
    });
  });

  test("asks the service of the public registry", async () => {
    const authorizationToken = Buffer.from("AWS:public").toString("base64");
    const standIn = await startStandIn({
      "POST https://api.ecr-public.us-east-1.amazonaws.com/": {
        body: { authorizationData: { authorizationToken } },
      },
    });

    const found = await create(standIn, variables).getCredential("public.ecr.aws");

    expect(found?.credential).toEqual({ kind: "basic", username: "AWS", password: "public" });
    expect(standIn.received[0]).toMatchObject({
      headers: {
        "x-amz-target": "SpencerFrontendService.GetAuthorizationToken",
        authorization: expect.stringContaining("/us-east-1/ecr-public/aws4_request"),
      },
      body: "{}",
    });
  });

  test.each([
    { name: "AWS_ENDPOINT_URL_ECR", registry: host },
    { name: "AWS_ENDPOINT_URL_ECR_PUBLIC", registry: "public.ecr.aws" },
  ])("asks the service that $name names", async ({ name, registry }) => {
    const standIn = await startStandIn({ "POST http://127.0.0.1:4566/": passwordAnswer("local") });

    const found = await create(standIn, { ...variables, [name]: "http://127.0.0.1:4566/" }).getCredential(
      registry,
    );

    expect(found?.credential).toMatchObject({ password: "local" });
  });

  test("asks once for a registry, and once for each account and region", async () => {
    const standIn = await startStandIn({
      [ecr]: passwordAnswer("west"),
      "POST https://api.ecr.us-east-1.amazonaws.com/": passwordAnswer("east"),
    });
    const aws = create(standIn, variables);
    const hosts = [
      host,
      host,
      "123456789012.dkr.ecr.us-east-1.amazonaws.com",
      "999999999999.dkr.ecr.eu-west-1.amazonaws.com",
    ];

    await Promise.all(hosts.map((each) => aws.getCredential(each)));

    expect(standIn.received.map(({ url, body }) => `${url} ${body}`).sort()).toEqual([
      'https://api.ecr.eu-west-1.amazonaws.com/ {"registryIds":["123456789012"]}',
      'https://api.ecr.eu-west-1.amazonaws.com/ {"registryIds":["999999999999"]}',
      'https://api.ecr.us-east-1.amazonaws.com/ {"registryIds":["123456789012"]}',
    ]);
  });

  test("asks again when the password is about to expire", async () => {
    let now = time;
    let count = 0;
    const standIn = await startStandIn({
      [ecr]: () => {
        count += 1;
        return passwordAnswer(`p${count}`, now / 1000 + 600);
      },
    });
    const aws = create(standIn, variables, () => now);
    await aws.getCredential(host);

    now += 539_000;
    expect((await aws.getCredential(host))?.credential).toMatchObject({ password: "p1" });
    now += 2_000;
    expect((await aws.getCredential(host))?.credential).toMatchObject({ password: "p2" });
  });

  test("quotes the service's code, not its text", async () => {
    const standIn = await startStandIn({
      [ecr]: { status: 400, body: { __type: "UnrecognizedClientException", message: "s3cret" } },
    });

    await expect(create(standIn, variables).getCredential(host)).rejects.toThrow(
      /^wanted a password for ECR with AWS_ACCESS_KEY_ID from api\.ecr\.eu-west-1\.amazonaws\.com: status 400, "UnrecognizedClientException"$/,
    );
  });

  test("names the way in which the service could not be reached", async () => {
    const standIn = await startStandIn({});

    await expect(create(standIn, variables).getCredential(host)).rejects.toThrow(
      "from api.ecr.eu-west-1.amazonaws.com: ECONNREFUSED",
    );
  });

  test("refuses to send keys over plain HTTP", async () => {
    const standIn = await startStandIn({});
    const environment = { ...variables, AWS_ENDPOINT_URL_ECR: "http://evil.com/" };

    await expect(create(standIn, environment).getCredential(host)).rejects.toThrow(
      "wanted an https URL for AWS_ENDPOINT_URL_ECR",
    );
    expect(standIn.timeouts).toEqual([]);
  });
});

describe("identify with a web identity", () => {
  const role = "arn:aws:iam::123456789012:role/ci";
  const xml = `<AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleWithWebIdentityResult>
    <Credentials><AccessKeyId>ASIAWEB</AccessKeyId><SecretAccessKey>web/secret+</SecretAccessKey>
    <SessionToken>web-session==</SessionToken><Expiration>2026-01-02T04:04:05Z</Expiration></Credentials>
    </AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>`;

  function createEnvironment(extra: Readonly<Record<string, string>> = {}) {
    const AWS_WEB_IDENTITY_TOKEN_FILE = createWorkspace().write("token", "web-token\n");
    return { AWS_WEB_IDENTITY_TOKEN_FILE, AWS_ROLE_ARN: role, ...extra };
  }

  test("trades the token for keys, unsigned, in the region of the registry", async () => {
    const standIn = await startStandIn({
      "POST https://sts.eu-west-1.amazonaws.com/": { body: xml },
      [ecr]: passwordAnswer("p"),
    });

    const found = await create(standIn, createEnvironment()).getCredential(host);

    expect(found?.source).toBe("an ECR password for AWS_WEB_IDENTITY_TOKEN_FILE");
    expect(standIn.received[0]).toEqual({
      method: "POST",
      url: "https://sts.eu-west-1.amazonaws.com/",
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: "Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Fci&RoleSessionName=pin-digests&WebIdentityToken=web-token",
    });
    expect(standIn.received[1]?.headers).toMatchObject({
      "x-amz-security-token": "web-session==",
      authorization: expect.stringContaining("Credential=ASIAWEB/"),
    });
  });

  test.each([
    { extra: { AWS_REGION: "cn-north-1" }, url: "https://sts.cn-north-1.amazonaws.com.cn/" },
    { extra: { AWS_DEFAULT_REGION: "us-east-2" }, url: "https://sts.us-east-2.amazonaws.com/" },
    { extra: { AWS_ENDPOINT_URL_STS: "http://[::1]:4566/" }, url: "http://[::1]:4566/" },
  ])("asks $url with $extra", async ({ extra, url }) => {
    const standIn = await startStandIn({ [`POST ${url}`]: { body: xml }, [ecr]: passwordAnswer("p") });

    await create(standIn, createEnvironment(extra)).getCredential(host);

    expect(standIn.received[0]?.url).toBe(url);
  });

  test("refuses to send the token over plain HTTP", async () => {
    const standIn = await startStandIn({});
    const environment = createEnvironment({ AWS_ENDPOINT_URL_STS: "http://evil.com/" });

    await expect(create(standIn, environment).getCredential(host)).rejects.toThrow(
      "wanted an https URL for AWS_ENDPOINT_URL_STS",
    );
    expect(standIn.timeouts).toEqual([]);
  });

  test("names the session as AWS_ROLE_SESSION_NAME does", async () => {
    const standIn = await startStandIn({
      "POST https://sts.eu-west-1.amazonaws.com/": { body: xml },
      [ecr]: passwordAnswer("p"),
    });

    await create(standIn, createEnvironment({ AWS_ROLE_SESSION_NAME: "render" })).getCredential(host);

    expect(new URLSearchParams(standIn.received[0]?.body).get("RoleSessionName")).toBe("render");
  });

  test("asks for keys again when they are about to expire", async () => {
    let now = time;
    const standIn = await startStandIn({
      "POST https://sts.eu-west-1.amazonaws.com/": { body: xml },
      [ecr]: () => passwordAnswer("p", now / 1000 + 120),
    });
    const aws = create(standIn, createEnvironment(), () => now);
    await aws.getCredential(host);

    now += 100_000;
    await aws.getCredential(host);
    now += 3_500_000;
    await aws.getCredential(host);

    expect(standIn.received.map(({ url }) => new URL(url).hostname.split(".")[0])).toEqual([
      "sts",
      "api",
      "api",
      "sts",
      "api",
    ]);
  });

  test("quotes the code of a refusal", async () => {
    const standIn = await startStandIn({
      "POST https://sts.eu-west-1.amazonaws.com/": {
        status: 403,
        body: "<ErrorResponse><Error><Code>AccessDenied</Code><Message>web-token</Message></Error></ErrorResponse>",
      },
    });

    await expect(create(standIn, createEnvironment()).getCredential(host)).rejects.toThrow(
      /^wanted keys for the role in AWS_ROLE_ARN from sts\.eu-west-1\.amazonaws\.com: status 403, "AccessDenied"$/,
    );
  });

  test.each([
    {
      file: "token",
      message: "wanted a token from token (AWS_WEB_IDENTITY_TOKEN_FILE): its path is relative",
    },
    {
      file: "/nonexistent",
      message: "wanted a token from /nonexistent (AWS_WEB_IDENTITY_TOKEN_FILE): there is none",
    },
  ])("fails with: $message", async ({ file, message }) => {
    const standIn = await startStandIn({});
    const environment = createEnvironment({ AWS_WEB_IDENTITY_TOKEN_FILE: file });

    await expect(create(standIn, environment).getCredential(host)).rejects.toThrow(message);
    expect(standIn.timeouts).toEqual([]);
  });
});

describe("identify with the role of a container", () => {
  const session = { "x-amz-security-token": "session" };

  test.each([
    {
      name: "ECS",
      environment: { AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: "/v2/credentials/1" },
      url: "http://169.254.170.2/v2/credentials/1",
    },
    {
      name: "EKS",
      environment: { AWS_CONTAINER_CREDENTIALS_FULL_URI: "http://169.254.170.23/v1/credentials" },
      url: "http://169.254.170.23/v1/credentials",
    },
    {
      name: "EKS by IPv6",
      environment: { AWS_CONTAINER_CREDENTIALS_FULL_URI: "http://[fd00:ec2::23]/v1/credentials" },
      url: "http://[fd00:ec2::23]/v1/credentials",
    },
    {
      name: "a local agent",
      environment: { AWS_CONTAINER_CREDENTIALS_FULL_URI: "http://localhost:1338/creds" },
      url: "http://localhost:1338/creds",
    },
    {
      name: "a remote agent",
      environment: { AWS_CONTAINER_CREDENTIALS_FULL_URI: "https://agent.acme.io/creds" },
      url: "https://agent.acme.io/creds",
    },
  ])("asks $name", async ({ environment, url }) => {
    const standIn = await startStandIn({
      [`GET ${url}`]: { body: fromInstance },
      [ecr]: passwordAnswer("p"),
    });

    const found = await create(standIn, environment).getCredential(host);

    expect(found?.source).toBe("an ECR password for the AWS role of this container");
    expect(standIn.received[0]).toEqual({ method: "GET", url, headers: {}, body: "" });
    expect(standIn.received[1]?.headers).toMatchObject(session);
  });

  test("sends the token of the file before that of the variable", async () => {
    const url = "http://169.254.170.23/v1/credentials";
    const standIn = await startStandIn({
      [`GET ${url}`]: { body: fromInstance },
      [ecr]: passwordAnswer("p"),
    });
    const inVariable = {
      AWS_CONTAINER_CREDENTIALS_FULL_URI: url,
      AWS_CONTAINER_AUTHORIZATION_TOKEN: "variable",
    };
    const file = createWorkspace().write("token", "file\n");

    await create(standIn, inVariable).getCredential(host);
    await create(standIn, { ...inVariable, AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: file }).getCredential(
      host,
    );

    expect(standIn.received.map(({ headers }) => headers.authorization)).toEqual([
      "variable",
      expect.stringContaining("AWS4-"),
      "file",
      expect.stringContaining("AWS4-"),
    ]);
  });

  test("sends no token of several lines, which could be read as several headers", async () => {
    const standIn = await startStandIn({});
    const file = createWorkspace().write("token", "token\r\nX-Other: 1\n");
    const environment = {
      AWS_CONTAINER_CREDENTIALS_FULL_URI: "http://169.254.170.23/v1/credentials",
      AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: file,
    };

    await expect(create(standIn, environment).getCredential(host)).rejects.toThrow(
      `wanted a token from ${file} (AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE): there is none`,
    );
    expect(standIn.timeouts).toEqual([]);
  });

  test.each([
    "http://evil.com/creds",
    "http://169.254.169.254/creds",
    "http://169.254.170.2.evil.com/creds",
    "http://localhost.evil.com/creds",
    "http://127.0.0.1.evil.com/creds",
    "file:///etc/passwd",
    "not a URL",
  ])("refuses to ask %s", async (url) => {
    const standIn = await startStandIn({});
    const environment = {
      AWS_CONTAINER_CREDENTIALS_FULL_URI: url,
      AWS_CONTAINER_AUTHORIZATION_TOKEN: "s3cret",
    };

    await expect(create(standIn, environment).getCredential(host)).rejects.toThrow(
      "wanted an https URL for AWS_CONTAINER_CREDENTIALS_FULL_URI",
    );
    expect(standIn.timeouts).toEqual([]);
  });

  test.each(["@evil.com/creds", ".evil.com/creds", ":80@evil.com/"])(
    "does not read another host out of the relative %s",
    async (relative) => {
      const standIn = await startStandIn({});

      await expect(
        create(standIn, {
          AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: relative,
          AWS_EC2_METADATA_DISABLED: "true",
        }).getCredential(host),
      ).rejects.toThrow("wanted an AWS identity");
      expect(standIn.timeouts).toEqual([]);
    },
  );
});

describe("identify with the role of an instance", () => {
  function createRoutes(base: string) {
    return {
      [`PUT ${base}/latest/api/token`]: { body: "imds-token" },
      [`GET ${base}/latest/meta-data/iam/security-credentials/`]: { body: "my role\n" },
      [`GET ${base}/latest/meta-data/iam/security-credentials/my%20role`]: {
        body: { Code: "Success", ...fromInstance },
      },
      [ecr]: passwordAnswer("p"),
    };
  }

  test("opens a session, asks for the role, then for its keys", async () => {
    const base = "http://169.254.169.254";
    const standIn = await startStandIn(createRoutes(base));

    const found = await create(standIn, {}).getCredential(host);

    expect(found?.source).toBe("an ECR password for the AWS role of this machine");
    const headers = { "x-aws-ec2-metadata-token": "imds-token" };
    expect(standIn.received.slice(0, 3)).toEqual([
      {
        method: "PUT",
        url: `${base}/latest/api/token`,
        headers: { "x-aws-ec2-metadata-token-ttl-seconds": "21600" },
        body: "",
      },
      { method: "GET", url: `${base}/latest/meta-data/iam/security-credentials/`, headers, body: "" },
      {
        method: "GET",
        url: `${base}/latest/meta-data/iam/security-credentials/my%20role`,
        headers,
        body: "",
      },
    ]);
    expect(standIn.timeouts.slice(0, 2)).toEqual([1_000, 1_000]);
  });

  test.each([
    {
      environment: { AWS_EC2_METADATA_SERVICE_ENDPOINT: "http://127.0.0.1:1338/" },
      base: "http://127.0.0.1:1338",
    },
    { environment: { AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE: "IPv6" }, base: "http://[fd00:ec2::254]" },
  ])("asks $base with $environment", async ({ environment, base }) => {
    const standIn = await startStandIn(createRoutes(base));

    expect(await create(standIn, environment).getCredential(host)).toBeDefined();
  });

  test.each([
    { name: "no service", routes: {}, requests: 1 },
    {
      name: "the service of another cloud",
      routes: { "PUT http://169.254.169.254/latest/api/token": { status: 404 } },
      requests: 1,
    },
    {
      name: "no role",
      routes: { "PUT http://169.254.169.254/latest/api/token": { body: "imds-token" } },
      requests: 2,
    },
  ])("has no identity, and asks once, where there is $name", async ({ routes, requests }) => {
    const standIn = await startStandIn(routes);
    const aws = create(standIn, {});

    await expect(aws.getCredential(host)).rejects.toThrow(
      `wanted an AWS identity for ${host}: there is none`,
    );
    expect(await aws.getCredential("public.ecr.aws")).toBeUndefined();
    expect(standIn.timeouts).toHaveLength(requests);
  });

  test("asks nothing where it is switched off", async () => {
    const standIn = await startStandIn({});

    expect(
      await create(standIn, { AWS_EC2_METADATA_DISABLED: "True" }).getCredential("public.ecr.aws"),
    ).toBeUndefined();
    expect(standIn.timeouts).toEqual([]);
  });
});

describe("isPrivate", () => {
  test("is true for a private registry, which answers nobody without a password", () => {
    const aws = createAws({ environment: {}, send: () => Promise.reject(new Error("no")), now: () => 0 });

    expect([host, "public.ecr.aws", "ghcr.io"].map((each) => aws.isPrivate(each))).toEqual([
      true,
      false,
      false,
    ]);
    expect([host, "public.ecr.aws", "ghcr.io"].map((each) => aws.matches(each))).toEqual([true, true, false]);
  });
});
