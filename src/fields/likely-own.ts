/**
 * Kubernetes' own kinds, of which all fields for images are known. What reads as an image elsewhere in them is for somebody
 * whom no rule knows: annotations, the variables and arguments of containers, and the texts of Secrets. It is told alone.
 */
import { EVENT_ID } from "js-yaml";
import type { Resource } from "../krm/resource.ts";
import { keptForLast } from "../yaml/kept-for-last.ts";
import { membersOf, ownOrMergedChild } from "../yaml/members.ts";
import { dereference, elementsOf, kindOf, lastEventOf, scalarText } from "../yaml/node.ts";
import type { YamlNode, YamlText } from "../yaml/scan.ts";
import type { Site } from "./embedded-document.ts";
import type { ImageField } from "./image-field.ts";
import { isRecord, takeAnnotations } from "./likely-annotations.ts";
import { meaningOf } from "./likely-key.ts";
import { findUntouched, type LikelySearch } from "./likely-take.ts";
import { namesImages } from "./likely-value.ts";
import { visitLikely } from "./likely-visit.ts";
import { follow, type Place, siteAt } from "./walk-state.ts";

/** A part of an object of Kubernetes in which nobody expects an image, and one may be, by its text. */
export interface OwnPart {
  readonly kind: "annotations" | "settings" | "secret texts";
  /** The keys and indices that lead there. */
  readonly path: readonly (string | number)[];
}

/** The parts of an object in which images may be, at a glance. Most objects have none. */
export function ownParts(yaml: YamlText, resource: Resource): readonly OwnPart[] {
  const parts: OwnPart[] = [];
  for (const [name, value] of resource.annotations) {
    if (!mayName(value) || isRecord(name)) continue;
    parts.push({ kind: "annotations", path: ["metadata"] });
    break;
  }
  const { node, kind } = resource;
  if (kind === "Secret") {
    const texts = ownOrMergedChild(yaml, node, "stringData");
    if (texts !== undefined && namesSome(yaml, texts))
      parts.push({ kind: "secret texts", path: ["stringData"] });
    return parts;
  }
  for (const path of templates[kind] ?? []) addPodParts(parts, { yaml, path, node: at(yaml, node, path) });
  return parts;
}

/** Where the pods of a kind are described, each with a `metadata` of its own. */
const templates: Readonly<Record<string, readonly (readonly string[])[]>> = {
  Pod: [[]],
  PodTemplate: [["template"]],
  ...Object.fromEntries(
    ["DaemonSet", "Deployment", "Job", "ReplicaSet", "ReplicationController", "StatefulSet"].map((kind) => [
      kind,
      [["spec", "template"]],
    ]),
  ),
  CronJob: [["spec", "jobTemplate", "spec", "template"]],
};

interface Template {
  readonly yaml: YamlText;
  readonly path: readonly string[];
  readonly node: YamlNode | undefined;
}

function addPodParts(parts: OwnPart[], { yaml, path, node }: Template): void {
  if (node === undefined) return;
  const metadata = ownOrMergedChild(yaml, node, "metadata");
  const annotations = path.length === 0 ? undefined : ownOrMergedChild(yaml, metadata, "annotations");
  if (annotations !== undefined && namesSome(yaml, annotations))
    parts.push({ kind: "annotations", path: [...path, "metadata"] });
  const spec = ownOrMergedChild(yaml, node, "spec");
  for (const list of containerKeys) {
    const containers = ownOrMergedChild(yaml, spec, list);
    if (containers === undefined || kindOf(yaml, containers) !== "sequence") continue;
    let index = 0;
    for (const element of elementsOf(yaml, containers)) {
      for (const [key, settings] of settingsOf(yaml, dereference(yaml, element))) {
        if (namesSome(yaml, settings))
          parts.push({ kind: "settings", path: [...path, "spec", list, index, key] });
      }
      index++;
    }
  }
}

const containerKeys = ["initContainers", "containers", "ephemeralContainers"];

/** Of a key that stands twice the last counts. */
function settingsOf(yaml: YamlText, container: YamlNode): ReadonlyMap<string, YamlNode> {
  if (kindOf(yaml, container) !== "mapping") return none;
  let found: Map<string, YamlNode> | undefined;
  for (const { name, value } of membersOf(yaml, container)) {
    if (!settingKeys.has(name)) continue;
    found ??= new Map();
    found.set(name, dereference(yaml, value));
  }
  return found ?? none;
}

const none: ReadonlyMap<string, YamlNode> = new Map();
const settingKeys: ReadonlySet<string> = new Set(["env", "args", "command"]);

