/** From a place and the rule about it to the images that stand there. */
import { matchesGlob } from "../image/glob.ts";
import { InvalidReferenceError, safeParseReference } from "../image/reference.ts";
import { goType } from "../yaml/go-type.ts";
import { memberText } from "../yaml/members.ts";
import {
  aliasRange,
  dereference,
  elementsOf,
  kindOf,
  scalarText,
  startOf,
  writtenText,
} from "../yaml/node.ts";
import { type Locate, scalarLocator } from "../yaml/scalar-source.ts";
import type { YamlNode } from "../yaml/scan.ts";
import { lastUpTo } from "../yaml/sorted-offsets.ts";
import { countShared, type EmbeddedDocument, type Site } from "./embedded-document.ts";
import type { FieldRule } from "./field-rule.ts";
import type { ImageField, ImageFieldFault } from "./image-field.ts";
import { follow, formatPath, type Place, targetOf, type Walk } from "./walk-state.ts";
import { type Match, wholeMatches } from "./whole-match.ts";

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
  if (rule.loose && !hasTagOrDigest(value)) return;
  const identity = identityOf(layer, node);
  // V8 takes long to spread, and this is done for each image.
  const { locate, ends } = access(layer, node);
  push(walk, place, rule, { site: place, identity, value, locate, ends, writing: inPlace });
}

function isExcepted({ layer, siblings }: Place, { except, unless }: FieldRule): boolean {
  if (unless !== undefined && siblings?.some(({ name }) => unless.includes(name))) return true;
  const name = except && siblings && memberText(layer.yaml, siblings, "name");
  return (
    name !== undefined && name !== "" && (except?.split("|").some((glob) => matchesGlob(glob, name)) ?? false)
  );
}

/** Takes what the group `image` of the rule's pattern matches in a text, or in the items of a list, a line each. */
export function extractText(walk: Walk, place: Place, rule: FieldRule): void {
  const text = textAt(place);
  if (text === undefined || rule.mentions?.some((word) => text.value.includes(word)) === false) return;
  const matches = matchesIn(text.value, rule);
  if (matches === undefined) {
    pushFault(walk, place, rule, "too-many-matches");
    return;
  }
  for (const { start, end, isPart } of matches) {
    const value = text.value.slice(start, end);
    if (rule.loose && !hasTagOrDigest(value)) continue;
    const { site, from, locate, ends, index } = text.partAt(start);
    if (index !== undefined) walk.path.push(index);
    const offset = start - from;
    push(walk, place, rule, {
      site,
      identity: `${identityOf(site.layer, site.node)}+${offset}`,
      value,
      locate: (range) => locate({ start: offset + range.start, end: offset + range.end }),
      ends,
      writing: inPlace,
      fault: isPart ? "partial-match" : undefined,
    });
    if (index !== undefined) walk.path.pop();
  }
}

/** Takes note that something stands where an image should. */
export function pushFault(walk: Walk, place: Place, rule: FieldRule, fault: ImageFieldFault): void {
  push(walk, place, rule, {
    site: place,
    identity: identityOf(place.layer, place.node),
    locate: nowhere,
    writing: inPlace,
    fault,
  });
}

type Found = Pick<ImageField, "identity" | "value" | "locate" | "ends" | "writing" | "fault" | "site"> & {
  readonly parts?: ImageField["parts"];
};

/** Adds a field. */
export function push(walk: Walk, place: Place, rule: FieldRule, found: Found): void {
  const { layer, siblings } = place;
  const { identity, value, locate, ends, writing, fault, parts } = found;
  countShared(found.site);
  const { node, via } = found.site;
  const owner = siblings && memberText(layer.yaml, siblings, "name");
  const { onError, tag } = rule.override ?? {};
  walk.fields.push({
    resource: walk.resource,
    path: formatPath(walk.path),
    site: { layer: found.site.layer, node, via },
    identity,
    value,
    locate,
    ends,
    writing,
    fault,
    rule: rule.label,
    isUsers: rule.source === "user",
    parts,
    tagless: rule.tagless,
    owner,
    onError,
    tag,
  });
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

/** Where the text of a scalar stands in its document, or of an alias of one: that in the anchor's, and the alias. */
export function access(layer: EmbeddedDocument, node: YamlNode): Pick<ImageField, "locate" | "ends"> {
  const alias = aliasRange(layer.yaml, node);
  if (alias === undefined) return { locate: scalarLocator(layer.yaml, node) };
  return { locate: scalarLocator(layer.yaml, dereference(layer.yaml, node)), ends: [alias] };
}

interface LocatedText {
  readonly value: string;
  readonly partAt: (position: number) => TextPart;
}

/** A scalar, or an alias of one, that holds a text or a line of it. */
interface TextPart extends Pick<ImageField, "site" | "locate" | "ends"> {
  /** Where it begins in the text. */
  readonly from: number;
  /** Of the item, in a list. */
  readonly index?: number;
}

function textAt(place: Place): LocatedText | undefined {
  const { layer, node } = place;
  const target = targetOf(place);
  if (kindOf(layer.yaml, target) === "sequence") return textOfList(follow(place));
  if (goType(layer.yaml, target) !== "string") return undefined;
  const value = scalarText(layer.yaml, target) ?? "";
  let part: TextPart | undefined;
  return {
    value,
    partAt() {
      part ??= { site: place, from: 0, ...access(layer, node) };
      return part;
    },
  };
}

function textOfList({ layer, node: list, via }: Site): LocatedText {
  const elements = elementsOf(layer.yaml, list);
  const texts = elements.map((element) => scalarText(layer.yaml, dereference(layer.yaml, element)) ?? "");
  const parts = new Map<number, TextPart>();
  let starts: readonly number[] | undefined;
  return {
    value: texts.join("\n"),
    partAt(position) {
      starts ??= startsOf(texts);
      const index = lastUpTo(starts, position);
      const node = elements[index] ?? list;
      const known = parts.get(index) ?? {
        site: { layer, node, via },
        from: starts[index] ?? 0,
        index,
        ...access(layer, node),
      };
      parts.set(index, known);
      return known;
    },
  };
}

/** Where each of some texts begins in a line each of one text. */
function startsOf(texts: readonly string[]): readonly number[] {
  let start = 0;
  return texts.map(({ length }) => {
    const own = start;
    start += length + 1;
    return own;
  });
}

/** Where a rule's pattern finds images; undefined where that is too often to be true. */
function matchesIn(text: string, { pattern, expression }: FieldRule): readonly Match[] | undefined {
  if (expression !== undefined) {
    const found = expression.find(text);
    return found && wholeMatches(text, found);
  }
  if (pattern === undefined) return [];
  return [...text.matchAll(patternOf(pattern))].flatMap(({ indices }) => {
    const [start, end] = indices?.groups?.image ?? [0, 0];
    return start === end ? [] : { start, end, isPart: false };
  });
}

const patterns = new Map<string, RegExp>();

function patternOf(pattern: string): RegExp {
  const known = patterns.get(pattern) ?? new RegExp(pattern, "dgm");
  patterns.set(pattern, known);
  return known;
}
