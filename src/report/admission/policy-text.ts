/** What the policies have in common: which requests they look at, and which images are new in one. */
import type { AdmissionOptions } from "../report-form.ts";

/** The ConfigMap that the policies take their data from. */
export const parameters = { name: "image-lock", namespace: "pin-digests" } as const;

/** The name of each policy and, but for an addition, of its bindings. */
export const policyName = "pin-digests";

/** Whether a policy that can't be evaluated lets nothing in: not before it is meant to refuse anything. */
export function failurePolicy({ deny }: AdmissionOptions): string {
  return deny ? "Fail" : "Ignore";
}

/**
 * The parameters of a policy, for its `spec`, whether its bindings name any or not. As seen with 1.36.3, the API server stops
 * watching ConfigMaps for good when the last policy with bindings that can have one is gone, and later ones go by what it held then.
 */
export const paramKind = `# Keep it: an API server that has no such policy for a moment goes by old ConfigMaps afterwards, until it restarts.
paramKind:
  apiVersion: v1
  kind: ConfigMap`;

/**
 * Only new Pods, new ephemeral containers and changed images are looked at: who checks each update of a Pod blocks the
 * removal of its finalizers, and who changes one restarts its containers.
 * https://github.com/kubernetes/kubernetes/issues/121605
 */
export const matched: string = `matchConstraints:
  resourceRules:
  - apiGroups: [""]
    apiVersions: [v1]
    operations: [CREATE, UPDATE]
    resources: [pods]
  - apiGroups: [""]
    apiVersions: [v1]
    operations: [UPDATE]
    resources: [pods/ephemeralcontainers]
matchConditions:
- name: not-of-kubernetes
  expression: "!request.namespace.startsWith('kube-')"
- name: images-changed
  expression: |-
${indented(`request.operation == 'CREATE' || (${usedImages("object")})\n  != (${usedImages("oldObject")})`, 4)}`;

/** The variables `changed`, texts as in {@link usedImages}, and `images`, those that a request brings in. */
export const variables: string = `- name: before
  expression: |-
${indented(`request.operation == 'CREATE' ? [] : ${usedImages("oldObject")}`, 4)}
- name: changed
  expression: |-
${indented(`(${usedImages("object")}\n).filter(u, !(u in variables.before))`, 4)}
- name: images
  expression: variables.changed.map(u, u.substring(u.indexOf(' ') + 1))`;

/** The images of a Pod, each behind the name of its container or volume and a space. */
function usedImages(pod: string): string {
  return `${pod}.spec.containers.map(c, c.name + ' ' + c.?image.orValue(''))
  + ${pod}.spec.?initContainers.orValue([]).map(c, c.name + ' ' + c.?image.orValue(''))
  + ${pod}.spec.?ephemeralContainers.orValue([]).map(c, c.name + ' ' + c.?image.orValue(''))
  + ${pod}.spec.?volumes.orValue([]).filter(v, has(v.image)).map(v, '/' + v.name + ' ' + v.image.?reference.orValue(''))`;
}

/** What a binding binds to. */
export interface BindingParts {
  /** How the kind of a binding begins. */
  readonly kind: "Validating" | "Mutating";
  readonly options: AdmissionOptions;
  readonly hasParameters: boolean;
  /** What else its `spec` has, in lines. */
  readonly more?: string;
}

/**
 * The bindings of a policy. A parameter that is missing fails a request before conditions are looked at, so updates of Pods
 * have a binding of their own, which then lets them pass: finalizers must go.
 */
export function bindings({ hasParameters, ...parts }: BindingParts): readonly string[] {
  if (!hasParameters) return [binding(parts, { name: policyName })];
  return [
    binding(parts, { name: policyName, resources: created, notFound: "Deny" }),
    binding(parts, { name: `${policyName}-updates`, resources: updated, notFound: "Allow" }),
  ];
}

interface BindingScope {
  readonly name: string;
  readonly resources?: string;
  readonly notFound?: "Allow" | "Deny";
}

function binding(
  { kind, options, more = "" }: Omit<BindingParts, "hasParameters">,
  { name, resources = "", notFound }: BindingScope,
): string {
  const exempt = [...new Set([...systemNamespaces, ...options.exempt])];
  const paramRef =
    notFound === undefined
      ? ""
      : `  paramRef:
    name: ${parameters.name}
    namespace: ${parameters.namespace}
    parameterNotFoundAction: ${notFound}
`;
  return `apiVersion: admissionregistration.k8s.io/v1
kind: ${kind}AdmissionPolicyBinding
metadata:
  name: ${name}
spec:
  policyName: ${policyName}
${more}${paramRef}  matchResources:
    namespaceSelector:
      matchExpressions:
      - key: kubernetes.io/metadata.name
        operator: NotIn
        values: [${exempt.map((each) => JSON.stringify(each)).join(", ")}]
${resources}`;
}

const systemNamespaces = ["kube-system", "kube-public", "kube-node-lease"];

const created = `    resourceRules:
    - apiGroups: [""]
      apiVersions: [v1]
      operations: [CREATE]
      resources: [pods]
    - apiGroups: [""]
      apiVersions: [v1]
      operations: [UPDATE]
      resources: [pods/ephemeralcontainers]
`;

const updated = `    resourceRules:
    - apiGroups: [""]
      apiVersions: [v1]
      operations: [UPDATE]
      resources: [pods]
`;

/** Lines, each behind as many spaces. */
export function indented(text: string, spaces: number): string {
  return text.replaceAll(/^(?=.)/gm, " ".repeat(spaces));
}
