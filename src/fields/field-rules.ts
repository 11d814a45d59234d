/** Which rules hold for which kind: the built-in table and the user's own, grown into trees for kinds that occur. */

import { compileGlob } from "../image/glob.ts";
import { expandBraces } from "../krm/field-path.ts";
import type { FieldSpec } from "../krm/field-spec.ts";
import type { Resource } from "../krm/resource.ts";
import { appendTo } from "../yaml/lists-by-key.ts";
import type { FieldRule } from "./field-rule.ts";
import { buildRuleTree, type RuleNode } from "./rule-tree.ts";
import { denyTable } from "./table/deny.ts";
import type { DenyRow, FieldRow, KindTable } from "./table/field-row.ts";
import { anyKindRows, fieldTables } from "./table/tables.ts";

/** What a user says about where images are. */
export interface FieldOptions {
  readonly fieldSpecs: readonly FieldSpec[];
  /** Whether the built-in table counts, or for which kinds. */
  readonly builtIn: boolean | readonly string[];
}

/** What is known of a kind. */
export interface KindRules {
  /** Rules by path. */
  readonly trees: readonly RuleNode[];
  /** Why the kind holds no images, but for those of `trees`. */
  readonly denied?: FieldRule | undefined;
  /** Whether what looks like a container counts as one. */
  readonly builtIn: boolean;
}

/** What is known of the kind of an object. */
export type RulesOf = (object: Identity) => KindRules;

/** As much of an object as rules depend on. */
export type Identity = Pick<Resource, "apiVersion" | "kind"> & Partial<Pick<Resource, "name">>;

/** The rules as a user wants them. Nothing is read of the table for kinds that nobody asks for. */
export function fieldRules({ fieldSpecs, builtIn }: FieldOptions): RulesOf {
  const userTrees = treesByKind(fieldSpecs);
  const isBuiltIn = builtInKinds(builtIn);
  const known = new Map<string, KindRules>();
  const namedKinds = new Map<string, NamedKind>();
  const kindsByGroup = new Map<string, readonly KindTable[]>();
  const kindsOfGroup = (group: string): readonly KindTable[] => {
    const kinds = kindsByGroup.get(group) ?? kindsOf(group);
    kindsByGroup.set(group, kinds);
    return kinds;
  };
  return (object) => {
    const key = `${object.apiVersion}\n${object.kind}`;
    const cached = known.get(key);
    if (cached !== undefined) return cached;
    const namedKind = namedKinds.get(key);
    if (namedKind !== undefined) return rulesByName(object, namedKind);
    const rows = isBuiltIn(object) ? rowsOf(object, kindsOfGroup) : undefined;
    const named = rows?.filter(({ row }) => row.name !== undefined) ?? [];
    if (named.length === 0) {
      const rules = compile(object, userTrees(object), rows);
      known.set(key, rules);
      return rules;
    }
    const ofNames = { key, rows: rows ?? [], named: named.map((row) => ({ row, isNamed: namesOf(row) })) };
    namedKinds.set(key, ofNames);
    return rulesByName(object, ofNames);
  };

  /** A row for objects of one name holds for no other. */
  function rulesByName(object: Identity, { key, rows, named }: NamedKind): KindRules {
    const others: NamedRow[] = [];
    let which = `${key}\n`;
    for (const { row, isNamed } of named) {
      const counts = object.name !== undefined && isNamed(object.name);
      which += counts ? "+" : "-";
      if (!counts) others.push(row);
    }
    const rules =
      known.get(which) ??
      compile(
        object,
        userTrees(object),
        rows.filter((row) => !others.includes(row)),
      );
    known.set(which, rules);
    return rules;
  }
}

/** A kind of which some rows are for objects of certain names. */
interface NamedKind {
  readonly key: string;
  readonly rows: readonly NamedRow[];
  readonly named: readonly { readonly row: NamedRow; isNamed(name: string): boolean }[];
}

