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
import { takeAnnotations } from "./likely-annotations.ts";
import { mayHoldDocument, takeDocument } from "./likely-document.ts";
import { isAim, isOfBuild, type KeyMeaning, meaningOf, referenceKeys } from "./likely-key.ts";
import { mayBeParts, tagsAlone } from "./likely-parts.ts";
import {
  type Around,
  findUntouched,
  isLeftOut,
  type LikelySearch,
  takeListed,
  takeParts,
  takeScalar,
  takeTagAlone,
  type Untouched,
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
    if (taken.has(node) || isAimedAt(layer.yaml, elements[index - 1])) return;
    path.push(index);
    visitLikely(search, { layer, node, via }, { ...around, isRoot: false, isMixed });
    path.pop();
  });
}

/** Whether an element of a list is a flag that says of the next one that it is written to: `--destination`. */
function isAimedAt(yaml: YamlText, before: YamlNode | undefined): boolean {
  const text = before === undefined ? undefined : scalarText(yaml, dereference(yaml, before));
  return text?.startsWith("-") === true && isAim(text);
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
  if (names.includes("kind") && isImageStream(yaml, node)) return;
  const last = new Map(names.map((name, at) => [name, at]));
  const isCopied = around.meaning === "images" && names.some((name) => copyKeys.has(name));
  const isBuilt = isCopied || names.some(isOfBuild);
  const isAmongImages = around.isAmongImages === true || around.meaning !== undefined;
  const texts = isBuilt || !mayBeParts(names) ? noTexts : textsOf(yaml, node, { names, entries });
  const inParts = new Set(
    texts.size === 0 ? [] : takeParts(search, place, { texts, isImage: isAmongImages }),
  );
  const alone = new Set(texts.size === 0 ? [] : tagsAlone({ texts, isImage: around.meaning === "image" }));
  const told = toldKeys.find((name) => names.includes(name));
  const variable = told === undefined ? undefined : memberText(yaml, membersOf(yaml, node), "name");
  let siblings: readonly Member[] | undefined;
  entries.forEach(({ value }, at) => {
    const name = names[at] ?? "";
    // Of a key that stands twice the last counts.
    if (last.get(name) !== at || inParts.has(name)) return;
    if (around.isRoot && (name === "apiVersion" || name === "kind")) return;
    let meaning = meaningOf(name);
    if (meaning === "none") return;
    if (name === told && variable !== undefined && isResult(variable)) return;
    const isOther = meaning === "other images";
    const isUnsure =
      isOther ||
      (meaning === "unsure" && !areSettings(name, kindOf(yaml, dereference(yaml, value)), path.at(-1)));
    if (meaning === "unsure" || isOther) meaning = undefined;
    const isScalar = kindOf(yaml, value) === "scalar" || kindOf(yaml, value) === "alias";
    if (isScalar && isBuilt && !isInput(name)) meaning = undefined;
    else if (meaning === undefined && around.meaning === "images") meaning = "image";
    else if (meaning === undefined && around.meaning === "image" && referenceKeys.has(name))
      meaning = "image";
    else if (name === told && variable !== undefined) meaning = meaningOfVariable(variable);
    path.push(name);
    if (alone.has(name)) takeTagAlone(search, { layer, node: value, via, map: place });
    else if (around.isRoot && name === "metadata")
      takeAnnotations(search, { layer, node: value, via }, visitLikely);
    else {
      siblings ??= isScalar && meaning !== undefined ? membersOf(yaml, node) : undefined;
      const member: Place = { layer, node: value, via, map: place, siblings };
      if (isUnsure) {
        const inside = isOther ? "images" : undefined;
        findUntouched(search, whyUnsure(name, isOther), (inner) =>
          visitLikely(inner, member, { meaning: inside, isRoot: false }),
        );
      } else visitLikely(search, member, { meaning, isRoot: false, isBuilt, isAmongImages });
    }
    path.pop();
  });
}

/** Whether a key beside those of a build is that of an image which the build begins with. */
function isInput(name: string): boolean {
  return /^(?:base|build|builder|run|runtime|stack)_?image$/i.test(name);
}

/** An image of OpenShift's, whose tags are its own. */
function isImageStream(yaml: YamlText, map: YamlNode): boolean {
  return /^ImageStream/.test(memberText(yaml, membersOf(yaml, map), "kind") ?? "");
}

/** Keys that say of an element of a list of images that it is copied to there. */
const copyKeys: ReadonlySet<string> = new Set(["dest", "destination", "target", "to"]);

function whyUnsure(name: string, isOther: boolean): Untouched {
  if (isOther)
    return { reason: `\`${name}\` may be what a machine starts from, or what others run`, also: "nothing" };
  const reason = `it stands below \`${name}\`, which may name what others run`;
  if (/^target/.test(name)) return { reason, also: "tagged" };
  // Their names are no keys, and say little.
  return { reason, also: "nothing", byText: /^param/.test(name) };
}

/** Whether what is called parameters is told to what runs: a map of settings, or those of a chart. */
function areSettings(name: string, kind: YamlKind, parent: string | number | undefined): boolean {
  return /^param/.test(name) && (kind === "mapping" || (name === "parameters" && parent === "helm"));
}

const noTexts: ReadonlyMap<string, string> = new Map();

interface Entries {
  readonly names: readonly string[];
  readonly entries: readonly { readonly value: YamlNode }[];
}

/** The texts of a map by key, with those that it merges. */
function textsOf(yaml: YamlText, map: YamlNode, { names, entries }: Entries): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  const add = (name: string, value: YamlNode): void => {
    const target = dereference(yaml, value);
    if (kindOf(yaml, target) !== "scalar") return;
    texts.set(name, goType(yaml, target) === "null" ? "" : writtenText(yaml, target));
  };
  if (names.includes("<<")) for (const { name, value } of membersOf(yaml, map)) add(name, value);
  else for (const [at, { value }] of entries.entries()) add(names[at] ?? "", value);
  return texts;
}

/** `OUTPUT_IMAGE`, `DESTINATION`. */
function isResult(name: string): boolean {
  return /^(?:OUTPUT|PUSH|TARGET|DEST|RESULT)|(?:^|_)(?:OUTPUT|PUSH|TARGET)_/.test(name);
}

/** Keys beside a name for what is told by it. Argo CD's plugins are told one of three. */
const toldKeys = ["value", "string", "array", "map"];

/** `RELATED_IMAGE_PROXY`, `APP_IMAGE`, or `web.image` of a chart. */
function meaningOfVariable(name: string): KeyMeaning {
  if (/(?:^|_)IMAGE$|^RELATED_IMAGE_/.test(name)) return "image";
  const meaning = meaningOf(name.slice(name.lastIndexOf(".") + 1));
  return meaning === "image" || meaning === "images" ? meaning : undefined;
}
