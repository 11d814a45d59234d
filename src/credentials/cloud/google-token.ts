import { sign } from "node:crypto";
import { quoteUntrusted } from "../../text/untrusted-text.ts";
import { asNumber, asObject, asText } from "../json.ts";
import { type CloudContext, IdentityError } from "./cloud-provider.ts";
import { type CloudRequest, fetchJson, requireText } from "./cloud-request.ts";
import type { Expiring } from "./expiring-cache.ts";
import { type GoogleCredentials, requireMember } from "./google-file.ts";
import { readSubjectToken } from "./google-subject-token.ts";
import { requireEndpoint } from "./secure-endpoint.ts";

/**
 * Trades the credentials for an access token, for each type of file that needs no program of its own.
 * https://google.aip.dev/auth/4110
 */
export async function requestToken(
  credentials: GoogleCredentials,
  context: CloudContext,
): Promise<Expiring<string>> {
  const { content, path } = credentials;
  switch (content.type) {
    case "service_account":
      return requestByGrant(credentials, context, {
        grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer",
        assertion: signAssertion(credentials, context),
      });
    case "authorized_user":
      return requestByGrant(credentials, context, {
        grant_type: "refresh_token",
        client_id: requireMember(credentials, "client_id"),
        client_secret: requireMember(credentials, "client_secret"),
        refresh_token: requireMember(credentials, "refresh_token"),
      });
    case "external_account":
      return impersonate(credentials, context, await requestFederated(credentials, context));
    case "impersonated_service_account": {
      const source = { path, content: asObject(content.source_credentials) ?? {} };
      return impersonate(credentials, context, await requestToken(source, context));
    }
    default:
      throw new IdentityError(
        `wanted Google's credentials from ${path}: use gcloud's credential helper for those of type ${quoteUntrusted(asText(content.type) ?? "")}`,
      );
  }
}

const scope = "https://www.googleapis.com/auth/cloud-platform";
const form = { "content-type": "application/x-www-form-urlencoded" };

function tokenUri({ content }: GoogleCredentials): string {
  return requireEndpoint(asText(content.token_uri) ?? "https://oauth2.googleapis.com/token", "token_uri");
}

/** https://developers.google.com/identity/protocols/oauth2/service-account#authorizingrequests */
function signAssertion(credentials: GoogleCredentials, { now }: CloudContext): string {
  const issued = Math.floor(now() / 1000);
  const header = { alg: "RS256", typ: "JWT", kid: asText(credentials.content.private_key_id) };
  const claims = {
    iss: requireMember(credentials, "client_email"),
    scope,
    aud: tokenUri(credentials),
    iat: issued,
    exp: issued + 3600,
  };
  const text = [header, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"))
    .join(".");
  return `${text}.${signText(text, credentials).toString("base64url")}`;
}

function signText(text: string, credentials: GoogleCredentials): Buffer {
  const key = requireMember(credentials, "private_key");
  try {
    return sign("RSA-SHA256", Buffer.from(text), key);
  } catch (cause) {
    throw new IdentityError(`wanted an RSA key for "private_key" in ${credentials.path}`, { cause });
  }
}

async function requestByGrant(
  credentials: GoogleCredentials,
  { send, now }: CloudContext,
  grant: Readonly<Record<string, string>>,
): Promise<Expiring<string>> {
  const exchange: CloudRequest = {
    wanted: `a token for the credentials in ${credentials.path}`,
    method: "POST",
    url: tokenUri(credentials),
    headers: form,
    body: new URLSearchParams(grant).toString(),
  };
  return readToken(exchange, await fetchJson(send, exchange), now);
}

function readToken(
  exchange: CloudRequest,
  answer: Readonly<Record<string, unknown>>,
  now: () => number,
): Expiring<string> {
  const lifetime = (asNumber(answer.expires_in) ?? 3600) * 1000;
  return { value: requireText(answer, "access_token", exchange), expiresAt: now() + lifetime };
}

/** https://cloud.google.com/iam/docs/reference/sts/rest/v1/TopLevel/token */
async function requestFederated(
  credentials: GoogleCredentials,
  context: CloudContext,
): Promise<Expiring<string>> {
  const { content, path } = credentials;
  const project = asText(content.workforce_pool_user_project);
  const exchange: CloudRequest = {
    wanted: `a token for the credentials in ${path}`,
    method: "POST",
    url: requireEndpoint(asText(content.token_url) ?? "https://sts.googleapis.com/v1/token", "token_url"),
    headers: form,
    body: new URLSearchParams({
      grant_type: "urn:ietf:params:oauth:grant-type:token-exchange",
      audience: requireMember(credentials, "audience"),
      scope,
      requested_token_type: "urn:ietf:params:oauth:token-type:access_token",
      subject_token_type: requireMember(credentials, "subject_token_type"),
      subject_token: await readSubjectToken(credentials, context),
      ...(project === undefined ? {} : { options: JSON.stringify({ userProject: project }) }),
    }).toString(),
  };
  return readToken(exchange, await fetchJson(context.send, exchange), context.now);
}

/** https://cloud.google.com/iam/docs/reference/credentials/rest/v1/projects.serviceAccounts/generateAccessToken */
async function impersonate(
  { content }: GoogleCredentials,
  { send }: CloudContext,
  token: Expiring<string>,
): Promise<Expiring<string>> {
  const url = asText(content.service_account_impersonation_url);
  if (url === undefined) return token;
  const delegates = Array.isArray(content.delegates) ? { delegates: content.delegates } : {};
  const exchange: CloudRequest = {
    wanted: "a token of the impersonated service account",
    method: "POST",
    url: requireEndpoint(url, "service_account_impersonation_url"),
    headers: { authorization: `Bearer ${token.value}`, "content-type": "application/json" },
    body: JSON.stringify({ scope: [scope], lifetime: "3600s", ...delegates }),
  };
  const answer = await fetchJson(send, exchange);
  const expiresAt = Date.parse(requireText(answer, "expireTime", exchange));
  return { value: requireText(answer, "accessToken", exchange), expiresAt };
}
