/** Many paths as one tree, so that an object is walked once however many there are. */
import { matchesGlob } from "../image/image-glob.ts";
import { type PathStep, parsePath } from "./field-path.ts";
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
  readonly selects: Select[];
  /** What may begin here or at any level below. */
  anyDepth?: RuleNode;
  /** The rules whose path ends here. */
  readonly rules: FieldRule[];
}

/** A way on for those maps only whose `key` matches one of the globs, which `|` parts. */
interface Select {
  readonly key: string;
  readonly glob: string;
  readonly globs: readonly string[];
  readonly branch: RuleNode;
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
    end.rules.push(rule);
  }
  return root;
}

let branches = 0;

function newBranch(lists: ListPolicy): RuleNode {
  branches++;
  return { id: branches, lists, keys: new Map(), selects: [], rules: [] };
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
      const known = branch.selects.find((each) => each.key === key && each.glob === glob);
      if (known !== undefined) return known.branch;
      const select = { key, glob, globs: glob.split("|"), branch: newBranch(branch.lists) };
      branch.selects.push(select);
      return select.branch;
    }
  }
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
    if (branch.selects.length > 0 && branch.elements !== branch) next = withDepth(next, selecting(branch));
  }
  return next ?? none;
}

/** The branches at a map, with those that are selected by what stands in it. */
export function atMap(
  branches: readonly RuleNode[],
  textAt: (key: string) => string | undefined,
): readonly RuleNode[] {
  if (!mayGrow(branches)) return branches;
  const found: RuleNode[] = [...branches];
  for (let at = 0; at < found.length; at++) {
    const branch = found[at];
    if (branch?.anyDepth !== undefined && !found.includes(branch.anyDepth)) found.push(branch.anyDepth);
    for (const { key, globs, branch: selected } of branch?.selects ?? []) {
      const text = textAt(key);
      if (text !== undefined && globs.some((glob) => matchesGlob(glob, text)) && !found.includes(selected))
        found.push(selected);
    }
  }
  return found;
}

/** Few places have such branches: this is asked of every map. */
function mayGrow(branches: readonly RuleNode[]): boolean {
  for (const { selects, anyDepth } of branches) if (selects.length > 0 || anyDepth !== undefined) return true;
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
  if (!found.includes(branch)) found.push(branch);
  return found;
}
