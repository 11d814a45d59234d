/** One pass over an object: the rules that hold for its kind, and, where none does, what is a container without doubt. */

import { aliasesOf, type Member, memberOf, membersOf, memberText } from "../yaml/members.ts";
import { behind, dereference, elementsOf, kindOf, rootOf, scalarText } from "../yaml/node.ts";
import type { YamlNode, YamlText } from "../yaml/scan.ts";
import { applyRule, deny } from "./apply-rule.ts";
import { isInParts, looksLikeContainer } from "./container-heuristics.ts";
import { innerLayer, isCircular, type Site, straight } from "./embedded-document.ts";
import { decodedLayer, lacksDigest } from "./encoded-document.ts";
import { identityOf } from "./extract.ts";
import { type FieldRule, strongest } from "./field-rule.ts";
import { anyKindTree, type KindRules, type RulesOf } from "./field-rules.ts";
import { type Operation, operationIn, patchedField } from "./json-patch.ts";
import { childContext, elementRule, hasTextImage } from "./key-heuristics.ts";
import {
  closed,
  looseRule,
  type NodeContext,
  plainVisit,
  type Role,
  type Scope,
  scopeOf,
  withBranches,
  withRole,
} from "./node-context.ts";
import { doubledKeys, noteContest, noteDouble, noteUnreadable, placeOf } from "./note-flaw.ts";
import { isKubernetesOwn } from "./own-kinds.ts";
import { canSkip, mayHoldImages, significantKeys } from "./prefilter.ts";
import { atElement, atKey, atMap, type RuleNode } from "./rule-tree.ts";
import { follow, formatPath, type Place, startWalk, targetOf, type Walk } from "./walk-state.ts";

