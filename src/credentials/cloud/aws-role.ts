import { trimEnd } from "../../yaml/trim-end.ts";
import { readCredentialFile } from "../credential-file.ts";
import { asText } from "../json.ts";
import { domainOfRegion } from "./aws-host.ts";
import { type CloudContext, IdentityError } from "./cloud-provider.ts";
import { type CloudRequest, fetchJson, fetchOk, probe, requireText } from "./cloud-request.ts";
import type { Expiring } from "./expiring-cache.ts";
import { requireEndpoint } from "./secure-endpoint.ts";
import type { AwsKeys } from "./sigv4.ts";

/** Keys and where they came from, for people. */
export interface AwsIdentity {
  readonly source: string;
  readonly keys: AwsKeys;
}

/**
 * Trades the token of a Kubernetes service account or a job for the keys of a role.
 * https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html
 */
export async function askWebIdentity(
  { environment, send }: CloudContext,
  registryRegion: string,
): Promise<Expiring<AwsIdentity> | undefined> {
  const path = asText(environment.AWS_WEB_IDENTITY_TOKEN_FILE);
  const role = asText(environment.AWS_ROLE_ARN);
  if (path === undefined || role === undefined) return undefined;
  const region = asText(environment.AWS_REGION) ?? asText(environment.AWS_DEFAULT_REGION) ?? registryRegion;
  const url = asText(environment.AWS_ENDPOINT_URL_STS) ?? `https://sts.${region}.${domainOfRegion(region)}/`;
  const exchange: CloudRequest = {
    wanted: "keys for the role in AWS_ROLE_ARN",
    method: "POST",
    url: requireEndpoint(url, "AWS_ENDPOINT_URL_STS"),
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams({
      Action: "AssumeRoleWithWebIdentity",
      Version: "2011-06-15",
      RoleArn: role,
      RoleSessionName: asText(environment.AWS_ROLE_SESSION_NAME) ?? "pin-digests",
      WebIdentityToken: await readTokenFile(path, "AWS_WEB_IDENTITY_TOKEN_FILE"),
    }).toString(),
  };
  const { body } = await fetchOk(send, exchange);
  const names = ["AccessKeyId", "SecretAccessKey", "SessionToken", "Expiration"];
  const answer = Object.fromEntries(names.map((name) => [name, readElement(body, name)]));
  return readKeys(exchange, { ...answer, Token: answer.SessionToken }, "AWS_WEB_IDENTITY_TOKEN_FILE");
}

/**
 * The keys of the role that ECS or EKS gives a container.
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
 */
export async function askContainer({
  environment,
  send,
}: CloudContext): Promise<Expiring<AwsIdentity> | undefined> {
  const relative = asText(environment.AWS_CONTAINER_CREDENTIALS_RELATIVE_URI);
  const full = asText(environment.AWS_CONTAINER_CREDENTIALS_FULL_URI);
  // What stands before a path could be read as a user, and so name another host.
  const ofTask = relative?.startsWith("/") ? `http://169.254.170.2${relative}` : undefined;
  const url = ofTask ?? full;
  if (url === undefined) return undefined;
  const tokenFile = asText(environment.AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE);
  const token =
    tokenFile === undefined
      ? asText(environment.AWS_CONTAINER_AUTHORIZATION_TOKEN)
      : await readTokenFile(tokenFile, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
  const exchange: CloudRequest = {
    wanted: "keys of the container's role",
    method: "GET",
    url: requireEndpoint(url, "AWS_CONTAINER_CREDENTIALS_FULL_URI", isContainerAddress),
    headers: token === undefined ? {} : { authorization: token },
  };
  return readKeys(exchange, await fetchJson(send, exchange), "the AWS role of this container");
}

/** Of ECS, and of EKS in both versions of IP. */
function isContainerAddress(hostname: string): boolean {
  return ["169.254.170.2", "169.254.170.23", "[fd00:ec2::23]"].includes(hostname);
}

/**
 * The keys of the role of an EC2 instance, by version 2 of its metadata service alone.
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html
 */
export async function askInstance({
  environment,
  send,
}: CloudContext): Promise<Expiring<AwsIdentity> | undefined> {
  if (environment.AWS_EC2_METADATA_DISABLED?.toLowerCase() === "true") return undefined;
  const standard =
    environment.AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE?.toLowerCase() === "ipv6"
      ? "http://[fd00:ec2::254]"
      : "http://169.254.169.254";
  const base = trimEnd(asText(environment.AWS_EC2_METADATA_SERVICE_ENDPOINT) ?? standard, "/");

  const session = await probe(send, {
    method: "PUT",
    url: `${base}/latest/api/token`,
    headers: { "x-aws-ec2-metadata-token-ttl-seconds": "21600" },
  });
  // Other clouds have something else at this address.
  if (session?.status !== 200) return undefined;

  const headers = { "x-aws-ec2-metadata-token": session.body.trim() };
  const url = `${base}/latest/meta-data/iam/security-credentials/`;
  const roles = await probe(send, { method: "GET", url, headers });
  // An instance without a role has no identity.
  if (roles?.status !== 200) return undefined;
  const role = roles.body.split("\n", 1)[0]?.trim() ?? "";
  const exchange: CloudRequest = {
    wanted: "keys of the instance's role",
    method: "GET",
    url: `${url}${encodeURIComponent(role)}`,
    headers,
  };
  return readKeys(exchange, await fetchJson(send, exchange), "the AWS role of this machine");
}

function readElement(xml: string, name: string): string | undefined {
  return new RegExp(`<${name}>(?<text>[^<]*)</${name}>`).exec(xml)?.groups?.text;
}

async function readTokenFile(path: string, variable: string): Promise<string> {
  const file = await readCredentialFile(path);
  const text = file.kind === "text" ? file.text.trim() : "";
  if (text !== "" && !/[\r\n]/.test(text)) return text;
  throw new IdentityError(
    `wanted a token from ${path} (${variable}): ${file.kind === "unreadable" ? file.reason : "there is none"}`,
  );
}

/** The form in which containers and instances are given keys. */
function readKeys(
  exchange: CloudRequest,
  answer: Readonly<Record<string, unknown>>,
  source: string,
): Expiring<AwsIdentity> {
  const keys = {
    accessKeyId: requireText(answer, "AccessKeyId", exchange),
    secretAccessKey: requireText(answer, "SecretAccessKey", exchange),
    sessionToken: asText(answer.Token) ?? "",
  };
  const expiresAt = Date.parse(asText(answer.Expiration) ?? "");
  return {
    value: { source, keys },
    expiresAt: Number.isNaN(expiresAt) ? Number.POSITIVE_INFINITY : expiresAt,
  };
}
