/** Objects within objects, and what they say of leaving what is in them alone. */
import { type Resource, readResource } from "../krm/resource.ts";
import { appendTo } from "../yaml/lists-by-key.ts";
import { childOf, kindOf } from "../yaml/node.ts";
import { holdersAmong } from "../yaml/node-ranges.ts";
import type { YamlNode, YamlText } from "../yaml/scan.ts";
import type { EmbeddedDocument, Site } from "./embedded-document.ts";
import type { ImageField } from "./image-field.ts";
import { isNamed, skipAnnotation, skippedNames } from "./skip.ts";
import { type EnteredObject, formatPath } from "./walk-state.ts";

/** An object within another. */
export interface ObjectWithin extends Site {
  readonly resource: Resource;
  /** From the root of the outermost object. */
  readonly path: string;
  /** Why all that is in it is left alone. */
  readonly skipped?: string | undefined;
}

/** What a user selects of the objects within others. */
export interface Selection {
  /** Says why an object within others is left alone; undefined where it is not. */
  readonly skipReason: (resource: Resource, yaml: YamlText) => string | undefined;
  /** Whether an object is selected, with all that is in it. */
  readonly isIncluded: (resource: Resource, yaml: YamlText) => boolean;
}

/** What the objects within an object leave alone. */
export interface OptOutsWithin {
  readonly objects: readonly ObjectWithin[];
  /** Whether any of them is selected by itself. */
  readonly hasIncluded: boolean;
  /** Why a field is left alone. */
  readonly reasonFor: (field: Pick<ImageField, "site" | "path" | "owner">) => string | undefined;
  /** Whether a flaw, by its number and its path, is none of what is left alone. */
  readonly isOpen: (flaw: { readonly path: string }, index: number) => boolean;
}

/** Reads what the objects say. Where the outermost is not selected, `outside` says why, and only those that are count. */
export function optOutsWithin(
  entered: readonly EnteredObject[],
  { skipReason, isIncluded }: Selection,
  outside: string | undefined,
): OptOutsWithin {
  const readers = entered.map((object) => readObject(object, skipReason));
  const included = new Set(
    outside === undefined
      ? []
      : readers.filter(
          ({ layer: { yaml }, resource }) => !isList(resource, yaml) && isIncluded(resource, yaml),
        ),
  );
  const speaking = readers.filter((object) => speaks(object) || included.has(object));
  const holdersOf = finderOf(speaking);
  let byFlaw: ReadonlyMap<number, readonly ReadObject[]> | undefined;
  const reasonIn = (holders: readonly ReadObject[], place: Pick<ImageField, "path" | "owner">) => {
    const skipped = holders.find((holder) => holder.skipped !== undefined);
    if (skipped !== undefined) return reasonOf(skipped);
    if (outside !== undefined && !holders.some((holder) => included.has(holder))) return outside;
    return holders.some((holder) => names(holder, place))
      ? `the annotation \`${skipAnnotation}\` names it`
      : undefined;
  };
  return {
    objects: readers,
    hasIncluded: included.size > 0,
    reasonFor: (field) => reasonIn(holdersOf(field.site), field),
    isOpen(flaw, index) {
      byFlaw ??= holdersByFlaw(speaking);
      return reasonIn(byFlaw.get(index) ?? [], flaw) === undefined;
    },
  };
}

/** The objects in which each flaw is, by its number. */
function holdersByFlaw(objects: readonly ReadObject[]): ReadonlyMap<number, readonly ReadObject[]> {
  const holders = new Map<number, ReadObject[]>();
  for (const object of objects) {
    for (let index = object.flaws.from; index < object.flaws.to; index++) {
      appendTo(holders, index, object);
    }
  }
  return holders;
}

/** Why what is in an object is left alone. */
export function reasonOf({ resource, path, skipped }: ObjectWithin): string {
  return `the ${resource.kind} at \`${path}\` is opted out: ${skipped}`;
}

/** The path of something in an object, from the root of that. */
export function pathWithin({ path: root }: Pick<ObjectWithin, "path">, path: string): string {
  return path.startsWith(root) ? path.slice(root.length).replace(/^\./, "") : path;
}

/** True for an object of a list kind, which nobody selects: its members are. */
export function isList({ kind, node }: Resource, yaml: YamlText): boolean {
  if (!kind.endsWith("List")) return false;
  const items = childOf(yaml, node, "items");
  return items !== undefined && kindOf(yaml, items) === "sequence";
}

interface ReadObject extends ObjectWithin, Pick<EnteredObject, "flaws"> {
  readonly names?: ReadonlySet<string> | undefined;
}

function readObject(
  { layer, node, via, path, flaws }: EnteredObject,
  skipReason: Selection["skipReason"],
): ReadObject {
  const resource = readResource(layer.yaml, node);
  const skipped = skipReason(resource, layer.yaml);
  const named = skippedNames(resource);
  return {
    layer,
    node,
    via,
    resource,
    path: formatPath(path),
    flaws,
    skipped,
    names: named,
  };
}

function speaks({ skipped, names: named }: ReadObject): boolean {
  return skipped !== undefined || named !== undefined;
}

/** Whether the annotation of an object names something in it, from its own root or from that of the outermost. */
function names(object: ReadObject, { path, owner }: Pick<ImageField, "path" | "owner">): boolean {
  if (object.names === undefined) return false;
  return (
    isNamed({ path: pathWithin(object, path), owner }, object.names) || isNamed({ path, owner }, object.names)
  );
}

/**
 * Finds those of some objects that hold a site, the innermost first. What a merge key or an alias brings to an object is
 * held by the one to which it is brought, not by the one in which it is written.
 */
function finderOf(objects: readonly ReadObject[]): (site: Site) => readonly ReadObject[] {
  if (objects.length === 0) return () => [];
  const layers = new Map<EmbeddedDocument, Map<string, ReadObject>>();
  for (const object of objects) {
    const known = layers.get(object.layer) ?? new Map<string, ReadObject>();
    layers.set(object.layer, known.set(wayTo(object.via, object.node), object));
  }
  const finders = new Map(
    [...layers].map(([layer, known]) => [
      layer,
      holdersAmong(layer.yaml, [...new Set([...known.values()].map(({ node }) => node))]),
    ]),
  );
  const within = ({ layer, node, via }: Site): readonly ReadObject[] => {
    const known = layers.get(layer);
    const holdersOf = finders.get(layer);
    const steps = known === undefined || holdersOf === undefined ? [] : [...via, node];
    const found = steps.flatMap((step, at) =>
      (holdersOf?.(step) ?? []).flatMap((holder) => known?.get(wayTo(via.slice(0, at), holder)) ?? []),
    );
    return layer.carrier === undefined ? found : [...found, ...within(layer.carrier)];
  };
  return within;
}

function wayTo(via: readonly YamlNode[], node: YamlNode): string {
  return [...via, node].join(" ");
}