/** Collects the images of an object. No shape of it is an error. */
export function walkObject(walk: Walk, object: Place, known: WalkRules): void {
  const { layer, node, via } = object;
  const branches = known.extra === undefined ? known.own.trees : [...known.own.trees, known.extra];
  visit(
    walk,
    { layer, node, via },
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
  readonly extra?: RuleNode | undefined;
}

/** How deep it recurses is bounded where texts are scanned. */
function visit(walk: Walk, place: Place, context: NodeContext): void {
  const { yaml } = place.layer;
  const target = targetOf(place);
  const kind = kindOf(yaml, target);
  const members = kind === "mapping" ? membersOf(yaml, target) : noMembers;
  const branches =
    kind === "mapping" && context.branches.length > 0
      ? branchesAt(context.branches, yaml, members)
      : context.branches;
  const rules = rulesAt(branches);
  const rule = strongestOf(rules, context.fallback);
  const scope =
    rule === undefined ? context.scope : applyRule(walk, place, withKeys(rule, rules), context.scope);
  if (scope === undefined) return;
  const { role, fallback } = context;
  if (kind === "scalar") {
    if (rule !== undefined && holdsDocuments(rule))
      visitText(walk, place, rule, { branches, role, scope, fallback });
    return;
  }
  const below =
    branches === context.branches && scope === context.scope ? context : { branches, role, scope, fallback };
  const { layer, via } = place;
  if (target === place.node) visitInside(walk, { layer, node: target, via, siblings: members }, below);
  else visitAliased(walk, { ...follow(place), siblings: members }, below);
}

// Functions that few visits need stand apart: where one stands, V8 keeps what it knows of its surroundings at each visit.

function branchesAt(
  branches: readonly RuleNode[],
  yaml: YamlText,
  members: readonly Member[],
): readonly RuleNode[] {
  return atMap(branches, (key) => memberText(yaml, members, key));
}

function visitText(walk: Walk, place: Place, rule: FieldRule, context: NodeContext): void {
  // Where a colon stands, somebody wrote the document itself.
  if (rule.encoded && scalarText(place.layer.yaml, targetOf(place))?.includes(":") === false) {
    visitEncoded(walk, place, rule, context.scope);
    return;
  }
  const documents = documentsIn(walk, place, rule, context.scope);
  const visitIt = (): void => {
    for (const document of documents) visit(walk, document, plainVisit(context.scope));
  };
  if (targetOf(place) === place.node) visitIt();
  else unlessBarren(walk, sightOf(follow(place), context), visitIt);
}

/** What stands in base64 is none of the fields. */
function visitEncoded(walk: Walk, place: Place, rule: FieldRule, scope: Scope): void {
  const layer = decodedLayer(place);
  if (layer === undefined) return;
  const inner = startWalk(walk.resource, walk.path);
  for (const document of layer.yaml.documents)
    visit(inner, { layer, node: rootOf(document), via: straight }, plainVisit(scope));
  walk.objects.push(...inner.objects.map((object) => ({ ...object, flaws: { from: 0, to: 0 } })));
  const fields = inner.fields.filter(lacksDigest);
  if (fields.length === 0) return;
  const at = placeOf(place.layer, place.node);
  walk.encoded.push({ path: formatPath(walk.path), rule: rule.label, fields, ...at });
}

function visitAliased(walk: Walk, inside: Place, context: NodeContext): void {
  if (!isCircular(inside))
    unlessBarren(walk, sightOf(inside, context), () => visitInside(walk, inside, context));
}

function visitInside(walk: Walk, place: Place, context: NodeContext): void {
  if (kindOf(place.layer.yaml, place.node) === "sequence") visitElements(walk, place, context);
  else visitMap(walk, place, context);
}

/**
 * Visits something through an alias. What is found in it counts there too; where nothing is, a hundred aliases of it bring
 * nothing either.
 */
function unlessBarren(walk: Walk, sight: string, visitIt: () => void): void {
  if (walk.barren.has(sight)) return;
  const before = countFound(walk);
  visitIt();
  if (countFound(walk) === before) walk.barren.add(sight);
}

function countFound({ fields, flaws, wishes, documents }: Walk): number {
  return fields.length + flaws.size + wishes.length + documents.length;
}

const noMembers: readonly Member[] = [];
const noRules: readonly FieldRule[] = [];

/** Few places have rules: this is asked of every one. */
function rulesAt(branches: readonly RuleNode[]): readonly FieldRule[] {
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

/** A collection, and as what it is looked at. */
function sightOf({ layer, node }: Place, { role, scope, branches }: NodeContext): string {
  return [
    identityOf(layer, node),
    role,
    scope.containers,
    scope.objects,
    scope.imageKeys?.label,
    ...branches.map(({ id }) => id),
  ].join(" ");
}

function visitElements(walk: Walk, { layer, node: list, via }: Place, context: NodeContext): void {
  const branches = atElement(context.branches);
  if (branches.length === 0 && !context.scope.containers && !context.scope.objects) return;
  const role: Role = elementRole[context.role] ?? "plain";
  const isImageList = context.role === "image list";
  const element: NodeContext = {
    branches,
    role,
    scope: context.scope,
    fallback: isImageList && context.scope.imageKeys !== undefined ? looseRule : undefined,
  };
  let index = 0;
  for (const node of elementsOf(layer.yaml, list)) {
    if (branches.length > 0 || kindOf(layer.yaml, node) !== "scalar" || isImageList) {
      walk.path.push(index);
      const place = { layer, node, via };
      const rule = role === "plain" ? elementRule(context.scope, place) : undefined;
      visit(walk, place, rule === undefined ? element : { ...element, fallback: rule });
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

function visitMap(walk: Walk, place: Place, context: NodeContext): void {
  const { layer, node, siblings = noMembers } = place;
  if (context.scope.patched !== undefined) {
    const operation = operationIn(place, context.scope, context.scope.patched);
    if (operation !== undefined) {
      visitOperation(walk, operation);
      return;
    }
  }
  const seen = withContainerRules(enterObject(walk, place, context));
  const here = isOfParts(walk, place, seen) ? withRole(seen, "plain") : seen;
  const scope = here.role === "container" && hasTextImage(layer, siblings) ? closed(here.scope) : here.scope;
  const single =
    here.scope.containers &&
    (here.role === "plain" || here.role === "object") &&
    looksLikeContainer(layer.yaml, siblings);
  // Nothing in a container holds another.
  let plain: NodeContext | undefined;
  // Only what leads to images is worth knowing to stand there twice.
  let doubled: Map<YamlNode, DoubledKeys> | undefined;
  for (const sibling of siblings) {
    const { name, value } = sibling;
    const ways = atKey(here.branches, name);
    if (ways.length === 0 && mayBePassed(name, here, layer.yaml, value)) continue;
    plain ??= plainVisit(scope);
    const merges = sibling.by === undefined ? undefined : aliasesOf(sibling.by);
    const via = merges === undefined ? place.via : place.via.concat(merges);
    const member: Place = { layer, node: value, via, map: place, siblings };
    const child = childContext(here, member, { name, single, plain });
    if (child.fallback === undefined && ways.length === 0 && kindOf(layer.yaml, value) === "scalar") continue;
    walk.path.push(name);
    const before = walk.fields.length;
    visit(walk, member, ways.length === 0 ? child : withBranches(child, onward(ways, child)));
    if (walk.fields.length > before) {
      const { imageKeys } = here.scope;
      if (imageKeys?.source === "user") walk.reached.add(imageKeys.label);
      const merged = merges?.at(-1);
      const mayStandTwice = merged !== undefined || mayBeDoubled(siblings, name);
      const holder = merged === undefined ? node : dereference(layer.yaml, merged);
      if (mayStandTwice) doubled ??= new Map();
      const keys = doubled && mayStandTwice ? doubledIn(layer.yaml, holder, doubled).get(name) : undefined;
      if (keys !== undefined) {
        noteDouble(walk, layer, keys);
        // The last one counts for kubectl; of those that are merged no other comes here.
        const isLast = behind(layer.yaml, keys.at(-1) ?? value) === value;
        if (merges === undefined && !isLast) walk.fields.length = before;
      }
      if (sibling.contest !== undefined) noteContest(walk, layer, sibling.contest, true);
    }
    walk.path.pop();
  }
  if (here.role === "object" && context.role === "plain") leaveObject(walk, place);
}

/** Whether what should be a container has its image in parts, as some operators mean it. */
function isOfParts(
  { resource }: Walk,
  { layer, siblings = noMembers }: Place,
  { role }: NodeContext,
): boolean {
  if (role !== "container" && role !== "single container") return false;
  return !isKubernetesOwn(resource) && isInParts(layer.yaml, siblings);
}

/** The value of an operation counts as it would where the operation puts it. */
function visitOperation(walk: Walk, operation: Operation): void {
  const { value, context, op, target, key } = operation;
  const before = walk.fields.length;
  walk.path.push("value");
  if (context !== undefined) visit(walk, value, context);
  const found = walk.fields.splice(before);
  walk.fields.push(...found.map((field) => patchedField(field, { op, target, path: walk.path })));
  if (found.length === 0 && context !== undefined && op !== "test")
    walk.documents.push({ ...follow(value), path: [...walk.path], key });
  walk.path.pop();
}

type DoubledKeys = ReturnType<typeof doubledKeys>;

/** The keys that stand twice in a mapping, or in one that it merges: each is looked at once. */
function doubledIn(yaml: YamlText, holder: YamlNode, known: Map<YamlNode, DoubledKeys>): DoubledKeys {
  const keys = known.get(holder) ?? doubledKeys(yaml, holder);
  known.set(holder, keys);
  return keys;
}

/** A quick answer for nearly all keys, which stand once; of many members nobody counts those of one name. */
function mayBeDoubled(members: readonly Member[], name: string): boolean {
  if (members.length > FEW) return true;
  let count = 0;
  for (const member of members) if (member.name === name) count++;
  return count > 1;
}

const FEW = 16;

/** The ways below a key. Only a user's own path leads on where the key says that there is no image. */
function onward(ways: readonly RuleNode[], { branches, fallback }: NodeContext): readonly RuleNode[] {
  const open = fallback?.source === "deny" ? ways.filter(({ lists }) => lists === "implicit") : ways;
  return branches.length === 0 ? open : open.concat(branches);
}

function withContainerRules(context: NodeContext): NodeContext {
  if (!context.scope.containers || (context.role !== "container" && context.role !== "single container"))
    return context;
  const tree = anyKindTree("containers");
  return withBranches(context, context.branches.length === 0 ? [tree] : context.branches.concat(tree));
}

/** A quick answer for most values, where no rule leads: a text that is none, or whatever stands where nothing counts. */
function mayBePassed(name: string, { role, scope }: NodeContext, yaml: YamlText, value: YamlNode): boolean {
  const kind = kindOf(yaml, value);
  if (role === "metadata") {
    return name !== "annotations" || (kind === "mapping" && !mayHoldImages(yaml, value));
  }
  if (!scope.containers && (kind === "scalar" || !scope.objects)) return true;
  if (significantKeys.has(name) || scope.imageKeys !== undefined) return false;
  return kind === "scalar" || (kind !== "alias" && canSkip(yaml, value));
}

/** An object within an object goes by the rules of its own kind, beside those that lead to it. */
function enterObject(walk: Walk, place: Place, context: NodeContext): NodeContext {
  const { yaml } = place.layer;
  const { siblings = noMembers } = place;
  if (
    !context.scope.objects ||
    context.role !== "plain" ||
    memberOf(yaml, siblings, "apiVersion") === undefined
  ) {
    return context;
  }
  const apiVersion = memberText(yaml, siblings, "apiVersion");
  const kind = memberText(yaml, siblings, "kind");
  if (!apiVersion || !kind) return context;
  const metadata = memberOf(yaml, siblings, "metadata");
  const name =
    metadata === undefined || kindOf(yaml, metadata) !== "mapping"
      ? undefined
      : memberText(yaml, membersOf(yaml, metadata), "name");
  const own = context.scope.rulesOf({ apiVersion, kind, name });
  if (own.denied !== undefined) deny(walk, place, own.denied);
  const { size } = walk.flaws;
  const { layer, node, via } = place;
  walk.objects.push({ layer, node, via, path: [...walk.path], flaws: { from: size, to: size } });
  return {
    ...context,
    role: "object",
    branches: own.trees.length === 0 ? context.branches : [...context.branches, ...own.trees],
    scope: { ...scopeOf(own, context.scope.rulesOf), imageKeys: context.scope.imageKeys },
  };
}

/** Takes note of the flaws that were met in an object: it is the last of those that stand there. */
function leaveObject({ objects, flaws }: Walk, { layer, node }: Place): void {
  if (objects.length === 0) return;
  const object = objects.findLast((each) => each.node === node && each.layer === layer);
  if (object !== undefined) object.flaws.to = flaws.size;
}

/** The documents in a text that a rule says to hold some. */
function documentsIn(walk: Walk, place: Place, rule: FieldRule, scope: Scope): readonly Site[] {
  const inner = innerLayer(place);
  if ("reason" in inner) {
    const text = scalarText(place.layer.yaml, targetOf(place)) ?? "";
    if (isExpected(text, rule)) noteUnreadable(walk, rule, { text, ...inner });
    return noDocuments;
  }
  const sites = inner.yaml.documents.map((document) => ({
    layer: inner,
    node: rootOf(document),
    via: straight,
  }));
  if (scope.imageKeys !== undefined)
    for (const site of sites) walk.documents.push({ ...site, path: [...walk.path] });
  return sites;
}

const noDocuments: readonly Site[] = [];

/** Whether a text that is no document should be one. Where no user says so, a text without a colon may be anything. */
function isExpected(text: string, { source, mixed }: FieldRule): boolean {
  return source === "user" ? text.trim() !== "" : mixed !== true && text.includes(":");
}

function holdsDocuments({ source, in: form = "reference" }: FieldRule): boolean {
  return (
    source !== "deny" &&
    (form === "json" || form === "yaml" || form === "values" || form === "object" || form === "patch")
  );
}
