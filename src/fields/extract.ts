/** From a place and the rule about it to the images that stand there. */
import { EVENT_ID, SCALAR_STYLE } from "js-yaml";
import { matchesGlob } from "../image/glob.ts";
import { InvalidReferenceError, safeParseReference } from "../image/reference.ts";
import { goType } from "../yaml/go-type.ts";
import { memberText } from "../yaml/members.ts";
import type { Mutable } from "../yaml/mutable.ts";
import {
  aliasRange,
  dereference,
  elementsOf,
  eventOf,
  kindOf,
  type Range,
  scalarText,
  startOf,
  writtenText,
} from "../yaml/node.ts";
import { type Locate, scalarLocator } from "../yaml/scalar-source.ts";
import type { YamlNode, YamlText } from "../yaml/scan.ts";
import { lastUpTo } from "../yaml/sorted-offsets.ts";
import type { EmbeddedDocument } from "./embedded-document.ts";
import type { FieldRule } from "./field-rule.ts";
import type { ImageField, ImageFieldFault } from "./image-field.ts";
import { formatPath, type Place, targetOf, type Walk } from "./walk-state.ts";

/** Takes a whole value for a reference; null is none, and anything but a text is a fault. */
export function extractReference(walk: Walk, place: Place, rule: FieldRule): void {
  const { layer, node } = place;
  const target = targetOf(place);
  const type = goType(layer.yaml, target);
  if (type === "null" || isExcepted(place, rule)) return;
  if (type !== "string") {
    if (!rule.loose) pushFault(walk, place, rule, "not-a-string");
    return;
  }
  const value = writtenText(layer.yaml, target);
  // An alias of an image changes with its anchor.
  if (rule.loose && (node !== target || !hasTagOrDigest(value))) return;
  push(walk, place, rule, {
    node,
    identity: identityOf(layer, node),
    value,
    ...access(layer, node),
  });
}

function isExcepted({ layer, siblings }: Place, { except }: FieldRule): boolean {
  const name = except && siblings && memberText(layer.yaml, siblings, "name");
  return (
    name !== undefined && name !== "" && (except?.split("|").some((glob) => matchesGlob(glob, name)) ?? false)
  );
}

/** Takes what the group `image` of the rule's pattern matches in a text, or in the items of a list, a line each. */
export function extractText(walk: Walk, place: Place, rule: FieldRule): void {
  const { layer } = place;
  const text = textAt(layer, targetOf(place));
  if (text === undefined || rule.mentions?.some((word) => text.value.includes(word)) === false) return;
  const matches = matchesIn(text.value, rule);
  if (matches === undefined) {
    pushFault(walk, place, rule, "too-many-matches");
    return;
  }
  for (const { start, end } of matches) {
    const value = text.value.slice(start, end);
    if (rule.loose && !hasTagOrDigest(value)) continue;
    const locate: Locate = (range) => text.locate({ start: start + range.start, end: start + range.end });
    const range = locate({ start: 0, end: value.length });
    const index = text.indexOf?.(start);
    if (index !== undefined) walk.path.push(index);
    push(walk, place, rule, {
      node: place.node,
      identity: range?.start ?? `${identityOf(layer, place.node)}+${start}`,
      value,
      locate,
      writing: inPlace,
    });
    if (index !== undefined) walk.path.pop();
  }
}

/** Takes note that something stands where an image should. */
export function pushFault(walk: Walk, place: Place, rule: FieldRule, fault: ImageFieldFault): void {
  push(walk, place, rule, {
    node: place.node,
    identity: identityOf(place.layer, place.node),
    locate: nowhere,
    writing: inPlace,
    fault,
  });
}

type Found = Pick<ImageField, "identity" | "value" | "locate" | "writing" | "fault"> & {
  readonly node: YamlNode;
};

/** Adds a field. */
export function push(walk: Walk, place: Place, rule: FieldRule, found: Found): void {
  const { layer, siblings } = place;
  const { node, identity, value, locate, writing, fault } = found;
  const owner = siblings && memberText(layer.yaml, siblings, "name");
  const { onError, tag } = rule.override ?? {};
  const field: Mutable<ImageField> = {
    resource: walk.resource,
    path: formatPath(walk.path),
    identity,
    locate,
    writing,
    rule: rule.label,
    tagless: rule.tagless,
  };
  if (value !== undefined) field.value = value;
  if (fault !== undefined) field.fault = fault;
  if (layer.depth === 0) field.node = node;
  if (owner !== undefined) field.owner = owner;
  if (onError !== undefined) field.onError = onError;
  if (tag !== undefined) field.tag = tag;
  walk.fields.push(field);
}