function at(yaml: YamlText, node: YamlNode, path: readonly string[]): YamlNode | undefined {
  return path.reduce<YamlNode | undefined>((above, key) => ownOrMergedChild(yaml, above, key), node);
}

/** Whether a text in a part may name an image with its registry. What aliases share is looked at once. */
function namesSome(yaml: YamlText, part: YamlNode): boolean {
  if (!yaml.anchored.has(part)) return glance(yaml, part);
  const known = shared.get(yaml) ?? new Map<YamlNode, boolean>();
  shared.set(yaml, known);
  const names = known.get(part) ?? glance(yaml, part);
  known.set(part, names);
  return names;
}

const shared = new WeakMap<YamlText, Map<YamlNode, boolean>>();

function glance(yaml: YamlText, part: YamlNode): boolean {
  const { types, starts, ends } = yaml.events;
  const scalars: YamlNode[] = [];
  const last = lastEventOf(yaml, part);
  for (let node = part; node <= last; node++) {
    // What it stands for may be anywhere.
    if (types[node] === EVENT_ID.ALIAS) return true;
    if (types[node] === EVENT_ID.SCALAR && starts[node] !== -1) scalars.push(node);
  }
  const textOf = (first = part, end = first): string => yaml.text.slice(starts[first], ends[end]);
  // All at once: what stands between them is no part of a host.
  if (!hosted.test(textOf(scalars[0], scalars.at(-1)))) return false;
  return scalars.some((scalar) => mayName(textOf(scalar)));
}

// A host, a path, and a tag or a digest. Parts are bounded, so that a text takes a time that grows with its length alone.
const mention = /(?:[\w-][.:][\w.:-]{0,255}|localhost)\\?\/\w[\w./\\-]{0,255}[:@]\w/;

// Most texts have no host before a slash, and this is asked of a dozen in each object.
const hosted = /[.:][\w.:-]{0,255}\\?\/|localhost/;

function mayName(text: string): boolean {
  // The tag of what a well-known registry has may be another setting.
  return hosted.test(text) && (mention.test(text) || namesImages(text.replace(/^["']/, "")));
}

/** Takes what reads as an image in a part of an object. */
export function takeOwnPart(search: LikelySearch, object: Place, { kind, path }: OwnPart): void {
  const place = placeAt(object, path);
  if (place === undefined) return;
  const { walk } = search;
  walk.path.push(...path);
  switch (kind) {
    case "annotations":
      findUntouched(search, { reason: "no rule says who reads this annotation", ...byText }, (inner) =>
        takeAnnotations(inner, place, visitLikely),
      );
      break;
    case "settings":
      findUntouched(search, { reason: "no rule says that this container runs it", ...byText }, (inner) =>
        visitLikely(inner, place, { meaning: undefined, isRoot: false }),
      );
      break;
    case "secret texts":
      takeSecretTexts(search, place);
  }
  walk.path.length -= path.length;
}

const byText = { also: "nothing", byText: true } as const;

/**
 * Takes the images of a Secret's texts. A text that no key calls an image may be a password, and must not be told: where it
 * counts, a registry that everybody knows stands in it.
 */
function takeSecretTexts(search: LikelySearch, { layer, node, via }: Place): void {
  const { yaml } = layer;
  if (kindOf(yaml, node) !== "mapping") return;
  const reason = "it stands in a Secret, of which no rule says who reads it";
  for (const { name, value } of membersOf(yaml, node)) {
    const place = { layer, node: value, via };
    const meaning = meaningOf(name);
    const text = scalarText(yaml, dereference(yaml, value)) ?? "";
    const untouched = { reason, also: "nothing", byText: namesImages(text) } as const;
    const { path, fields } = search.walk;
    const before = fields.length;
    path.push(name);
    if (meaning !== "none")
      findUntouched(search, untouched, (inner) => visitLikely(inner, place, { meaning, isRoot: false }));
    path.pop();
    fields.push(...fields.splice(before).filter(isCertainlyPublic));
  }
}

/** What is put together from parts may have a password for its tag, unless it is called an image. */
function isCertainlyPublic({ parts, path, value = "" }: ImageField): boolean {
  return parts === undefined || namesImages(value) || /im(?:age|g)/i.test(path);
}

/** A list of many containers is asked for one after the other. */
const keptElements = keptForLast(elementsOf);

function placeAt(object: Place, path: OwnPart["path"]): Place | undefined {
  let place: Place | undefined = object;
  for (const step of path) {
    if (place === undefined) return undefined;
    const { layer, node, via }: Site = follow(place);
    if (typeof step === "string") place = siteAt({ layer, node, via }, step);
    else {
      const element = keptElements(layer.yaml, node)[step];
      place = element === undefined ? undefined : { layer, node: element, via };
    }
  }
  return place && follow(place);
}
