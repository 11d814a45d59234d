import type { CredentialCandidate } from "../credential.ts";
import { asNumber, asText } from "../json.ts";
import { type Cloud, type CloudContext, isWithin } from "./cloud-provider.ts";
import { type CloudRequest, fetchJson, probe, requireText } from "./cloud-request.ts";
import { createExpiringCache, type Expiring } from "./expiring-cache.ts";
import { findGoogleFile } from "./google-file.ts";
import { requestToken } from "./google-token.ts";

/**
 * Google's application default credentials, for Container Registry and Artifact Registry: the file that
 * GOOGLE_APPLICATION_CREDENTIALS names, gcloud's file, then the metadata server of the machine.
 * https://cloud.google.com/docs/authentication/application-default-credentials
 * https://cloud.google.com/artifact-registry/docs/docker/authentication#token
 */
export function createGoogle(context: CloudContext): Cloud {
  const cache = createExpiringCache<CredentialCandidate>(context.now);
  return {
    matches: (host) => isWithin(host, "gcr.io") || (isWithin(host, "pkg.dev") && host !== "pkg.dev"),
    isPrivate: () => false,
    getCredential: () => cache("", () => findLogin(context)),
  };
}

async function findLogin(context: CloudContext): Promise<Expiring<CredentialCandidate> | undefined> {
  const file = await findGoogleFile(context);
  const source = file === undefined ? "Google identity of this machine" : `Google identity in ${file.path}`;
  const token = file === undefined ? await askMetadata(context) : await requestToken(file, context);
  if (token === undefined) return undefined;
  const password = token.value;
  return {
    value: { source, credential: { kind: "basic", username: "oauth2accesstoken", password } },
    expiresAt: token.expiresAt,
  };
}

const flavor = { "metadata-flavor": "Google" };

async function askMetadata({ environment, send, now }: CloudContext): Promise<Expiring<string> | undefined> {
  const host =
    asText(environment.GCE_METADATA_HOST) ?? asText(environment.GCE_METADATA_IP) ?? "169.254.169.254";
  const there = await probe(send, { method: "GET", url: `http://${host}/`, headers: flavor });
  // Other clouds have something else at this address.
  if (there?.headers["metadata-flavor"] !== "Google") return undefined;
  const exchange: CloudRequest = {
    wanted: "a token of the machine's service account",
    method: "GET",
    url: `http://${host}/computeMetadata/v1/instance/service-accounts/default/token`,
    headers: flavor,
  };
  const answer = await fetchJson(send, exchange);
  const lifetime = (asNumber(answer.expires_in) ?? 0) * 1000;
  return { value: requireText(answer, "access_token", exchange), expiresAt: now() + lifetime };
}
