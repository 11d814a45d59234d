/** Where aliases bring a node of a text to: what shares its text, and would change with it. */
import { appendTo } from "./lists-by-key.ts";
import { type Merge, membersOf } from "./members.ts";
import { behind, elementsOf, isMergeKey, keysOf, kindOf, lastEventOf } from "./node.ts";
import { holdersAmong } from "./node-ranges.ts";
import type { YamlNode, YamlText } from "./scan.ts";

/** The aliases of a text, by what they stand for. */
export interface AliasIndex {
  /** The aliases of a node, in the order of the text. */
  readonly aliasesOf: (node: YamlNode) => readonly YamlNode[];
  /**
   * The ways to a node: the aliases that lead there, the outermost first, and none for where it stands. Aliases of the node
   * itself count where it is a collection. Where a merge key brings in what its mapping overrides, it leads nowhere.
   */
  readonly waysTo: (node: YamlNode) => Generator<readonly YamlNode[], void, undefined>;
  /** Whether an alias is the key of a mapping. */
  readonly isKey: (alias: YamlNode) => boolean;
}

/** Indexes the aliases of a text. */
export function indexAliases(yaml: YamlText): AliasIndex {
  const aliases = new Map<YamlNode, YamlNode[]>();
  for (const [alias, target] of yaml.targets) {
    appendTo(aliases, target, alias);
  }
  const collectionsAround = holdersAmong(
    yaml,
    [...aliases.keys()].filter((node) => kindOf(yaml, node) !== "scalar"),
  );
  const isOpen = openWays(yaml);
  let roles: Roles | undefined;

  /** In the order of a tree: a way before those that go on from where it begins. */
  function* physicalWays(node: YamlNode): Generator<readonly YamlNode[], void, undefined> {
    const waiting: Way[] = [{ from: node, rest: undefined }];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      yield aliasesOn(next.rest);
      const further: Way[] = [];
      for (const collection of collectionsAround(next.from)) {
        for (const alias of aliases.get(collection) ?? []) {
          // A collection that holds an alias of itself is no tree.
          if (collection < alias && alias < lastEventOf(yaml, collection)) continue;
          further.push({ from: alias, rest: { alias, rest: next.rest } });
        }
      }
      for (const way of further.reverse()) waiting.push(way);
    }
  }

  return {
    aliasesOf: (node) => aliases.get(node) ?? [],
    *waysTo(node) {
      for (const way of physicalWays(node)) {
        if (way.length > 0) roles ??= rolesOf(yaml);
        if (roles === undefined || isOpen(roles, way, node)) yield way;
      }
    },
    isKey(alias) {
      roles ??= rolesOf(yaml);
      return roles.keys.has(alias);
    },
  };
}

/** A way as it is found, from its end on. */
interface Way {
  /** The outermost of its aliases, or the node to which it leads. */
  readonly from: YamlNode;
  readonly rest: AliasesOnWay | undefined;
}

interface AliasesOnWay {
  readonly alias: YamlNode;
  readonly rest: AliasesOnWay | undefined;
}

function aliasesOn(first: AliasesOnWay | undefined): readonly YamlNode[] {
  const aliases: YamlNode[] = [];
  for (let at = first; at !== undefined; at = at.rest) aliases.push(at.alias);
  return aliases;
}

/** What aliases are in their mappings, where they are no plain values. */
interface Roles {
  readonly keys: ReadonlySet<YamlNode>;
  /** Alias → the mapping that merges what it stands for. */
  readonly mergedInto: ReadonlyMap<YamlNode, YamlNode>;
}

function rolesOf(yaml: YamlText): Roles {
  const keys = new Set<YamlNode>();
  const mergedInto = new Map<YamlNode, YamlNode>();
  for (let node = 0; node < yaml.events.length; node++) {
    if (kindOf(yaml, node) !== "mapping") continue;
    for (const key of keysOf(yaml, node)) {
      if (kindOf(yaml, key) === "alias") keys.add(key);
      if (!isMergeKey(yaml, key)) continue;
      const value = behind(yaml, key);
      const merged = kindOf(yaml, value) === "sequence" ? elementsOf(yaml, value) : [value];
      for (const each of merged) mergedInto.set(each, node);
    }
  }
  return { keys, mergedInto };
}

/** Tells of ways that go by a merge key whether it leads anywhere, and does not bring in something else, or nothing. */
function openWays(yaml: YamlText): (roles: Roles, way: readonly YamlNode[], node: YamlNode) => boolean {
  const merged = new Map<YamlNode, MergedMembers>();
  const mergedIn = (mapping: YamlNode): MergedMembers => {
    const known = merged.get(mapping) ?? mergedMembers(yaml, mapping);
    merged.set(mapping, known);
    return known;
  };
  return ({ mergedInto }, way, node) => {
    for (let at = 0; at < way.length; at++) {
      const mapping = mergedInto.get(way[at] ?? -1);
      if (mapping === undefined) continue;
      const last = lastOfMerge(mergedIn(mapping), { way, node }, at);
      if (last === undefined) return false;
      at = last;
    }
    return true;
  };
}

interface MergedMembers {
  readonly around: (node: YamlNode) => readonly YamlNode[];
  /** The value of a member → the merge key that brings it in. */
  readonly mergeOf: ReadonlyMap<YamlNode, Merge>;
}

function mergedMembers(yaml: YamlText, mapping: YamlNode): MergedMembers {
  const mergeOf = new Map<YamlNode, Merge>();
  for (const { value, by } of membersOf(yaml, mapping)) if (by !== undefined) mergeOf.set(value, by);
  return { around: holdersAmong(yaml, [...mergeOf.keys()]), mergeOf };
}

/** Where the aliases end, from an index on, that bring in the member to which a way goes on; undefined where none does. */
function lastOfMerge(
  { around, mergeOf }: MergedMembers,
  { way, node }: { readonly way: readonly YamlNode[]; readonly node: YamlNode },
  first: number,
): number | undefined {
  for (let last = first; last < way.length; last++) {
    const values = around(way[last + 1] ?? node);
    if (values.some((value) => isBroughtBy(mergeOf.get(value), way.slice(first, last + 1)))) return last;
  }
  return undefined;
}

/** Whether a merge key brings something in by these aliases, and no others. */
function isBroughtBy(merge: Merge | undefined, aliases: readonly YamlNode[]): boolean {
  let at = 0;
  for (let next = merge; next !== undefined; next = next.rest) {
    for (const alias of next.aliases) if (alias !== aliases[at++]) return false;
  }
  return merge !== undefined && at === aliases.length;
}
