/** The policy that writes the lock's digest beside a tag. */
import type { AdmissionOptions } from "../report-form.ts";
import { nameKeysExpression } from "./config-map-key.ts";
import {
  bindings,
  failurePolicy,
  indented,
  matched,
  paramKind,
  policyName,
  variables,
} from "./policy-text.ts";

/** The policy that pins new Pods: the objects that make them stay as they are, so that nobody sees a drift. */
export function mutatingPolicy(options: AdmissionOptions): string {
  return `# MutatingAdmissionPolicy is GA, and on by default, from Kubernetes 1.36 on.
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingAdmissionPolicy
metadata:
  name: ${policyName}
spec:
  failurePolicy: ${failurePolicy(options)}
  # What others inject afterwards is pinned too.
  reinvocationPolicy: IfNeeded
${indented(paramKind, 2)}
${indented(matched, 2)}
  variables:
${indented(variables, 2)}
  - name: tagged
    expression: variables.images.filter(i, i != '' && !i.contains('@'))
  - name: keys
    expression: |-
${indented(nameKeysExpression("variables.tagged"), 6)}
  - name: digests
    expression: |-
      variables.keys.map(k, k in params.?data.orValue({}) ? '@' + params.data[k] : '')
  mutations:
  - patchType: ApplyConfiguration
    applyConfiguration:
      expression: |-
${indented(applied, 8)}
`;
}

/** The bindings of the policy. */
export function mutatingBinding(options: AdmissionOptions): readonly string[] {
  return bindings({ kind: "Mutating", options, hasParameters: true });
}

const applied = `Object{spec: Object.spec{
${["containers", "initContainers", "ephemeralContainers"].map(pinnedContainers).join(",\n")},
  volumes: object.spec.?volumes.orValue([]).filter(v, has(v.image)
      && ('/' + v.name + ' ' + v.image.?reference.orValue('')) in variables.changed
      && v.image.?reference.orValue('') in variables.tagged
    ).map(v, Object.spec.volumes{name: v.name, image: Object.spec.volumes.image{
      reference: v.image.reference + variables.digests[variables.tagged.indexOf(v.image.reference)]
    }})
}}`;

function pinnedContainers(field: string): string {
  return `  ${field}: object.spec.?${field}.orValue([]).filter(c,
      (c.name + ' ' + c.?image.orValue('')) in variables.changed && c.?image.orValue('') in variables.tagged
    ).map(c, Object.spec.${field}{
      name: c.name,
      image: c.image + variables.digests[variables.tagged.indexOf(c.image)]
    })`;
}