/** Whether a row holds for an object of a name. */
function namesOf({ row: { name = "*" } }: NamedRow): (name: string) => boolean {
  const globs = name.split("|").map(compileGlob);
  return (text) => globs.some((matches) => matches(text));
}

function builtInKinds(builtIn: FieldOptions["builtIn"]): (object: Identity) => boolean {
  if (typeof builtIn === "boolean") return () => builtIn;
  const names = new Set(builtIn.map((name) => name.toLowerCase()));
  return ({ apiVersion, kind }) =>
    names.has(kind.toLowerCase()) || names.has(`${kind}.${groupOf(apiVersion)}`.toLowerCase());
}

/** The rules of a user's specs for the kind of an object; kinds that the same specs are about share them. */
function treesByKind(specs: readonly FieldSpec[]): (object: Identity) => readonly RuleNode[] {
  const trees = new Map<string, readonly RuleNode[]>();
  const byKind = new Map<string, { readonly spec: FieldSpec; readonly index: number }[]>();
  for (const [index, spec] of specs.entries()) {
    const kind = spec.kind?.toLowerCase() ?? anyKind;
    appendTo(byKind, kind, { spec, index });
  }
  return (object) => {
    const own = [...(byKind.get(object.kind.toLowerCase()) ?? []), ...(byKind.get(anyKind) ?? [])]
      .filter(({ spec }) => matchesKind(spec, object))
      .sort((one, other) => one.index - other.index);
    if (own.length === 0) return [];
    const key = own.map(({ index }) => index).join();
    const shared = trees.get(key) ?? [
      buildRuleTree(
        own.map(({ spec, index }) => userRule(spec, index)),
        "implicit",
      ),
    ];
    trees.set(key, shared);
    return shared;
  };
}

// No kind is called so.
const anyKind = "*";

interface NamedRow {
  readonly label: string;
  readonly row: FieldRow;
}

function compile(
  object: Identity,
  trees: readonly RuleNode[],
  rows: readonly NamedRow[] | undefined,
): KindRules {
  if (rows === undefined) return { trees, builtIn: false };
  const denials = denialsOf(object);
  const whole = denials.find(({ path }) => path === "");
  const table = [
    ...denials.filter(({ path }) => path !== "").map((row) => denyRule(row)),
    ...rows.flatMap(({ label, row }) => tableRules(label, row)),
  ];
  return {
    trees: table.length === 0 ? trees : [...trees, buildRuleTree(table, "explicit")],
    denied: whole && denyRule(whole),
    builtIn: true,
  };
}

/** Whether a field spec is about the kind of an object. */
export function matchesKind({ group, version, kind }: FieldSpec, object: Identity): boolean {
  return (
    (group === undefined || group === groupOf(object.apiVersion)) &&
    (version === undefined || version === versionOf(object.apiVersion)) &&
    (kind === undefined || kind.toLowerCase() === object.kind.toLowerCase())
  );
}

function userRule(spec: FieldSpec, index: number): FieldRule {
  if (spec.pin === "never") {
    const label = `fieldSpecs[${index}]`;
    return { ...denyRule({ path: spec.path, why: `${label} says \`pin: never\`` }), label, byUser: true };
  }
  const { digestKey, onError, tag, tagless } = spec;
  const form = spec.in ?? (digestKey === undefined ? "reference" : "repositoryAndTag");
  return {
    source: "user",
    label: `fieldSpecs[${index}]`,
    path: spec.path,
    in: form,
    expression: spec.pattern,
    // Of a document nobody says which of its fields are whole references.
    tagless: tagless ?? (form === "json" || form === "yaml" ? "keep" : "pin"),
    loose: false,
    override: { digestKey, onError, tag },
  };
}

