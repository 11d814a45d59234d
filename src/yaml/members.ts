/** The members of a mapping as readers of YAML see them: with what its merge keys bring in. */
import {
  behind,
  childOf,
  dereference,
  elementsOf,
  entriesOf,
  isMergeKey,
  keysOf,
  kindOf,
  scalarText,
} from "./node.ts";
import type { YamlNode, YamlText } from "./scan.ts";

/** A key and its value, which may be an alias. */
export interface Member {
  readonly name: string;
  readonly value: YamlNode;
}

/**
 * The members of a mapping, in order, duplicates too; then those that its merge keys bring in and it does not say itself.
 *
 * https://yaml.org/type/merge.html
 */
export function membersOf(yaml: YamlText, mapping: YamlNode): readonly Member[] {
  const members: Member[] = [];
  for (const key of keysOf(yaml, mapping)) {
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

/** What was merged once brings nothing new, however often it is named. Without recursion, since chains may be long. */
function ownAndMerged(yaml: YamlText, mapping: YamlNode): readonly Member[] {
  const members: Member[] = [];
  const names = new Set<string>();
  const merged = new Set<YamlNode>();
  const waiting = [mapping];
  for (let map = waiting.pop(); map !== undefined; map = waiting.pop()) {
    if (merged.has(map) || kindOf(yaml, map) !== "mapping") continue;
    merged.add(map);
    const before = members.length;
    const sources: YamlNode[] = [];
    for (const { key, value } of entriesOf(yaml, map)) {
      const name = scalarText(yaml, dereference(yaml, key));
      if (name === undefined) continue;
      if (isMergeKey(yaml, key)) for (const source of mergeSources(yaml, value)) sources.push(source);
      else if (!names.has(name)) members.push({ name, value });
    }
    for (let at = before; at < members.length; at++) names.add(members[at]?.name ?? "");
    // The first source wins, with all that it merges itself.
    for (const source of sources.reverse()) waiting.push(source);
  }
  return members;
}

function mergeSources(yaml: YamlText, value: YamlNode): readonly YamlNode[] {
  const target = dereference(yaml, value);
  return kindOf(yaml, target) === "sequence"
    ? elementsOf(yaml, target).map((source) => dereference(yaml, source))
    : [target];
}
