import type { Resource } from "../krm/resource.ts";

/** True for kinds whose container lists are patterns or schemas: what looks like an image there is none. */
export function holdsNoImages(resource: Resource): boolean {
  return exempt.some(({ group, kinds }) => {
    const { group: ownGroup, kind } = resource;
    return (
      (ownGroup === group || ownGroup.endsWith(`.${group}`)) && (kinds === undefined || kinds.includes(kind))
    );
  });
}

interface ExemptKinds {
  /** An API group, with the groups below it. */
  readonly group: string;
  /** All kinds of the group where it is left out. */
  readonly kinds?: readonly string[];
}

const exempt: readonly ExemptKinds[] = [
  // Schemas of objects.
  { group: "apiextensions.k8s.io" },
  { group: "apiregistration.k8s.io" },
  // Policies match images by patterns such as "!*:latest".
  { group: "admissionregistration.k8s.io" },
  { group: "kyverno.io" },
  { group: "gatekeeper.sh" },
  { group: "policy.sigstore.dev" },
  { group: "portieris.cloud.ibm.com" },
  // Earlier states that controllers wrote, compared byte by byte.
  { group: "apps", kinds: ["ControllerRevision"] },
];
