/** Doing what a rule says at a place. */
import { memberOf } from "../yaml/members.ts";
import { elementsOf, kindOf } from "../yaml/node.ts";
import { extractBeside } from "./digest-beside.ts";
import { extractReference, extractText, pushFault } from "./extract.ts";
import type { FieldRule, PatchedKind } from "./field-rule.ts";
import { patchedKind } from "./json-patch.ts";
import { closed, openScope, type Scope } from "./node-context.ts";
import { extractSplit, extractSplitAt } from "./split-reference.ts";
import { follow, type Place, targetOf, type Walk } from "./walk-state.ts";
import { extractWithRegistry } from "./whole-reference.ts";

/** Does what a rule says at a place. The scope of what lies below, or in the documents of its text; undefined where nothing more is to be looked for. */
export function applyRule(walk: Walk, place: Place, rule: FieldRule, scope: Scope): Scope | undefined {
  if (rule.source === "deny") {
    deny(walk, place, rule);
    return closed(scope);
  }
  switch (rule.in ?? "reference") {
    case "reference":
      return applyReference(walk, place, rule, scope);
    case "repositoryAndTag":
      return applySplit(walk, place, rule, scope);
    case "text":
      extractText(walk, place, rule);
      return undefined;
    case "json":
    case "yaml":
    case "values":
      if (kindOf(place.layer.yaml, targetOf(place)) === "mapping")
        walk.documents.push({ ...follow(place), path: [...walk.path], fillsDigest: rule.fillsDigest });
      return { ...openScope(scope), imageKeys: rule };
    case "object":
      return openScope(scope);
    case "patch":
      return { ...openScope(scope), patched: rule.patched ?? patchedBeside(place) };
  }
}

function applyReference(walk: Walk, place: Place, rule: FieldRule, scope: Scope): Scope | undefined {
  const { layer } = place;
  const target = targetOf(place);
  switch (kindOf(layer.yaml, target)) {
    case "mapping":
      if (rule.certain || rule.source === "user") pushFault(walk, place, rule, "not-a-string");
      return scope;
    case "sequence":
      if (rule.source === "user")
        return applyToElements(walk, place, (each) => extractReference(walk, each, rule));
      if (rule.certain) pushFault(walk, place, rule, "not-a-string");
      return scope;
    default:
      if (!extractWithRegistry(walk, place, rule) && !extractBeside(walk, place, rule))
        extractReference(walk, place, rule);
      return undefined;
  }
}

/** A user's path may leave out the `[]` at its end, as kustomize's may, or say it once for a list of lists. */
function applyToElements(walk: Walk, place: Place, apply: (element: Place) => void): undefined {
  const { layer, node: list, via } = follow(place);
  let index = 0;
  for (const node of elementsOf(layer.yaml, list)) {
    walk.path.push(index);
    if (kindOf(layer.yaml, node) === "sequence") applyToElements(walk, { layer, node, via }, apply);
    else apply({ layer, node, via });
    walk.path.pop();
    index++;
  }
}

function applySplit(walk: Walk, place: Place, rule: FieldRule, scope: Scope): Scope | undefined {
  const { layer, map, siblings } = place;
  const target = targetOf(place);
  if (kindOf(layer.yaml, target) === "mapping") {
    extractSplit(walk, follow(place), rule);
    return scope;
  }
  if (kindOf(layer.yaml, target) === "sequence" && rule.source === "user") {
    return applyToElements(walk, place, (element) => extractSplit(walk, follow(element), rule));
  }
  if (kindOf(layer.yaml, target) !== "scalar") return scope;
  if (rule.source === "user" && map !== undefined && siblings !== undefined) {
    extractSplitAt(walk, map, rule);
  } else if (rule.apart === undefined && rule.artifact === undefined) {
    extractReference(walk, place, { ...rule, tagless: "keep" });
  }
  return undefined;
}

function patchedBeside({ layer: { yaml }, siblings = [] }: Place): PatchedKind {
  return patchedKind(yaml, memberOf(yaml, siblings, "target"));
}

/** Takes note of a part that holds no images. */
export function deny(walk: Walk, { layer, node }: Place, rule: FieldRule): void {
  walk.denials.push({ layer, node, reason: rule.why ?? rule.label });
  if (rule.byUser) walk.reached.add(rule.label);
}
