/** Many paths as one tree, so that an object is walked once however many there are. */
import { compileGlob } from "../image/glob.ts";
import { type PathStep, parsePath } from "../krm/field-path.ts";
import { appendTo } from "../yaml/lists-by-key.ts";
import type { FieldRule } from "./field-rule.ts";

/** What is left of the paths at a place of an object. */
export interface RuleNode {
  readonly id: number;
  /** `implicit` for a user's paths. */
  readonly lists: ListPolicy;
  readonly keys: Map<string, RuleNode>;
  anyKey?: RuleNode;
  /** The elements of a list. A user's path may leave `[]` out: then it is the branch itself. */
  elements?: RuleNode;
  /** Ways on for those maps only whose key matches a glob, by that key. */
  readonly selects: Map<string, Selects>;
  /** What may begin here or at any level below. */
  anyDepth?: RuleNode;
  /** The rules whose path ends here. */
  readonly rules: FieldRule[];
}

/** The ways on by the text of one key. */
interface Selects {
  /** By the globs as they are written, which `|` parts. */
  readonly branches: Map<string, RuleNode>;
  /** By the texts that are meant. */
  readonly exact: Map<string, RuleNode[]>;
  readonly globs: { readonly matches: (text: string) => boolean; readonly branch: RuleNode }[];
}

/** Whether a path must say `[]` where there is a list. kustomize's need not. */
export type ListPolicy = "explicit" | "implicit";

/** A tree of rules by their paths. @throws {FieldPathError} */
export function buildRuleTree(rules: readonly FieldRule[], lists: ListPolicy): RuleNode {
  const root = newBranch(lists);
  for (const rule of rules) {
    const end = parsePath(rule.path).reduce(
      (branch, step, index, { length }) => grow(branch, step, index < length - 1 && lists === "implicit"),
      root,
    );
    // Of a user's rules for one place the last counts, and there may be many.
    if (lists === "implicit") end.rules.length = 0;
    end.rules.push(rule);
  }
  return root;
}

/** A tree of one rule, which holds for the object itself. */
export function rootRule(rule: FieldRule): RuleNode {
  return { ...newBranch("explicit"), rules: [rule] };
}

let branches = 0;

function newBranch(lists: ListPolicy): RuleNode {
  branches++;
  return { id: branches, lists, keys: new Map(), selects: new Map(), rules: [] };
}

function grow(branch: RuleNode, step: PathStep, throughLists: boolean): RuleNode {
  switch (step.kind) {
    case "key": {
      const known = branch.keys.get(step.name) ?? newBranch(branch.lists);
      branch.keys.set(step.name, known);
      if (throughLists) known.elements ??= known;
      return known;
    }
    case "any-key":
      branch.anyKey ??= newBranch(branch.lists);
      if (throughLists) branch.anyKey.elements ??= branch.anyKey;
      return branch.anyKey;
    case "any-depth":
      branch.anyDepth ??= newBranch(branch.lists);
      return branch.anyDepth;
    case "elements":
      branch.elements ??= newBranch(branch.lists);
      return branch.elements;
    case "select": {
      const { key, glob } = step;
      const selects = branch.selects.get(key) ?? { branches: new Map(), exact: new Map(), globs: [] };
      branch.selects.set(key, selects);
      return selects.branches.get(glob) ?? addSelect(selects, glob, newBranch(branch.lists));
    }
  }
}

function addSelect({ branches, exact, globs }: Selects, glob: string, branch: RuleNode): RuleNode {
  branches.set(glob, branch);
  for (const each of new Set(glob.split("|"))) {
    if (each.includes("*")) globs.push({ matches: compileGlob(each), branch });
    else {
      appendTo(exact, each, branch);
    }
  }
  return branch;
}

/** The branches at a value of a map, given those at the map. */
export function atKey(branches: readonly RuleNode[], name: string): readonly RuleNode[] {
  if (branches.length === 0) return none;
  let next: RuleNode[] | undefined;
  for (const branch of branches) {
    const named = branch.keys.get(name);
    if (named !== undefined) next = withDepth(next, named);
    if (branch.anyKey !== undefined) next = withDepth(next, branch.anyKey);
    if (branch.anyDepth !== undefined) next = withDepth(next, deepening(branch.anyDepth));
  }
  return next ?? none;
}

/** The branches at an element of a list, given those at the list. */
export function atElement(branches: readonly RuleNode[]): readonly RuleNode[] {
  if (branches.length === 0) return none;
  let next: RuleNode[] | undefined;
  for (const branch of branches) {
    if (branch.elements !== undefined) next = withDepth(next, branch.elements);
    if (branch.anyDepth !== undefined) next = withDepth(next, deepening(branch.anyDepth));
    // A selection is made at the element itself.
    if (branch.selects.size > 0 && branch.elements !== branch) next = withDepth(next, selecting(branch));
  }
  return next ?? none;
}

/** The branches at a map, with those that are selected by what stands in it. */
export function atMap(
  branches: readonly RuleNode[],
  textAt: (key: string) => string | undefined,
): readonly RuleNode[] {
  if (!grows(branches, textAt)) return branches;
  // A set gives what is added to it while it is gone through as well.
  const found = new Set(branches);
  for (const branch of found) {
    if (branch.anyDepth !== undefined) found.add(branch.anyDepth);
    for (const [key, selects] of branch.selects) {
      const text = textAt(key);
      if (text === undefined) continue;
      for (const selected of selectedBy(selects, text)) found.add(selected);
    }
  }
  return [...found];
}

/** The ways on for a text, in the order of the paths. */
function selectedBy({ exact, globs }: Selects, text: string): readonly RuleNode[] {
  const selected = globs.flatMap(({ matches, branch }) => (matches(text) ? branch : []));
  return [...(exact.get(text) ?? []), ...selected].sort((one, other) => one.id - other.id);
}

/** Few places have such branches, and of the maps there few are selected: this is asked of every map. */
function grows(branches: readonly RuleNode[], textAt: (key: string) => string | undefined): boolean {
  for (const { selects, anyDepth } of branches) {
    if (anyDepth !== undefined) return true;
    for (const [key, { exact, globs }] of selects) {
      const text = textAt(key);
      if (text !== undefined && (exact.has(text) || globs.some(({ matches }) => matches(text)))) return true;
    }
  }
  return false;
}

const none: readonly RuleNode[] = [];
const deepenings = new WeakMap<RuleNode, RuleNode>();
const selectings = new WeakMap<RuleNode, RuleNode>();

/** A branch from which the levels that `**` passes over lead on. */
function deepening(anyDepth: RuleNode): RuleNode {
  const known = deepenings.get(anyDepth);
  if (known !== undefined) return known;
  const branch = { ...newBranch(anyDepth.lists), anyDepth };
  deepenings.set(anyDepth, branch);
  return branch;
}

/** A list's branch as its elements see it: only the selections lead on. */
function selecting(list: RuleNode): RuleNode {
  const known = selectings.get(list);
  if (known !== undefined) return known;
  const branch = { ...newBranch(list.lists), selects: list.selects };
  selectings.set(list, branch);
  return branch;
}

function withDepth(found: RuleNode[] | undefined, branch: RuleNode): RuleNode[] {
  if (found === undefined) return [branch];
  if (found.length < FEW) {
    if (!found.includes(branch)) found.push(branch);
    return found;
  }
  const known = sets.get(found) ?? new Set(found);
  sets.set(found, known);
  if (!known.has(branch)) found.push(branch);
  known.add(branch);
  return found;
}

const FEW = 32;
const sets = new WeakMap<RuleNode[], Set<RuleNode>>();
