/** Which maps get a digest that is written into another, since they merge it or share what it is written into. */
import { appendTo } from "../yaml/lists-by-key.ts";
import { contestedMembers, membersByName } from "../yaml/members.ts";
import { dereference, elementsOf, entriesOf, isMergeKey, keysOf, kindOf, scalarText } from "../yaml/node.ts";
import type { YamlNode, YamlText } from "../yaml/scan.ts";
import type { Site } from "./embedded-document.ts";
import type { Heir, Inheritance } from "./image-field.ts";
import { compose, partAt } from "./reference-parts.ts";
import type { SplitKeys } from "./table/field-row.ts";
import { siteAt, targetOf } from "./walk-state.ts";

/** Who gets a digest under a key of a map; undefined in a text without aliases, where nobody else does. */
export function inheritanceOf(map: Site, key: string, keys: SplitKeys | undefined): Inheritance | undefined {
  const { yaml } = map.layer;
  if (yaml.targets.size === 0) return undefined;
  return { key, heirs: (getsOwn) => findHeirs(map, { key, keys }, getsOwn) };
}

interface Keys {
  readonly key: string;
  readonly keys: SplitKeys | undefined;
}

function findHeirs(
  { layer, node: map }: Site,
  { key, keys }: Keys,
  getsOwn: (map: YamlNode) => boolean,
): readonly Heir[] {
  const { yaml } = layer;
  const names = key.split("/");
  const name = names.pop() ?? key;
  const above = names.join("/");
  const owner = above === "" ? map : targetAt({ layer, node: map, via: [] }, above);
  const heirs = new Map<YamlNode, Heir>();
  const seen = new Set<YamlNode>();
  const waiting = owner === undefined ? [] : [owner];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (seen.has(next)) continue;
    seen.add(next);
    const holders = above === "" ? [next] : holdersOf({ layer, node: next, via: [] }, above);
    if (next !== owner && holders.some(getsOwn)) continue;
    for (const holder of holders) {
      if (holder !== map)
        heirs.set(holder, { map: holder, value: referenceIn({ layer, node: holder, via: [] }, keys) });
    }
    for (const merging of merges(yaml).into.get(next) ?? []) {
      const sources = openSources(yaml, merging, name);
      const at = sources.indexOf(next);
      // Of several, the first counts.
      const isBehindOther =
        above === "" && sources.slice(0, at).some((source) => source !== owner && getsOwn(source));
      if (at !== -1 && !isBehindOther) waiting.push(merging);
    }
  }
  return [...heirs.values()];
}

function referenceIn(map: Site, keys: SplitKeys | undefined): string | undefined {
  if (keys === undefined || areContested(map)) return undefined;
  const repository = partAt(map, keys.repository);
  if (repository === undefined) return undefined;
  return compose({
    registry: partAt(map, keys.registry ?? []),
    namespace: partAt(map, keys.namespace ?? []),
    repository,
    tag: partAt(map, keys.tag),
    digest: undefined,
  }).value;
}

/** Whether readers differ in what a map is. */
function areContested({ layer: { yaml }, node }: Site): boolean {
  return contestedMembers(yaml, node).size > 0;
}

const sourcesOf = new WeakMap<YamlText, Map<string, readonly YamlNode[]>>();

/** Those of the maps that another merges from which it may get a key that is yet to be written there. */
function openSources(yaml: YamlText, merging: YamlNode, name: string): readonly YamlNode[] {
  const known = sourcesOf.get(yaml) ?? new Map<string, readonly YamlNode[]>();
  sourcesOf.set(yaml, known);
  const id = `${merging} ${name}`;
  const sources = known.get(id) ?? findOpenSources(yaml, merging, name);
  known.set(id, sources);
  return sources;
}

function findOpenSources(yaml: YamlText, merging: YamlNode, name: string): readonly YamlNode[] {
  if (keysOf(yaml, merging).some((key) => scalarText(yaml, dereference(yaml, key)) === name)) return [];
  const sources = merges(yaml).of.get(merging) ?? [];
  const first = sources.findIndex(
    (source) => kindOf(yaml, source) === "mapping" && membersByName(yaml, source).has(name),
  );
  return first === -1 ? sources : sources.slice(0, first + 1);
}

/** The maps that merge others. */
interface Merges {
  /** A map → those that it merges, in their order. */
  readonly of: ReadonlyMap<YamlNode, readonly YamlNode[]>;
  /** A map → those that merge it. */
  readonly into: ReadonlyMap<YamlNode, readonly YamlNode[]>;
}

const known = new WeakMap<YamlText, Merges>();

function merges(yaml: YamlText): Merges {
  const merged = known.get(yaml) ?? findMerges(yaml);
  known.set(yaml, merged);
  return merged;
}

function findMerges(yaml: YamlText): Merges {
  const of = new Map<YamlNode, YamlNode[]>();
  const into = new Map<YamlNode, YamlNode[]>();
  for (const map of mappingsOf(yaml)) {
    const sources = entriesOf(yaml, map).flatMap(({ key, value }) => {
      if (!isMergeKey(yaml, key)) return [];
      const target = dereference(yaml, value);
      const each = kindOf(yaml, target) === "sequence" ? elementsOf(yaml, target) : [target];
      return each.map((source) => dereference(yaml, source));
    });
    if (sources.length === 0) continue;
    of.set(map, sources);
    for (const source of new Set(sources)) {
      appendTo(into, source, map);
    }
  }
  return { of, into };
}

function mappingsOf(yaml: YamlText): readonly YamlNode[] {
  const mappings: YamlNode[] = [];
  for (let node = 0; node < yaml.events.length; node++) {
    if (kindOf(yaml, node) === "mapping") mappings.push(node);
  }
  return mappings;
}

const holders = new WeakMap<YamlText, Map<string, ReadonlyMap<YamlNode, readonly YamlNode[]>>>();

/** The maps in which a path leads to a map. */
function holdersOf({ layer, node }: Site, path: string): readonly YamlNode[] {
  const { yaml } = layer;
  const byPath = holders.get(yaml) ?? new Map<string, ReadonlyMap<YamlNode, readonly YamlNode[]>>();
  holders.set(yaml, byPath);
  let found = byPath.get(path);
  if (found === undefined) {
    const byTarget = new Map<YamlNode, YamlNode[]>();
    for (const map of mappingsOf(yaml)) {
      const target = targetAt({ layer, node: map, via: [] }, path);
      if (target === undefined) continue;
      appendTo(byTarget, target, map);
    }
    found = byTarget;
    byPath.set(path, found);
  }
  return found.get(node) ?? [];
}

function targetAt(map: Site, path: string): YamlNode | undefined {
  const site = siteAt(map, path);
  return site && targetOf(site);
}
