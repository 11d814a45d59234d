/** One pass over an object: the rules that hold for its kind, and, where none does, what is a container without doubt. */
import { elementsOf, kindOf, rootOf, scalarText } from "../yaml/node.ts";
import type { YamlNode, YamlText } from "../yaml/scan.ts";
import { applyRule, deny } from "./apply-rule.ts";
import { looksLikeContainer } from "./container-heuristics.ts";
import { innerLayer } from "./embedded-document.ts";
import { identityOf, pushFault } from "./extract.ts";
import { type FieldRule, strongest } from "./field-rule.ts";
import { anyKindTree, type KindRules, type RulesOf } from "./field-rules.ts";
import { childVisit, hasTextImage } from "./key-heuristics.ts";
import { type Member, memberOf, membersOf, memberText } from "./members.ts";
import {
  closed,
  looseRule,
  plainVisit,
  type Role,
  type Scope,
  scopeOf,
  type Visit,
  withBranches,
} from "./node-context.ts";
import { isBarren, maySayImages, tellingKeys } from "./prefilter.ts";
import { atElement, atKey, atMap, type Branch } from "./rule-tree.ts";
import { type Place, targetOf, type Walk } from "./walk-state.ts";

/** Collects the images of an object. No shape of it is an error. */
export function walkObject(walk: Walk, object: Place, known: WalkRules): void {
  const { layer, node } = object;
  const branches = known.extra === undefined ? known.own.trees : [...known.own.trees, known.extra];
  visit(
    walk,
    { layer, node },
    {
      branches,
      role: "object",
      scope: scopeOf(known.own, known.rulesOf),
      fallback: undefined,
    },
  );
  if (known.own.denied !== undefined) deny(walk, object, known.own.denied);
}

/** What is known of the object, and where to learn what is known of those within. */
export interface WalkRules {
  readonly own: KindRules;
  readonly rulesOf: RulesOf;
  /** Further rules for this object alone. */
  readonly extra?: Branch;
}

// No object of Kubernetes is as deep, and the call stack is not endless.
const depthMax = 400;

function visit(walk: Walk, place: Place, how: Visit): void {
  const { yaml } = place.layer;
  const target = targetOf(place);
  if (walk.path.length > depthMax) return;
  const kind = kindOf(yaml, target);
  const members = kind === "mapping" ? membersOf(yaml, target) : noMembers;
  const branches =
    kind === "mapping" && how.branches.length > 0
      ? atMap(how.branches, (key) => memberText(yaml, members, key))
      : how.branches;
  const rules = rulesAt(branches);
  const rule = strongestOf(rules, how.fallback);
  const scope = rule === undefined ? how.scope : applyRule(walk, place, withKeys(rule, rules), how.scope);
  if (scope === undefined) return;
  if (kind === "scalar") {
    if (rule !== undefined && holdsDocuments(rule)) visitDocuments(walk, place, rule, scope);
    return;
  }
  const { role, fallback } = how;
  const below = branches === how.branches && scope === how.scope ? how : { branches, role, scope, fallback };
  if (target !== place.node && wasVisited(walk, place, below)) return;
  const inside: Place = { layer: place.layer, node: target, siblings: members };
  if (kind === "sequence") visitElements(walk, inside, below);
  else visitMap(walk, inside, below);
}

const noMembers: readonly Member[] = [];
const noRules: readonly FieldRule[] = [];

/** Few places have rules: this is asked of every one. */
function rulesAt(branches: readonly Branch[]): readonly FieldRule[] {
  let found = noRules;
  for (const { rules } of branches) {
    if (rules.length > 0) found = found.length === 0 ? rules : [...found, ...rules];
  }
  return found;
}

/** A rule that leads to a container's image is as certain as the container. */
function strongestOf(rules: readonly FieldRule[], fallback: FieldRule | undefined): FieldRule | undefined {
  const rule = strongest(rules);
  if (rule === undefined || fallback === undefined) return rule ?? fallback;
  return fallback.certain && rule.source !== "deny" ? { ...rule, certain: true } : rule;
}

/** A user who names the key of the digest leaves it to the table where the other parts are. */
function withKeys(rule: FieldRule, rules: readonly FieldRule[]): FieldRule {
  if (rule.source !== "user" || rules.length < 2) return rule;
  const keys = rules.find((each) => each.source === "table" && each.keys !== undefined)?.keys;
  return keys === undefined ? rule : { ...rule, keys };
}

/** An anchored collection is visited once in each role: a hundred aliases of it bring nothing new. */
function wasVisited(walk: Walk, { layer, node }: Place, { role, scope, branches }: Visit): boolean {
  const target = targetOf({ layer, node });
  const sight = [
    identityOf(layer, target),
    role,
    scope.containers,
    scope.objects,
    scope.imageKeys?.says,
    ...branches.map(({ id }) => id),
  ].join(" ");
  if (walk.visited.has(sight)) return true;
  walk.visited.add(sight);
  return false;
}

