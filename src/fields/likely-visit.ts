/** Going through what no rule leads to, key by key. */
import { goType } from "../yaml/go-type.ts";
import { type Member, membersOf, memberText } from "../yaml/members.ts";
import {
  dereference,
  elementsOf,
  entriesOf,
  kindOf,
  scalarText,
  writtenText,
  type YamlKind,
} from "../yaml/node.ts";
import type { YamlNode, YamlText } from "../yaml/scan.ts";
import type { Site } from "./embedded-document.ts";
import { mayHoldDocument, takeDocument } from "./likely-document.ts";
import { buildKeys, meaningOf, referenceKeys } from "./likely-key.ts";
import { mayBeParts } from "./likely-parts.ts";
import {
  type Around,
  findUntouched,
  isLeftOut,
  type LikelySearch,
  takeListed,
  takeParts,
  takeScalar,
} from "./likely-take.ts";
import { isReference } from "./likely-value.ts";
import type { Place } from "./walk-state.ts";

const depthMax = 200;

/** Takes what reads as an image at a place and below. */
export function visitLikely(search: LikelySearch, place: Place, around: Around): void {
  const { layer, node } = place;
  const { walk } = search;
  if (walk.path.length > depthMax || isLeftOut(search, place)) return;
  switch (kindOf(layer.yaml, node)) {
    case "mapping":
      visitMap(search, place, around);
      return;
    case "sequence":
      visitElements(search, place, around);
      return;
    case "scalar":
    case "alias":
      if (mayHoldDocument(search, place)) {
        takeDocument(search, place, visitLikely);
        return;
      }
      takeScalar(search, place, around);
  }
}

function visitElements(search: LikelySearch, place: Place, around: Around): void {
  const { layer, node: list, via } = place;
  const { path } = search.walk;
  const elements = elementsOf(layer.yaml, list);
  const named = elements.length < 2 ? none : settingsIn(layer.yaml, elements);
  const sites = new Map([...named].map(([name, node]): [string, Site] => [name, { layer, node, via }]));
  const taken = new Set(
    !mayBeParts([...named.keys()]) ? [] : takeListed(search, place, sites).map((name) => named.get(name)),
  );
  const isMixed = elements.some((node) => {
    const text = scalarText(layer.yaml, dereference(layer.yaml, node));
    return text !== undefined && !isReference(text);
  });
  elements.forEach((node, index) => {
    if (taken.has(node)) return;
    path.push(index);
    visitLikely(search, { layer, node, via }, { ...around, isRoot: false, isMixed });
    path.pop();
  });
}

/** The elements of a list of names and values, by name. */
function settingsIn(yaml: YamlText, elements: readonly YamlNode[]): ReadonlyMap<string, YamlNode> {
  const named = new Map<string, YamlNode>();
  for (const node of elements) {
    if (kindOf(yaml, node) !== "mapping") return none;
    const members = membersOf(yaml, node);
    const name = memberText(yaml, members, "name");
    if (name === undefined || memberText(yaml, members, "value") === undefined) continue;
    named.set(name, node);
  }
  return named;
}

const none: ReadonlyMap<string, YamlNode> = new Map();

