/** What the walk knows at a place beside the place itself. */
import type { FieldRule, PatchedKind } from "./field-rule.ts";
import type { KindRules, RulesOf } from "./field-rules.ts";
import type { RuleNode } from "./rule-tree.ts";

/** What counts below a place beside the rules that lead there. */
export interface Scope {
  readonly rulesOf: RulesOf;
  /** Whether objects within count, each by the rules of its kind. */
  readonly objects: boolean;
  /** Whether what is a container without doubt counts. */
  readonly containers: boolean;
  /** Whether keys called `image` count, as in the values of a chart. */
  readonly imageKeys?: FieldRule | undefined;
  /** Whether maps may be operations of JSON Patch, and on what. */
  readonly patched?: PatchedKind;
}

/** The scope of an object of a kind. */
export function scopeOf({ builtIn, denied }: KindRules, rulesOf: RulesOf): Scope {
  const open = denied === undefined;
  return { rulesOf, objects: open, containers: open && builtIn };
}

/** A scope in which all counts. */
export function openScope({ rulesOf }: Scope): Scope {
  return { rulesOf, objects: true, containers: true };
}

/** A scope in which only rules count. */
export function closed({ rulesOf }: Scope): Scope {
  return { rulesOf, objects: false, containers: false };
}

/** What a value is by the key that leads to it. */
export type Role =
  | "object"
  | "container"
  | "single container"
  | "container list"
  | "volume list"
  | "volume"
  | "metadata"
  | "image list"
  | "plain";

/** How a value is looked at. */
export interface NodeContext {
  readonly branches: readonly RuleNode[];
  readonly role: Role;
  readonly scope: Scope;
  /** What holds where no rule leads here. */
  readonly fallback: FieldRule | undefined;
}

// There is a visit for nearly every key, and V8 takes long to spread one into another.

/** A visit of something that no rule leads to. */
export function plainVisit(scope: Scope): NodeContext {
  return { branches: noBranches, role: "plain", scope, fallback: undefined };
}

/** A visit with another fallback. */
export function withFallback({ branches, role, scope }: NodeContext, fallback: FieldRule): NodeContext {
  return { branches, role, scope, fallback };
}

/** A visit in another role. */
export function withRole({ branches, scope, fallback }: NodeContext, role: Role): NodeContext {
  return { branches, role, scope, fallback };
}

/** A visit by other branches. */
export function withBranches(
  { role, scope, fallback }: NodeContext,
  branches: readonly RuleNode[],
): NodeContext {
  return { branches, role, scope, fallback };
}

/** No rule leads on. */
const noBranches: readonly RuleNode[] = [];

const builtIn = { source: "table", path: "", loose: false } as const;
/** The image of an element of a container list. */
export const containerRule: FieldRule = { ...builtIn, label: "containers", tagless: "pin", certain: true };
/** The reference of a volume that is an image. */
export const volumeRule: FieldRule = { ...builtIn, label: "image volumes", tagless: "pin", certain: true };
/** The image of a container that stands alone: what else stands in the map may say the tag. */
export const singleRule: FieldRule = {
  ...builtIn,
  label: "single containers",
  tagless: "keep",
  beside: true,
};
/** An element of a list that is called after images. */
export const looseRule: FieldRule = { ...builtIn, label: "lists of images", tagless: "keep", loose: true };