/** The rows of a kind in the table. */
function rowsOf(
  { apiVersion, kind }: Identity,
  kindsOfGroup: (group: string) => readonly KindTable[],
): readonly NamedRow[] {
  const group = groupOf(apiVersion) || "core";
  return kindsOfGroup(group.toLowerCase())
    .flatMap((kinds) => Object.entries(kinds))
    .filter(([kinds]) => hasWord(kinds, kind))
    .flatMap(([, rows]) => rows.map((row) => (typeof row === "string" ? { path: row } : row)))
    .map((row) => ({ label: `${group} ${kind}`, row }));
}

/** The parts of the table for a group. Most lists ask for few groups, so most of the table is passed over at a glance. */
function kindsOf(group: string): readonly KindTable[] {
  const found: KindTable[] = [];
  for (const table of fieldTables) {
    for (const groups in table) {
      if (!groups.includes(group) && !groups.includes("*")) continue;
      if (groups.split(" ").some((each) => matchesGroup(each, group))) found.push(table[groups]?.() ?? {});
    }
  }
  return found;
}

function denialsOf({ apiVersion, kind }: Identity): readonly DenyRow[] {
  const group = (groupOf(apiVersion) || "core").toLowerCase();
  return Object.entries(denyTable)
    .filter(([groups]) => groups.split(" ").some((each) => matchesGroup(each, group)))
    .flatMap(([, kinds]): [string, string | readonly DenyRow[]][] =>
      typeof kinds === "string" ? [["*", kinds]] : Object.entries(kinds),
    )
    .filter(([kinds]) => hasWord(kinds, kind))
    .flatMap(([, rows]) => (typeof rows === "string" ? [{ path: "", why: rows }] : rows))
    .flatMap((row) => expandBraces(row.path).map((path) => ({ ...row, path })));
}

function matchesGroup(pattern: string, group: string): boolean {
  return pattern.startsWith("*.")
    ? group === pattern.slice(2) || group.endsWith(pattern.slice(1))
    : group === pattern;
}

function hasWord(words: string, word: string): boolean {
  const wanted = word.toLowerCase();
  return words.split(" ").some((each) => each === "*" || each.toLowerCase() === wanted);
}

/** The rules of a row: one for each of the paths that it stands for. `where` says what the path is below. */
export function tableRules(where: string, row: FieldRow): readonly FieldRule[] {
  // In the values of a chart a name alone may have its tag, or its registry, anywhere.
  const { tagless = row.in === "values" ? "keep" : "pin", loose = false, ...rest } = row;
  return pathsOf(row.path).map((path) => ({
    ...rest,
    source: "table",
    label: `${where}: ${path}`,
    path,
    tagless,
    loose,
  }));
}

/** The paths that a row stands for: `<pod>` are the images of a pod spec. */
function pathsOf(path: string): readonly string[] {
  return expandBraces(
    path.replace("<pod>", "{containers[],initContainers[],ephemeralContainers[],volumes[]/image}/image"),
  ).map((each) => each.replace("volumes[]/image/image", "volumes[]/image/reference"));
}

function denyRule({ path, why }: DenyRow): FieldRule {
  return { source: "deny", label: why, path, why, tagless: "keep", loose: false };
}

/** The rules for what stands in containers and annotations of whatever kind. */
export function anyKindTree(part: keyof typeof anyKindRows): RuleNode {
  const known = anyKindTrees.get(part);
  if (known !== undefined) return known;
  const rows: readonly FieldRow[] = anyKindRows[part];
  const tree = buildRuleTree(
    rows.flatMap((row) => tableRules(part, row)),
    "explicit",
  );
  anyKindTrees.set(part, tree);
  return tree;
}

const anyKindTrees = new Map<keyof typeof anyKindRows, RuleNode>();

function groupOf(apiVersion: string): string {
  return apiVersion.includes("/") ? apiVersion.slice(0, apiVersion.indexOf("/")) : "";
}

function versionOf(apiVersion: string): string {
  return apiVersion.slice(apiVersion.indexOf("/") + 1);
}