/**
 * True for a reference with a tag or a digest, a port alone being none; and for a text that would be one but for its
 * spelling, such as `Acme/App:1`, so that it is told.
 */
function hasTagOrDigest(text: string): boolean {
  const image = safeParseReference(text);
  if (image instanceof InvalidReferenceError) return misspelt.test(text);
  return image.tag !== undefined || image.digest !== undefined;
}

const misspelt = /^(?:[\w.:+~@-]+\/)*[\w.+~-]+[:@][\w.:+~@-]+$/;

/** Where the characters of a scalar stand; an alias of it has none of its own. */
export function locatorOf(layer: EmbeddedDocument, scalar: YamlNode): Locate {
  const locate = scalarLocator(layer.yaml, scalar);
  if (layer.depth === 0) return locate;
  return (range) => {
    const place = locate(range);
    return place && layer.toSource(place);
  };
}

const inPlace = { kind: "in-place" } as const;

/** Nothing stands anywhere. */
const nowhere: Locate = () => undefined;

/** What tells a node from all others, in whichever document: where it begins. */
export function identityOf(layer: EmbeddedDocument, node: YamlNode): string | number {
  const start = startOf(layer.yaml, node);
  if (layer.depth === 0 && start !== undefined) return start;
  const range = start === undefined ? undefined : layer.toSource({ start, end: start + 1 });
  return range?.start ?? `${layer.depth} node ${node}`;
}

/** How a whole value is read and written, of a scalar or an alias of one. */
export function access(layer: EmbeddedDocument, node: YamlNode): Pick<ImageField, "locate" | "writing"> {
  const target = dereference(layer.yaml, node);
  const alias = target === node ? undefined : aliasRange(layer.yaml, node);
  const range = alias && layer.toSource(alias);
  if (alias === undefined) return { locate: locatorOf(layer, target), writing: inPlace };
  if (range === undefined) return { locate: nowhere, writing: inPlace };
  return {
    locate: () => range,
    writing: { kind: "replace", range, quote: quoteOf(layer.yaml, target) },
  };
}

function quoteOf(yaml: YamlText, scalar: YamlNode): string {
  const event = eventOf(yaml, scalar);
  if (event.type !== EVENT_ID.SCALAR) return "";
  if (event.style === SCALAR_STYLE.SINGLE_QUOTED) return "'";
  return event.style === SCALAR_STYLE.DOUBLE_QUOTED ? '"' : "";
}

interface LocatedText {
  readonly value: string;
  readonly locate: Locate;
  /** The index of the item, of a list, in which a character stands. */
  readonly indexOf?: (position: number) => number;
}

function textAt(layer: EmbeddedDocument, target: YamlNode): LocatedText | undefined {
  if (kindOf(layer.yaml, target) === "sequence") return textOfList(layer, target);
  if (goType(layer.yaml, target) !== "string") return undefined;
  return { value: scalarText(layer.yaml, target) ?? "", locate: locatorOf(layer, target) };
}

function textOfList(layer: EmbeddedDocument, list: YamlNode): LocatedText {
  const lines = elementsOf(layer.yaml, list).map((element) => ({
    element,
    text: scalarText(layer.yaml, element) ?? "",
  }));
  const starts: number[] = [];
  let length = 0;
  // An item that is an alias is a line too, but has no characters of its own.
  for (const { text } of lines) {
    starts.push(length);
    length += text.length + 1;
  }
  const locators = new Map<number, Locate>();
  const locatorAt = (index: number): Locate => {
    const known = locators.get(index) ?? locatorOf(layer, lines[index]?.element ?? list);
    locators.set(index, known);
    return known;
  };
  return {
    value: lines.map(({ text }) => text).join("\n"),
    locate({ start, end }) {
      const index = lastUpTo(starts, start);
      const from = starts[index];
      return from === undefined ? undefined : locatorAt(index)({ start: start - from, end: end - from });
    },
    indexOf: (position) => lastUpTo(starts, position),
  };
}

/** Where a rule's pattern finds images; undefined where that is too often to be true. */
function matchesIn(text: string, { pattern, expression }: FieldRule): readonly Range[] | undefined {
  if (expression !== undefined) return expression.find(text);
  if (pattern === undefined) return [];
  return [...text.matchAll(patternOf(pattern))].flatMap(({ indices }) => {
    const [start, end] = indices?.groups?.image ?? [0, 0];
    return start === end ? [] : { start, end };
  });
}

const patterns = new Map<string, RegExp>();

function patternOf(pattern: string): RegExp {
  const known = patterns.get(pattern) ?? new RegExp(pattern, "dgm");
  patterns.set(pattern, known);
  return known;
}
