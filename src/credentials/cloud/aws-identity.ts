import { asText } from "../json.ts";
import { type AwsIdentity, askContainer, askInstance, askWebIdentity } from "./aws-role.ts";
import type { CloudContext } from "./cloud-provider.ts";
import type { Expiring } from "./expiring-cache.ts";

/**
 * The keys of this machine or job, in the order of AWS's SDKs: variables, web identity, container, instance. Profiles,
 * SSO and programs are left to AWS's credential helper.
 * https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html
 */
export async function findAwsIdentity(
  context: CloudContext,
  region: string,
): Promise<Expiring<AwsIdentity> | undefined> {
  return (
    readVariables(context) ??
    (await askWebIdentity(context, region)) ??
    (await askContainer(context)) ??
    (await askInstance(context))
  );
}

function readVariables({ environment }: CloudContext): Expiring<AwsIdentity> | undefined {
  const accessKeyId = asText(environment.AWS_ACCESS_KEY_ID);
  const secretAccessKey = asText(environment.AWS_SECRET_ACCESS_KEY);
  if (accessKeyId === undefined || secretAccessKey === undefined) return undefined;
  const keys = { accessKeyId, secretAccessKey, sessionToken: environment.AWS_SESSION_TOKEN ?? "" };
  return { value: { source: "AWS_ACCESS_KEY_ID", keys }, expiresAt: Number.POSITIVE_INFINITY };
}
