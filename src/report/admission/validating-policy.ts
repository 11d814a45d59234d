/** The policy that lets in only what it knows. */
import type { AdmissionFormat, AdmissionOptions } from "../report-form.ts";
import { digestKeyExpression } from "./config-map-key.ts";
import {
  bindings,
  failurePolicy,
  indented,
  matched,
  parameters,
  paramKind,
  policyName,
  variables,
} from "./policy-text.ts";

/** The policy that refuses images without a digest, or with one that the lock lacks. */
export function validatingPolicy(form: AdmissionFormat, options: AdmissionOptions): string {
  const isLock = options.admission === "lock";
  return `# Made by pin-digests: --inventory ${form}${flags(options)}
# ValidatingAdmissionPolicy is there from Kubernetes 1.30 on.
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata:
  name: ${policyName}
spec:
  failurePolicy: ${failurePolicy(options)}
${indented(paramKind, 2)}
${indented(matched, 2)}
  variables:
${indented(variables, 2)}
  - name: refused
    expression: |-
${indented(refused(isLock), 6)}
  - name: others
    expression: variables.refused.filter(i, i != variables.refused[0])
  validations:
  - expression: variables.refused.size() == 0
    reason: Forbidden
    message: an image has no digest that may run here
    messageExpression: |-
${indented(message(isLock), 6)}
`;
}

/** The bindings of the policy, with what the cluster does where it does not hold. */
export function validatingBinding(options: AdmissionOptions): readonly string[] {
  const actions = options.deny ? "[Deny]" : "[Warn, Audit]";
  return bindings({
    kind: "Validating",
    options,
    hasParameters: options.admission === "lock",
    more: `  validationActions: ${actions}\n`,
  });
}

function refused(isLock: boolean): string {
  const hasDigest = "i.matches('^[^@]+@sha(256:[0-9a-f]{64}|512:[0-9a-f]{128})$')";
  if (!isLock) return `variables.images.filter(i, !${hasDigest})`;
  return `variables.images.filter(i, !${hasDigest}
  || !(${digestKeyExpression("i")} in params.?data.orValue({})))`;
}

/**
 * The image, and a command that locks it. What a Pod names is copied into a shell only where nothing in it means anything
 * there.
 */
function message(isLock: boolean): string {
  const [verdict, then] = isLock
    ? [
        `not in the image lock (ConfigMap ${parameters.namespace}/${parameters.name})`,
        ` --lock image-lock.yaml --update-lock, then make and apply the policy again`,
      ]
    : ["without a digest", ", which writes it"];
  return `'image ' + ${shown("variables.refused[0]")}
  + (variables.others.size() == 0 ? '' : ' and ' + ${shown("variables.others[0]")})
  + (variables.others.exists(i, i != variables.others[0]) ? ' and others' : '')
  + ' ${verdict}'
  + (variables.refused[0].matches('^[a-zA-Z0-9][-._:/a-zA-Z0-9]{0,300}(@|$)')
    ? '; to lock it: kubectl run lock --image=' + variables.refused[0].split('@')[0]
      + ' --dry-run=client -o yaml | pin-digests${then}'
    : '')`;
}

function shown(image: string): string {
  return `strings.quote(${image}.substring(0, ${image}.size() < 300 ? ${image}.size() : 300))`;
}

function flags({ admission, deny, exempt }: AdmissionOptions): string {
  return [
    ...(admission === "digest" ? [" --admission digest"] : []),
    ...(deny ? [" --deny"] : []),
    ...exempt.map((name) => ` --exempt ${JSON.stringify(name)}`),
  ].join("");
}
