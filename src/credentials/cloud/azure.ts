import type { CredentialCandidate } from "../credential.ts";
import { asText, parseJsonObject } from "../json.ts";
import { type AzureRealm, type AzureToken, requestAzureToken } from "./azure-token.ts";
import { type Cloud, type CloudContext, IdentityError, isWithin } from "./cloud-provider.ts";
import { type CloudRequest, fetchJson, requireText } from "./cloud-request.ts";
import { createExpiringCache, type Expiring } from "./expiring-cache.ts";

/**
 * Refresh tokens of Azure's registries for the Azure identity of this machine or job.
 * https://github.com/Azure/acr/blob/main/docs/AAD-OAuth.md
 */
export function createAzure(context: CloudContext): Cloud {
  const tokens = createExpiringCache<AzureToken>(context.now);
  const logins = createExpiringCache<CredentialCandidate>(context.now);

  async function findLogin(
    host: string,
    realm: AzureRealm,
  ): Promise<Expiring<CredentialCandidate> | undefined> {
    let failure: IdentityError | undefined;
    for (const resource of realm.resources) {
      try {
        const token = await tokens(resource, () => requestAzureToken(context, realm, resource));
        return token && (await exchangeToken(host, token, context));
      } catch (error) {
        if (!(error instanceof IdentityError)) throw error;
        failure = error;
      }
    }
    throw failure;
  }

  return {
    matches: (host) => findRealm(host) !== undefined,
    isPrivate: () => false,
    async getCredential(host) {
      const realm = findRealm(host);
      return realm && logins(host, () => findLogin(host, realm));
    },
  };
}

function findRealm(host: string): AzureRealm | undefined {
  return realms.find((realm) => isWithin(host, realm.domain) && host !== realm.domain);
}

// A registry may be set to refuse tokens for the resource manager, and some identities know no other resource:
// https://github.com/fluxcd/flux2/issues/1130, https://github.com/Azure/azure-cli/issues/33698
const registryResource = "https://containerregistry.azure.net";

const realms: readonly AzureRealm[] = [
  {
    domain: "azurecr.io",
    authority: "https://login.microsoftonline.com",
    resources: [registryResource, "https://management.azure.com"],
  },
  {
    domain: "azurecr.cn",
    authority: "https://login.chinacloudapi.cn",
    resources: [registryResource, "https://management.chinacloudapi.cn"],
  },
  {
    domain: "azurecr.us",
    authority: "https://login.microsoftonline.us",
    resources: [registryResource, "https://management.usgovcloudapi.net"],
  },
];

async function exchangeToken(
  host: string,
  { source, token }: AzureToken,
  { environment, send, now }: CloudContext,
): Promise<Expiring<CredentialCandidate>> {
  const tenant = asText(environment.AZURE_TENANT_ID);
  const exchange: CloudRequest = {
    wanted: `a login with ${source}`,
    method: "POST",
    url: `https://${host}/oauth2/exchange`,
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams({
      grant_type: "access_token",
      service: host,
      ...(tenant === undefined ? {} : { tenant }),
      access_token: token,
    }).toString(),
  };
  const refreshToken = requireText(await fetchJson(send, exchange), "refresh_token", exchange);
  return {
    value: {
      source,
      // The name that stands for a token: https://learn.microsoft.com/azure/container-registry/container-registry-authentication
      credential: {
        kind: "identity-token",
        token: refreshToken,
        username: "00000000-0000-0000-0000-000000000000",
      },
    },
    expiresAt: readExpiry(refreshToken) ?? now() + 60 * 60 * 1000,
  };
}

/** The end of a JSON Web Token, which nobody need verify to believe that it ends. */
function readExpiry(token: string): number | undefined {
  const claims = parseJsonObject(Buffer.from(token.split(".")[1] ?? "", "base64url").toString("utf8"));
  return typeof claims?.exp === "number" ? claims.exp * 1000 : undefined;
}