function visitElements(walk: Walk, { layer, node: list }: Place, how: Visit): void {
  const branches = atElement(how.branches);
  if (branches.length === 0 && !how.scope.containers && !how.scope.objects) return;
  const role: Role = elementRole[how.role] ?? "plain";
  const isImageList = how.role === "image list";
  const element: Visit = {
    branches,
    role,
    scope: how.scope,
    fallback: isImageList && how.scope.imageKeys !== undefined ? looseRule : undefined,
  };
  let index = 0;
  for (const node of elementsOf(layer.yaml, list)) {
    if (branches.length > 0 || kindOf(layer.yaml, node) !== "scalar" || isImageList) {
      walk.path.push(index);
      visit(walk, { layer, node }, element);
      walk.path.pop();
    }
    index++;
  }
}

const elementRole: Readonly<Partial<Record<Role, Role>>> = {
  "container list": "container",
  "volume list": "volume",
  // A list of lists of steps.
  plain: "plain",
};

function visitMap(walk: Walk, place: Place, how: Visit): void {
  const { layer, node, siblings = noMembers } = place;
  const here = withContainerRules(enterObject(walk, place, how));
  const scope = here.role === "container" && hasTextImage(layer, siblings) ? closed(here.scope) : here.scope;
  const single =
    here.scope.containers &&
    (here.role === "plain" || here.role === "object") &&
    looksLikeContainer(layer.yaml, siblings);
  // Nothing in a container holds another.
  let plain: Visit | undefined;
  for (const { name, value } of siblings) {
    const ways = atKey(here.branches, name);
    if (ways.length === 0 && mayBePassed(name, here, layer.yaml, value)) continue;
    plain ??= plainVisit(scope);
    const member: Place = { layer, node: value, map: node, siblings };
    const child = childVisit(here, member, { name, single, plain });
    if (child.fallback === undefined && ways.length === 0 && kindOf(layer.yaml, value) === "scalar") continue;
    walk.path.push(name);
    visit(walk, member, ways.length === 0 ? child : withBranches(child, onward(ways, child)));
    walk.path.pop();
  }
}

/** The ways below a key. Only a user's own path leads on where the key says that there is no image. */
function onward(ways: readonly Branch[], { branches, fallback }: Visit): readonly Branch[] {
  const open = fallback?.source === "deny" ? ways.filter(({ lists }) => lists === "implicit") : ways;
  return branches.length === 0 ? open : open.concat(branches);
}

function withContainerRules(how: Visit): Visit {
  if (!how.scope.containers || (how.role !== "container" && how.role !== "single container")) return how;
  return withBranches(how, how.branches.concat(anyKindTree("containers")));
}

/** A quick answer for most values, where no rule leads: a text that is none, or whatever stands where nothing counts. */
function mayBePassed(name: string, { role, scope }: Visit, yaml: YamlText, value: YamlNode): boolean {
  const kind = kindOf(yaml, value);
  if (role === "metadata") {
    return name !== "annotations" || (kind === "mapping" && !maySayImages(yaml, value));
  }
  if (!scope.containers && (kind === "scalar" || !scope.objects)) return true;
  if (tellingKeys.has(name) || scope.imageKeys !== undefined) return false;
  return kind === "scalar" || (kind !== "alias" && isBarren(yaml, value));
}

/** An object within an object goes by the rules of its own kind, beside those that lead to it. */
function enterObject(walk: Walk, place: Place, how: Visit): Visit {
  const { yaml } = place.layer;
  const { siblings = noMembers } = place;
  if (!how.scope.objects || how.role !== "plain" || memberOf(yaml, siblings, "apiVersion") === undefined) {
    return how;
  }
  const apiVersion = memberText(yaml, siblings, "apiVersion");
  const kind = memberText(yaml, siblings, "kind");
  if (!apiVersion || !kind) return how;
  const metadata = memberOf(yaml, siblings, "metadata");
  const name =
    metadata === undefined || kindOf(yaml, metadata) !== "mapping"
      ? undefined
      : memberText(yaml, membersOf(yaml, metadata), "name");
  const own = how.scope.rulesOf({ apiVersion, kind, ...(name !== undefined && { name }) });
  if (own.denied !== undefined) deny(walk, place, own.denied);
  return {
    ...how,
    role: "object",
    branches: own.trees.length === 0 ? how.branches : [...how.branches, ...own.trees],
    scope: {
      ...scopeOf(own, how.scope.rulesOf),
      ...(how.scope.imageKeys && { imageKeys: how.scope.imageKeys }),
    },
  };
}

/** Visits the documents in a text that a rule says to hold some. */
function visitDocuments(walk: Walk, place: Place, rule: FieldRule, scope: Scope): void {
  const target = targetOf(place);
  const inner = innerLayer(place.layer, target);
  if (inner === undefined) {
    const text = scalarText(place.layer.yaml, target) ?? "";
    if (rule.source === "user" && text.trim() !== "") pushFault(walk, place, rule, "no-document");
    return;
  }
  for (const document of inner.yaml.documents) {
    visit(walk, { layer: inner, node: rootOf(document) }, plainVisit(scope));
  }
}

function holdsDocuments({ source, in: form = "reference" }: FieldRule): boolean {
  return source !== "deny" && (form === "json" || form === "yaml" || form === "values" || form === "object");
}
