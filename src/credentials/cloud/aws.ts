import type { CredentialCandidate } from "../credential.ts";
import { asObject, asText } from "../json.ts";
import { type EcrHost, parseEcrHost } from "./aws-host.ts";
import { findAwsIdentity } from "./aws-identity.ts";
import type { AwsIdentity } from "./aws-role.ts";
import { type Cloud, type CloudContext, IdentityError } from "./cloud-provider.ts";
import { type CloudRequest, fetchJson, requireText } from "./cloud-request.ts";
import { createExpiringCache, type Expiring } from "./expiring-cache.ts";
import { requireEndpoint } from "./secure-endpoint.ts";
import { signRequest } from "./sigv4.ts";

/**
 * Passwords for Amazon's registries, private and public, from the AWS identity of this machine or job.
 * https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_GetAuthorizationToken.html
 */
export function createAws(context: CloudContext): Cloud {
  const identities = createExpiringCache<AwsIdentity>(context.now);
  const logins = createExpiringCache<CredentialCandidate>(context.now);

  async function findLogin(registry: EcrHost): Promise<Expiring<CredentialCandidate> | undefined> {
    const identity = await identities("", () => findAwsIdentity(context, registry.region));
    return identity && requestPassword(registry, identity, context);
  }

  return {
    matches: (host) => parseEcrHost(host) !== undefined,
    isPrivate: (host) => parseEcrHost(host)?.isPublic === false,
    async getCredential(host) {
      const registry = parseEcrHost(host);
      if (registry === undefined) return undefined;
      const login = await logins(`${registry.api} ${registry.account}`, () => findLogin(registry));
      if (login !== undefined || registry.isPublic) return login;
      throw new IdentityError(
        `wanted an AWS identity for ${host}: there is none in variables, a web identity, the container or the machine; for a profile or SSO use the credential helper "docker-credential-ecr-login"`,
      );
    },
  };
}

async function requestPassword(
  registry: EcrHost,
  identity: AwsIdentity,
  { environment, send, now }: CloudContext,
): Promise<Expiring<CredentialCandidate>> {
  const variable = registry.isPublic ? "AWS_ENDPOINT_URL_ECR_PUBLIC" : "AWS_ENDPOINT_URL_ECR";
  const unsigned = {
    method: "POST" as const,
    url: requireEndpoint(asText(environment[variable]) ?? registry.api, variable),
    headers: {
      "content-type": "application/x-amz-json-1.1",
      "x-amz-target": registry.isPublic
        ? "SpencerFrontendService.GetAuthorizationToken"
        : "AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken",
    },
    body: registry.isPublic ? "{}" : JSON.stringify({ registryIds: [registry.account] }),
  };
  const service = registry.isPublic ? "ecr-public" : "ecr";
  const scope = { keys: identity.keys, region: registry.region, service, time: now() };
  const exchange: CloudRequest = {
    ...unsigned,
    wanted: `a password for ECR with ${identity.source}`,
    headers: signRequest(unsigned, scope),
  };
  const { authorizationData } = await fetchJson(send, exchange);
  const data = asObject(Array.isArray(authorizationData) ? authorizationData[0] : authorizationData) ?? {};
  const login = Buffer.from(requireText(data, "authorizationToken", exchange), "base64").toString("utf8");
  const password = login.replace(/^AWS:/, "");
  return {
    value: {
      source: `an ECR password for ${identity.source}`,
      credential: { kind: "basic", username: "AWS", password },
    },
    expiresAt: typeof data.expiresAt === "number" ? data.expiresAt * 1000 : now() + 60 * 60 * 1000,
  };
}