function visitMap(search: LikelySearch, place: Place, around: Around): void {
  const { layer, node, via } = place;
  const { yaml } = layer;
  const { path } = search.walk;
  const entries = entriesOf(yaml, node);
  const names = entries.map(({ key }) => scalarText(yaml, dereference(yaml, key)) ?? "");
  const last = new Map(names.map((name, at) => [name, at]));
  const isBuilt = names.some((name) => buildKeys.has(name));
  const isImage = around.meaning !== undefined;
  const texts = isBuilt || !mayBeParts(names) ? noTexts : textsOf(yaml, names, entries);
  const inParts = new Set(texts.size === 0 ? [] : takeParts(search, place, { texts, isImage }));
  const variable = names.includes("value") ? memberText(yaml, membersOf(yaml, node), "name") : undefined;
  const isAmongImages = around.isAmongImages === true || around.meaning === "images";
  let siblings: readonly Member[] | undefined;
  entries.forEach(({ value }, at) => {
    const name = names[at] ?? "";
    // Of a key that stands twice the last counts.
    if (last.get(name) !== at || inParts.has(name)) return;
    if (around.isRoot && (name === "apiVersion" || name === "kind")) return;
    let meaning = meaningOf(name);
    if (meaning === "none") return;
    const isUnsure =
      meaning === "unsure" && !areSettings(name, kindOf(yaml, dereference(yaml, value)), path.at(-1));
    if (meaning === "unsure") meaning = undefined;
    const isScalar = kindOf(yaml, value) === "scalar" || kindOf(yaml, value) === "alias";
    if (isScalar && isBuilt) meaning = undefined;
    else if (meaning === undefined && around.meaning === "images") meaning = "image";
    else if (meaning === undefined && around.meaning === "image" && referenceKeys.has(name))
      meaning = "image";
    else if (name === "value" && variable !== undefined)
      meaning = isImageVariable(variable) ? "image" : undefined;
    path.push(name);
    if (around.isRoot && name === "metadata") visitAnnotations(search, { layer, node: value, via });
    else {
      siblings ??= isScalar && meaning !== undefined ? membersOf(yaml, node) : undefined;
      const member: Place = { layer, node: value, via, map: place, siblings };
      if (isUnsure) {
        const reason = `it stands below \`${name}\`, which may name what others run`;
        findUntouched(search, { reason, also: /^target/.test(name) ? "parts" : "nothing" }, (inner) =>
          visitLikely(inner, member, { meaning: undefined, isRoot: false }),
        );
      } else visitLikely(search, member, { meaning, isRoot: false, isBuilt, isAmongImages });
    }
    path.pop();
  });
}

/** Whether what is called parameters is told to what runs: a map of settings, or those of a chart. */
function areSettings(name: string, kind: YamlKind, parent: string | number | undefined): boolean {
  return /^param/.test(name) && (kind === "mapping" || (name === "parameters" && parent === "helm"));
}

/** Annotations may name the images of what a controller injects; all else in an object's metadata names the object. */
function visitAnnotations(search: LikelySearch, { layer, node, via }: Place): void {
  if (kindOf(layer.yaml, node) !== "mapping") return;
  const members = membersOf(layer.yaml, node);
  const annotations = members.findLast(({ name }) => name === "annotations");
  if (annotations === undefined || kindOf(layer.yaml, annotations.value) !== "mapping") return;
  search.walk.path.push("annotations");
  for (const { name, value } of membersOf(layer.yaml, annotations.value)) {
    search.walk.path.push(name);
    const meaning = meaningOf(name.slice(name.indexOf("/") + 1));
    if (meaning === "image") visitLikely(search, { layer, node: value, via }, { meaning, isRoot: false });
    search.walk.path.pop();
  }
  search.walk.path.pop();
}

const noTexts: ReadonlyMap<string, string> = new Map();

function textsOf(
  yaml: YamlText,
  names: readonly string[],
  entries: readonly { readonly value: YamlNode }[],
): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  entries.forEach(({ value }, at) => {
    const target = dereference(yaml, value);
    if (kindOf(yaml, target) !== "scalar") return;
    texts.set(names[at] ?? "", goType(yaml, target) === "null" ? "" : writtenText(yaml, target));
  });
  return texts;
}

/** `RELATED_IMAGE_PROXY`, `APP_IMAGE`, or `web.image` of a chart. */
function isImageVariable(name: string): boolean {
  if (/^(?:OUTPUT|PUSH|TARGET|DEST)/.test(name)) return false;
  return (
    /(?:^|_)IMAGE$|^RELATED_IMAGE_/.test(name) || meaningOf(name.slice(name.lastIndexOf(".") + 1)) === "image"
  );
}
