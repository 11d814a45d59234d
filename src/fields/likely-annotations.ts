/** Annotations in which images stand that no rule knows: a controller may run them, or nobody. */

import { membersOf } from "../yaml/members.ts";
import { kindOf } from "../yaml/node.ts";
import { meaningOf } from "./likely-key.ts";
import { type Around, findUntouched, type LikelySearch } from "./likely-take.ts";
import type { Place } from "./walk-state.ts";

/** Takes the images in the annotations of a `metadata`; all else in it names the object. */
export function takeAnnotations(
  search: LikelySearch,
  { layer, node, via }: Place,
  visit: (search: LikelySearch, place: Place, around: Around) => void,
): void {
  if (kindOf(layer.yaml, node) !== "mapping") return;
  const annotations = membersOf(layer.yaml, node).findLast(({ name }) => name === "annotations");
  if (annotations === undefined || kindOf(layer.yaml, annotations.value) !== "mapping") return;
  const { path } = search.walk;
  path.push("annotations");
  for (const { name, value } of membersOf(layer.yaml, annotations.value)) {
    const meaning = meaningOf(name.slice(name.indexOf("/") + 1));
    if (meaning === "none" || isRecord(name)) continue;
    path.push(name);
    const place = { layer, node: value, via };
    if (meaning === "image") visit(search, place, { meaning, isRoot: false });
    else {
      findUntouched(search, { reason: unread, also: "nothing", byText: true }, (inner) =>
        visit(inner, place, { meaning: undefined, isRoot: false }),
      );
    }
    path.pop();
  }
  path.pop();
}

const unread = "it stands in an annotation, of which no rule says who reads it";

/** True for an annotation that describes the object, or an earlier state of it, to people and to tools. */
export function isRecord(name: string): boolean {
  return recordNames.test(name) || recordOwners.test(name);
}

const recordNames = /(?:^|[./-])(?:last-applied|change-cause|alm-examples|description|changelog)/;
/** Tools that write down what they did, and watchers that are told what to look for. */
const recordOwners =
  /^(?:[\w-]+\.)*(?:k14s\.io|carvel\.dev|rio\.cattle\.io|config\.kubernetes\.io|kpt\.dev|sigstore\.dev|argocd-image-updater\.argoproj\.io|kargo\.akuity\.io|fluxcd\.io|keel\.sh|openshift\.io|operatorframework\.io)\/|^org\.opencontainers\./;
