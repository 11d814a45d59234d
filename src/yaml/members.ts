/** The members of a mapping as readers of YAML see them: with what its merge keys bring in. */
import {
  behind,
  childOf,
  dereference,
  elementsOf,
  entriesOf,
  isMergeKey,
  kindOf,
  lastEventOf,
  scalarText,
} from "./node.ts";
import type { YamlNode, YamlText } from "./scan.ts";

/** A key and its value, which may be an alias. */
export interface Member {
  readonly name: string;
  readonly value: YamlNode;
  /** The aliases by which merge keys bring it in, the outermost first; absent for a mapping's own. */
  readonly via?: readonly YamlNode[];
  /**
   * The merge key of one that the mapping says itself before it: kubectl reads the merged one all the same, other readers
   * the mapping's own.
   */
  readonly contestedBy?: YamlNode;
}

/**
 * The members of a mapping, in order, duplicates too; then those that its merge keys bring in and it does not say itself.
 * Contested ones come first, so that they are not the last of their name.
 *
 * https://yaml.org/type/merge.html
 */
export function membersOf(yaml: YamlText, mapping: YamlNode): readonly Member[] {
  const members: Member[] = [];
  const end = lastEventOf(yaml, mapping);
  // Without a list of the keys: this is asked of every mapping that is looked into.
  for (let key = mapping + 1; key < end; key = behind(yaml, behind(yaml, key))) {
    const name = scalarText(yaml, dereference(yaml, key));
    // Few mappings merge others: only they are worth keeping account of what was merged.
    if (name === "<<" && isMergeKey(yaml, key)) return ownAndMerged(yaml, mapping);
    if (name !== undefined) members.push({ name, value: behind(yaml, key) });
  }
  return members;
}

/** The value of a member, following aliases; the last of duplicates. Large mappings, whose images all ask, are indexed. */
export function memberOf(yaml: YamlText, members: readonly Member[], name: string): YamlNode | undefined {
  const value = members.length > FEW ? lastValues(members).get(name) : lastValue(members, name);
  return value === undefined ? undefined : dereference(yaml, value);
}

function lastValue(members: readonly Member[], name: string): YamlNode | undefined {
  for (let at = members.length - 1; at >= 0; at--) {
    const member = members[at];
    if (member?.name === name) return member.value;
  }
  return undefined;
}

const FEW = 16;
const indices = new WeakMap<readonly Member[], ReadonlyMap<string, YamlNode>>();

function lastValues(members: readonly Member[]): ReadonlyMap<string, YamlNode> {
  const known = indices.get(members);
  if (known !== undefined) return known;
  const index = new Map(members.map(({ name, value }) => [name, value]));
  indices.set(members, index);
  return index;
}

/** The value of a key of a node, following aliases; undefined where it is no map or lacks it. */
export function memberAt(yaml: YamlText, node: YamlNode, name: string): YamlNode | undefined {
  return kindOf(yaml, node) === "mapping" ? memberOf(yaml, membersOf(yaml, node), name) : undefined;
}

/** {@link childOf}, also where only a merge key brings the key in. */
export function ownOrMergedChild(
  yaml: YamlText,
  node: YamlNode | undefined,
  name: string,
): YamlNode | undefined {
  const own = childOf(yaml, node, name);
  // Nearly all that is absent is absent without a merge key.
  if (node === undefined || own !== undefined || childOf(yaml, node, "<<") === undefined) return own;
  return memberAt(yaml, node, name);
}

/** The text of a member that is a scalar. */
export function memberText(yaml: YamlText, members: readonly Member[], name: string): string | undefined {
  return scalarText(yaml, memberOf(yaml, members, name));
}

function ownAndMerged(yaml: YamlText, mapping: YamlNode): readonly Member[] {
  const members: Member[] = [];
  const contested = new Map<string, Member>();
  const names = new Set<string>();
  const own = new Map<string, YamlNode>();
  const merged = new Set<YamlNode>();
  const waiting: Source[] = [{ map: mapping, via: noAliases, mergeKey: undefined }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { map, via } = next;
    // What was merged once brings nothing new, however often it is named.
    if (merged.has(map) || kindOf(yaml, map) !== "mapping") continue;
    merged.add(map);
    const brought = new Map<string, Member>();
    const contests = new Map<string, Member>();
    const sources: Source[] = [];
    for (const { key, value } of entriesOf(yaml, map)) {
      const name = scalarText(yaml, dereference(yaml, key));
      if (name === undefined) continue;
      if (isMergeKey(yaml, key)) {
        const { mergeKey = key } = next;
        for (const source of mergeSources(yaml, { map: value, via, mergeKey })) sources.push(source);
      } else if (map === mapping) {
        members.push({ name, value });
        own.set(name, key);
      } else if (!names.has(name)) {
        brought.set(name, { name, value, via });
      } else if (!contested.has(name) && standsBefore(own.get(name), next.mergeKey)) {
        contests.set(name, {
          name,
          value,
          via,
          ...(next.mergeKey !== undefined && { contestedBy: next.mergeKey }),
        });
      }
    }
    members.push(...brought.values());
    for (const [name, member] of contests) contested.set(name, member);
    for (const name of (map === mapping ? own : brought).keys()) names.add(name);
    // Of a mapping's own keys all are kept, that it may be told of duplicates; of others those that count. The first
    // source wins, with all that it merges itself.
    for (const source of sources.reverse()) waiting.push(source);
  }
  return contested.size === 0 ? members : [...contested.values(), ...members];
}

function standsBefore(key: YamlNode | undefined, mergeKey: YamlNode | undefined): boolean {
  return key !== undefined && mergeKey !== undefined && key < mergeKey;
}

/** A mapping that is merged into another, and how it is reached. */
interface Source {
  readonly map: YamlNode;
  readonly via: readonly YamlNode[];
  /** That of the mapping into which all is merged. */
  readonly mergeKey: YamlNode | undefined;
}

const noAliases: readonly YamlNode[] = [];

function mergeSources(yaml: YamlText, value: Source): readonly Source[] {
  const source = followed(yaml, value);
  return kindOf(yaml, source.map) === "sequence"
    ? elementsOf(yaml, source.map).map((map) => followed(yaml, { ...source, map }))
    : [source];
}

function followed(yaml: YamlText, source: Source): Source {
  const target = dereference(yaml, source.map);
  return target === source.map ? source : { ...source, map: target, via: [...source.via, source.map] };
}
