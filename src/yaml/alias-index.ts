/** Where aliases bring a node of a text to: what shares its text, and would change with it. */
import { membersOf } from "./members.ts";
import { behind, elementsOf, isMergeKey, keysOf, kindOf, lastEventOf } from "./node.ts";
import type { YamlNode, YamlText } from "./scan.ts";
import { lastUpTo } from "./sorted-offsets.ts";

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
    const known = aliases.get(target);
    if (known === undefined) aliases.set(target, [alias]);
    else known.push(alias);
  }
  const shared = sharedCollections(yaml, [...aliases.keys()]);
  let roles: Roles | undefined;

  function* physicalWays(node: YamlNode): Generator<readonly YamlNode[], void, undefined> {
    yield [];
    for (const collection of shared.around(node)) {
      for (const alias of aliases.get(collection) ?? []) {
        // A collection that holds an alias of itself is no tree.
        if (collection < alias && alias < lastEventOf(yaml, collection)) continue;
        for (const way of physicalWays(alias)) yield [...way, alias];
      }
    }
  }

  return {
    aliasesOf: (node) => aliases.get(node) ?? [],
    *waysTo(node) {
      for (const way of physicalWays(node)) {
        if (way.length > 0) roles ??= rolesOf(yaml);
        if (roles === undefined || isOpen(yaml, roles, { way, node })) yield way;
      }
    },
    isKey(alias) {
      roles ??= rolesOf(yaml);
      return roles.keys.has(alias);
    },
  };
}

interface SharedCollections {
  /** Those around a node, or the node itself, the innermost first. */
  readonly around: (node: YamlNode) => readonly YamlNode[];
}

function sharedCollections(yaml: YamlText, targets: readonly YamlNode[]): SharedCollections {
  const starts = targets.filter((node) => kindOf(yaml, node) !== "scalar").sort((a, b) => a - b);
  const parents: number[] = [];
  for (const [at, node] of starts.entries()) {
    let parent = at - 1;
    while (parent !== -1 && lastEventOf(yaml, starts[parent] ?? 0) < node) parent = parents[parent] ?? -1;
    parents.push(parent);
  }
  return {
    around(node) {
      const found: YamlNode[] = [];
      for (let at = lastUpTo(starts, node); at !== -1; at = parents[at] ?? -1) {
        const collection = starts[at] ?? node;
        if (node <= lastEventOf(yaml, collection)) found.push(collection);
      }
      return found;
    },
  };
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

interface Way {
  readonly way: readonly YamlNode[];
  readonly node: YamlNode;
}

/** False for a way by a merge key that brings in something else, or nothing. */
function isOpen(yaml: YamlText, { mergedInto }: Roles, { way, node }: Way): boolean {
  for (let at = 0; at < way.length; at++) {
    const mapping = mergedInto.get(way[at] ?? -1);
    if (mapping === undefined) continue;
    const member = membersOf(yaml, mapping).find(({ value, via }) => {
      if (via === undefined || !via.every((alias, n) => alias === way[at + n])) return false;
      const next = way[at + via.length] ?? node;
      return value <= next && next <= lastEventOf(yaml, value);
    });
    if (member?.via === undefined) return false;
    at += member.via.length - 1;
  }
  return true;
}
