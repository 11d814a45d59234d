import { trimEnd } from "../../yaml/trim-end.ts";
import { readCredentialFile } from "../credential-file.ts";
import { asNumber, asText } from "../json.ts";
import { type CloudContext, IdentityError } from "./cloud-provider.ts";
import { type CloudRequest, fetchJson, probe, requireText } from "./cloud-request.ts";
import type { Expiring } from "./expiring-cache.ts";
import { isLinkLocal, requireEndpoint } from "./secure-endpoint.ts";

/** A part of Azure that is apart from the others. */
export interface AzureRealm {
  readonly domain: string;
  readonly authority: string;
  /** The resources for which a registry takes a token, the first that is granted. */
  readonly resources: readonly string[];
}

/** A token of Microsoft Entra ID and the identity it is for, for people. */
export interface AzureToken {
  readonly source: string;
  readonly token: string;
}

/**
 * A token for a resource, in the order of Azure's SDKs: a client secret, a federated token (workload identity), the
 * managed identity of a service or of a machine. Nothing if there is no identity.
 * https://learn.microsoft.com/dotnet/azure/sdk/authentication/credential-chains
 */
export async function requestAzureToken(
  context: CloudContext,
  realm: AzureRealm,
  resource: string,
): Promise<Expiring<AzureToken> | undefined> {
  return (
    (await askAuthority(context, realm, resource)) ??
    (await askService(context, resource)) ??
    (await askMachine(context, resource))
  );
}

/** https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow */
async function askAuthority(
  context: CloudContext,
  realm: AzureRealm,
  resource: string,
): Promise<Expiring<AzureToken> | undefined> {
  const { environment } = context;
  const tenant = asText(environment.AZURE_TENANT_ID);
  const client = asText(environment.AZURE_CLIENT_ID);
  if (tenant === undefined || client === undefined) return undefined;
  const proof = await readProof(context);
  if (proof === undefined) return undefined;

  const authority = asText(environment.AZURE_AUTHORITY_HOST) ?? realm.authority;
  const base = trimEnd(requireEndpoint(authority, "AZURE_AUTHORITY_HOST"), "/");
  const exchange: CloudRequest = {
    wanted: `a token for ${resource} with ${proof.source}`,
    method: "POST",
    url: `${base}/${encodeURIComponent(tenant)}/oauth2/v2.0/token`,
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams({
      grant_type: "client_credentials",
      client_id: client,
      scope: `${resource}/.default`,
      ...proof.parameters,
    }).toString(),
  };
  return fetchToken(context, exchange, proof.source);
}

interface Proof {
  readonly source: string;
  readonly parameters: Readonly<Record<string, string>>;
}

async function readProof({ environment }: CloudContext): Promise<Proof | undefined> {
  const secret = asText(environment.AZURE_CLIENT_SECRET);
  if (secret !== undefined) return { source: "AZURE_CLIENT_SECRET", parameters: { client_secret: secret } };
  const path = asText(environment.AZURE_FEDERATED_TOKEN_FILE);
  if (path === undefined) return undefined;
  const file = await readCredentialFile(path);
  if (file.kind !== "text") {
    const reason = file.kind === "absent" ? "there is no such file" : file.reason;
    throw new IdentityError(`wanted a token from ${path} (AZURE_FEDERATED_TOKEN_FILE): ${reason}`);
  }
  return {
    source: "AZURE_FEDERATED_TOKEN_FILE",
    parameters: {
      client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
      client_assertion: file.text.trim(),
    },
  };
}

async function fetchToken(
  { send, now }: CloudContext,
  exchange: CloudRequest,
  source: string,
): Promise<Expiring<AzureToken>> {
  const answer = await fetchJson(send, exchange);
  // Managed identities write numbers as texts, and those of a service give nothing but the moment.
  const lifetime = asNumber(answer.expires_in);
  const moment = asNumber(answer.expires_on) ?? 0;
  return {
    value: { source, token: requireText(answer, "access_token", exchange) },
    expiresAt: lifetime === undefined ? moment * 1000 : now() + lifetime * 1000,
  };
}

/** https://learn.microsoft.com/azure/app-service/overview-managed-identity#rest-endpoint-reference */
async function askService(
  context: CloudContext,
  resource: string,
): Promise<Expiring<AzureToken> | undefined> {
  const endpoint = asText(context.environment.IDENTITY_ENDPOINT);
  const header = asText(context.environment.IDENTITY_HEADER);
  if (endpoint === undefined || header === undefined) return undefined;
  const base = requireEndpoint(endpoint, "IDENTITY_ENDPOINT", isLinkLocal);
  const exchange: CloudRequest = {
    wanted: `a token for ${resource}`,
    method: "GET",
    url: addParameters(base, context, { "api-version": "2019-08-01", resource }),
    headers: { "x-identity-header": header },
  };
  return fetchToken(context, exchange, "the managed identity of this service");
}

/** https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token#get-a-token-using-http */
async function askMachine(
  context: CloudContext,
  resource: string,
): Promise<Expiring<AzureToken> | undefined> {
  const host = asText(context.environment.AZURE_POD_IDENTITY_AUTHORITY_HOST) ?? "http://169.254.169.254";
  const path = `${trimEnd(host, "/")}/metadata/identity/oauth2/token`;
  const url = addParameters(path, context, { "api-version": "2018-02-01", resource });
  // Without its header the service refuses by status 400; what other clouds have at this address has other answers.
  const there = await probe(context.send, { method: "GET", url, headers: {} });
  if (there?.status !== 400) return undefined;
  const exchange: CloudRequest = {
    wanted: `a token for ${resource}`,
    method: "GET",
    url,
    headers: { metadata: "true" },
  };
  return fetchToken(context, exchange, "the managed identity of this machine");
}

/** A user-assigned identity is told from the system's by its client's id. */
function addParameters(
  url: string,
  { environment }: CloudContext,
  parameters: Readonly<Record<string, string>>,
): string {
  const client = asText(environment.AZURE_CLIENT_ID);
  const query = new URLSearchParams({
    ...parameters,
    ...(client === undefined ? {} : { client_id: client }),
  });
  return `${url}?${query}`;
}
