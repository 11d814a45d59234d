/**
 * Policies by which a cluster itself holds what a lock says, without a webhook.
 *
 * https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/
 * https://kubernetes.io/docs/reference/access-authn-authz/mutating-admission-policy/
 */

import { ReportError } from "../report-error.ts";
import type { AdmissionFormat, AdmissionOptions } from "../report-form.ts";
import { type AdmissionSource, digestData, nameData } from "./admission-images.ts";
import { mutatingBinding, mutatingPolicy } from "./mutating-policy.ts";
import { parameters } from "./policy-text.ts";
import { validatingBinding, validatingPolicy } from "./validating-policy.ts";

/** The manifests of a policy, and the images that it does not know. */
export interface AdmissionManifests {
  readonly text: string;
  readonly warnings: readonly string[];
}

/**
 * Writes the manifests of a policy for a cluster.
 *
 * @throws {ReportError} for more images than one ConfigMap holds.
 */
export function admissionManifests(
  source: AdmissionSource,
  { form, ...options }: AdmissionOptions & { readonly form: AdmissionFormat },
): AdmissionManifests {
  const isMutating = form === "admission-mutating";
  const isLock = options.admission === "lock";
  const byDigest = digestData(source);
  const byName = isMutating ? nameData(source) : { data: [], warnings: [] };
  const data = [...(isLock ? byDigest.data : []), ...byName.data];
  requireRoom(data);
  const documents = [
    ...(isMutating || isLock ? [namespace(), configMap(data)] : []),
    validatingPolicy(form, options),
    ...validatingBinding(options),
    ...(isMutating ? [mutatingPolicy(options), ...mutatingBinding(options)] : []),
  ];
  return { text: documents.join("---\n"), warnings: [...byDigest.warnings, ...byName.warnings] };
}

function namespace(): string {
  return `# Whoever may change the ConfigMap in it decides what runs.
apiVersion: v1
kind: Namespace
metadata:
  name: ${parameters.namespace}
`;
}

function configMap(data: readonly (readonly [string, string])[]): string {
  const lines = data.map(([key, value]) => `  ${key}: ${JSON.stringify(value)}\n`);
  return `# A policy is evaluated once for each ConfigMap, so there is one. kubectl needs \`--server-side\` for more than 256 KiB.
apiVersion: v1
kind: ConfigMap
metadata:
  name: ${parameters.name}
  namespace: ${parameters.namespace}
${lines.length === 0 ? "data: {}\n" : `data:\n${lines.join("")}`}`;
}

/**
 * Values may have 1 MiB together. The whole object must fit into a request to etcd, which has 1.5 MiB unless it is told
 * otherwise; in it each key stands twice, since `managedFields` names it too.
 *
 * https://etcd.io/docs/v3.6/dev-guide/limit/
 */
function requireRoom(data: readonly (readonly [string, string])[]): void {
  const values = data.reduce((sum, [, value]) => sum + value.length, 0);
  const stored = data.reduce((sum, [key, value]) => sum + 2 * key.length + value.length + perEntry, 0);
  if (values <= valuesMax && stored <= storedMax) return;
  const most = Math.floor(data.length * Math.min(valuesMax / values, storedMax / stored));
  throw new ReportError(
    `${data.length} entries are more than one ConfigMap holds, which is some ${most} such as these: ` +
      "leave images out, or let in any digest with `--admission digest`",
  );
}

const valuesMax = 1024 * 1024;
const storedMax = 1.5 * 1024 * 1024 - 16 * 1024;
// The tags and lengths of protobuf, and `"f:":{},` of managedFields.
const perEntry = 20;
