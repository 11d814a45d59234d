/**
 * Operations of JSON Patch: where the value of each comes to stand, and what counts there.
 *
 * https://www.rfc-editor.org/rfc/rfc6902, with pointers by https://www.rfc-editor.org/rfc/rfc6901
 */
import { PATH_MAX } from "../krm/field-path.ts";
import { memberText, ownOrMergedChild } from "../yaml/members.ts";
import { kindOf, scalarText, type YamlKind } from "../yaml/node.ts";
import type { YamlNode, YamlText } from "../yaml/scan.ts";
import { deniedKeys } from "./container-heuristics.ts";
import { noPlace } from "./digest-slot.ts";
import type { PatchedKind } from "./field-rule.ts";
import { anyKindTree } from "./field-rules.ts";
import type { ImageField } from "./image-field.ts";
import { listRole, mapRole } from "./key-heuristics.ts";
import {
  closed,
  containerRule,
  type NodeContext,
  plainVisit,
  type Role,
  type Scope,
  scopeOf,
  singleRule,
  volumeRule,
  withFallback,
  withRole,
} from "./node-context.ts";
import { atElement, atKey, atMap, type RuleNode } from "./rule-tree.ts";
import { formatPath, type Place, pathBelow, targetOf, type Walk } from "./walk-state.ts";

/** An operation that says a value. */
export interface Operation {
  readonly op: string;
  readonly value: Place;
  /** Where it puts the value. */
  readonly target: readonly (string | number)[];
  /** The last key on the way there. */
  readonly key: string;
  /** What counts there; undefined where nothing does. */
  readonly context: NodeContext | undefined;
}

/** The kind that a patch is for, by its `target`. */
export function patchedKind(yaml: YamlText, target: YamlNode | undefined): PatchedKind {
  const text = (key: string): string => scalarText(yaml, ownOrMergedChild(yaml, target, key)) ?? "";
  const group = text("group");
  return {
    apiVersion: group === "" ? text("version") : `${group}/${text("version") || "v1"}`,
    kind: text("kind"),
  };
}

/** The operation that a map is, if it is one. */
export function operationIn(place: Place, scope: Scope, patched: PatchedKind): Operation | undefined {
  const { layer, node, via, siblings = [] } = place;
  const op = memberText(layer.yaml, siblings, "op") ?? "";
  const pointer = memberText(layer.yaml, siblings, "path");
  const value = siblings.findLast(({ name }) => name === "value");
  if (!valueOps.has(op) || pointer === undefined || value === undefined) return undefined;
  if (pointer.length > PATH_MAX || !(pointer === "" || pointer.startsWith("/"))) return undefined;
  const at: Place = { layer, node: value.value, via, map: { layer, node, via }, siblings };
  const target = stepsOf(pointer);
  const kind = kindOf(layer.yaml, targetOf(at));
  const key = String(target.findLast((step) => typeof step === "string") ?? "");
  return { op, value: at, target, key, context: contextAt(target, kind, { scope, patched }) };
}

const valueOps: ReadonlySet<string> = new Set(["add", "replace", "test"]);

/** The keys and indices of a pointer; `-` is the index behind the last. A map may have numbers for keys, but none that counts. */
function stepsOf(pointer: string): readonly (string | number)[] {
  return pointer
    .split("/")
    .slice(1)
    .map((step) => {
      if (/^(?:0|[1-9]\d{0,8})$/.test(step)) return Number(step);
      return step === "-" ? 0 : step.replaceAll("~1", "/").replaceAll("~0", "~");
    });
}

interface Patching {
  readonly scope: Scope;
  readonly patched: PatchedKind;
}

/** How a value is looked at where an operation puts it; undefined where nothing counts. */
function contextAt(
  target: readonly (string | number)[],
  kindOfValue: YamlKind,
  { scope, patched }: Patching,
): NodeContext | undefined {
  const { rulesOf } = scope;
  const own = rulesOf(patched);
  if (own.denied !== undefined) return undefined;
  // A whole object that is put anywhere says its own kind.
  if (target.length === 0) return plainVisit(scopeOf(own, rulesOf));
  let context: NodeContext = {
    branches: own.trees,
    role: "object",
    scope: scopeOf(own, rulesOf),
    fallback: undefined,
  };
  for (const [at, step] of target.entries()) {
    const next = target[at + 1];
    const kind = next === undefined ? kindOfValue : typeof next === "number" ? "sequence" : "mapping";
    const below = typeof step === "number" ? elementContext(context) : keyContext(context, step, kind);
    if (below === undefined) return undefined;
    context = below;
  }
  return context;
}

function elementContext({ branches, role, scope }: NodeContext): NodeContext {
  return { branches: atElement(branches), role: elementRoles[role] ?? "plain", scope, fallback: undefined };
}

const elementRoles: Readonly<Partial<Record<Role, Role>>> = {
  "container list": "container",
  "volume list": "volume",
};

function keyContext(context: NodeContext, name: string, kind: YamlKind): NodeContext | undefined {
  const { role, scope } = context;
  const isContainer = role === "container" || role === "single container";
  const containers = isContainer && scope.containers ? [anyKindTree("containers")] : [];
  const ways = atMap([...context.branches, ...containers], () => undefined);
  const child = roleContext(context, name, kind);
  if (child === undefined) return undefined;
  const branches: readonly RuleNode[] = [...atKey(ways, name), ...child.branches];
  return { ...child, branches };
}

function roleContext({ role, scope }: NodeContext, name: string, kind: YamlKind): NodeContext | undefined {
  const plain = plainVisit(scope);
  if (role === "metadata")
    return name === "annotations" ? { ...plain, branches: [anyKindTree("annotations")] } : plain;
  if (name === "metadata") return withRole(plainVisit(closed(scope)), "metadata");
  if (!scope.containers) return plain;
  switch (role) {
    case "container":
      return name === "image" ? withFallback(plain, containerRule) : plainVisit(closed(scope));
    case "single container":
      return name === "image" ? withFallback(plain, singleRule) : plainVisit(closed(scope));
    case "volume":
      if (name === "image" && kind === "mapping") return withRole(plain, "volume");
      if (name === "reference") return withFallback(plain, volumeRule);
      break;
    default:
  }
  if (deniedKeys.has(name)) return undefined;
  return withRole(plain, (kind === "sequence" ? listRole(name) : mapRole(name, kind)) ?? "plain");
}

/** A field of an operation's value: where it is put, and that a test must go on to say what it tests. */
export function patchedField(
  field: ImageField,
  { op, target, path }: Pick<Operation, "op" | "target"> & Pick<Walk, "path">,
): ImageField {
  const below = field.path.slice(formatPath(path).length).replace(/^\./, "");
  const put = { ...field, putAt: pathBelow(target, below) };
  if (op !== "test") return put;
  const reason = "a `test` must say just what it tests: when that gets a digest, write it here, too";
  return field.value?.includes("@") ? { ...put, skipped: reason } : { ...put, writing: noPlace(reason) };
}
