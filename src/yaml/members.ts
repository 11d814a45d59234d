/** The members of a mapping as readers of YAML see them: with what its merge keys bring in. */
import { keptForLast, type MadeOf } from "./kept-for-last.ts";
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
  /** The merge key that brings it in; absent for a mapping's own. */
  readonly by?: Merge;
  /** Why kubectl alone reads it, where other readers read another of its name. */
  readonly contest?: Contest;
}

/** A merge key that brings in what its mapping says before it: kubectl reads that, other readers what comes first. */
export interface Contest {
  readonly mergeKey: YamlNode;
  /** Whether another merge key brings in what stands before it, and no key of the mapping's own. */
  readonly isDouble: boolean;
}

/** How a merge key brings a member in. */
export interface Merge {
  /** The aliases that lead to the mapping which is merged, the outermost first. */
  readonly aliases: readonly YamlNode[];
  /** How that comes by the member, where it is not its own. */
  readonly rest?: Merge | undefined;
}

/** All aliases by which merge keys bring a member in, the outermost first. */
export function aliasesOf(merge: Merge | undefined): readonly YamlNode[] {
  const aliases: YamlNode[] = [];
  for (let at = merge; at !== undefined; at = at.rest) for (const alias of at.aliases) aliases.push(alias);
  return aliases;
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

/** {@link membersOf}, for those who ask for one reference after the other whose parts stand in one mapping. */
export const keptMembersOf: MadeOf<readonly Member[]> = keptForLast(membersOf);

/** The members of a mapping by name, the last of duplicates. */
export const membersByName: MadeOf<ReadonlyMap<string, Member>> = keptForLast(
  (yaml, mapping) => new Map(keptMembersOf(yaml, mapping).map((member) => [member.name, member])),
);

/** The members of a mapping in which readers differ, as kubectl has them, by name. */
export const contestedMembers: MadeOf<ReadonlyMap<string, Member>> = keptForLast((yaml, mapping) => {
  const contested = keptMembersOf(yaml, mapping).filter(({ contest }) => contest !== undefined);
  return new Map(contested.map((member) => [member.name, member]));
});

/** The value of a member, following aliases; the last of duplicates. */
export function memberOf(yaml: YamlText, members: readonly Member[], name: string): YamlNode | undefined {
  const value = members.length > FEW ? lastValueOfMany(members, name) : lastValue(members, name);
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

/** How often the members of a large mapping were asked for; who asks often, as each of its images does, gets an index. */
interface Asked {
  times: number;
  index?: ReadonlyMap<string, YamlNode>;
}

const askedOf = new WeakMap<readonly Member[], Asked>();

function lastValueOfMany(members: readonly Member[], name: string): YamlNode | undefined {
  const asked = askedOf.get(members) ?? { times: 0 };
  if (asked.times === 0) askedOf.set(members, asked);
  asked.times += 1;
  if (asked.times <= OFTEN) return lastValue(members, name);
  asked.index ??= new Map(members.map((member) => [member.name, member.value]));
  return asked.index.get(name);
}

const OFTEN = 8;

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

/** The members of a mapping that merges others. They are kept, since each mapping in a chain brings in all that those before it say. */
function ownAndMerged(yaml: YamlText, mapping: YamlNode): readonly Member[] {
  const cache = caches.get(yaml) ?? { latest: new Map(), before: new Map(), size: 0 };
  caches.set(yaml, cache);
  const known = cache.latest.get(mapping) ?? cache.before.get(mapping);
  if (known !== undefined) return known;
  const members = mergeInto(yaml, mapping);
  if (cache.size + members.length > KEPT_MAX) {
    // To drop one at a time would take as long as to pass over all that were dropped before.
    cache.before = cache.latest;
    cache.latest = new Map();
    cache.size = 0;
  }
  cache.latest.set(mapping, members);
  cache.size += members.length;
  return members;
}

/** The members that were asked for last, and those before them: so many at most of each, and one list more. */
interface MemberCache {
  latest: Map<YamlNode, readonly Member[]>;
  before: Map<YamlNode, readonly Member[]>;
  /** Members in the lists of the latest. */
  size: number;
}

const caches = new WeakMap<YamlText, MemberCache>();
const KEPT_MAX = 50_000;

function mergeInto(yaml: YamlText, mapping: YamlNode): readonly Member[] {
  const members: Member[] = [];
  const own = new Map<string, YamlNode>();
  const sources: Source[] = [];
  for (const { key, value } of entriesOf(yaml, mapping)) {
    const name = scalarText(yaml, dereference(yaml, key));
    if (name === undefined) continue;
    if (isMergeKey(yaml, key)) {
      for (const source of mergeSources(yaml, { map: value, via: noAliases, mergeKey: key }))
        sources.push(source);
    } else {
      members.push({ name, value });
      own.set(name, key);
    }
  }
  const values = new Map(members.map(({ name, value }) => [name, value]));
  // The key by which kubectl has a member: what stands last.
  const setBy = new Map(own);
  const contested = new Map<string, Member>();
  for (const { map, via, mergeKey } of sources) {
    const brought = broughtIn(yaml, map);
    for (const { name, value, by } of brought.members.values()) {
      const member = { name, value, by: { aliases: via, rest: by } };
      if (!values.has(name)) {
        values.set(name, value);
        members.push(member);
      }
      const last = setBy.get(name);
      if (last !== undefined && last >= mergeKey) continue;
      setBy.set(name, mergeKey);
      const other = brought.contested?.get(name);
      if (other !== undefined) contested.set(name, { ...other, by: { aliases: via, rest: other.by } });
      else if (values.get(name) === value) contested.delete(name);
      else contested.set(name, { ...member, contest: { mergeKey, isDouble: last !== own.get(name) } });
    }
  }
  return contested.size === 0 ? members : [...contested.values(), ...members];
}

/** The members that a mapping brings into one that merges it, by name. */
interface Brought {
  readonly members: ReadonlyMap<string, Member>;
  /** What kubectl reads instead of some of them. */
  readonly contested?: ReadonlyMap<string, Member>;
}

/** What a mapping brings into one that merges it: of its own keys all that count, and what it merges itself. */
function broughtIn(yaml: YamlText, mapping: YamlNode): Brought {
  if (kindOf(yaml, mapping) !== "mapping") return nothing;
  const members = new Map<string, Member>();
  let contested: Map<string, Member> | undefined;
  for (const member of membersOf(yaml, mapping)) {
    if (member.contest === undefined) members.set(member.name, member);
    else {
      contested ??= new Map();
      contested.set(member.name, member);
    }
  }
  return contested === undefined ? { members } : { members, contested };
}

const nothing: Brought = { members: new Map() };

/** A mapping that is merged into another, and how it is reached. */
interface Source {
  readonly map: YamlNode;
  readonly via: readonly YamlNode[];
  readonly mergeKey: YamlNode;
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
