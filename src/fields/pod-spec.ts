/** Images of pods: wherever a kind holds a pod spec or a pod template. */
import {
  dereference,
  elementsOf,
  entriesOf,
  isMergeKey,
  kindOf,
  scalarText,
  scalarType,
} from "../yaml/node.ts";
import type { YamlNode, YamlText } from "../yaml/scan.ts";
import type { ImageFieldFault } from "./image-field.ts";

/**
 * The images of every pod spec in an object: of its container lists, and of its volumes that are images. Whatever has
 * the shape of a container list below `spec` counts as one, so that kinds that nobody has heard of are covered.
 */
export function podSpecImages(yaml: YamlText, object: YamlNode): readonly FoundImage[] {
  const found: FoundImage[] = [];
  const walk: Walk = { yaml, found, seen: new Set() };
  for (const { name, value } of members(yaml, object)) {
    if (roots.has(name)) visit(walk, value, name);
  }
  return found;
}

// `template` is where a PodTemplate keeps its pod spec.
const roots: ReadonlySet<string> = new Set(["spec", "template"]);

const containerLists: ReadonlySet<string> = new Set(["containers", "initContainers", "ephemeralContainers"]);

/** Where an image, or what should be one, stands in an object. */
export interface FoundImage {
  /** From the object's root. */
  readonly path: string;
  readonly node: YamlNode;
  readonly fault?: ImageFieldFault;
}

interface Walk {
  readonly yaml: YamlText;
  readonly found: FoundImage[];
  /** What was visited through an alias: an anchored collection is visited once in each role. */
  readonly seen: Set<string>;
}

/** Anything below `spec`. */
function visit(walk: Walk, node: YamlNode, path: string): void {
  const target = enter(walk, node, "any");
  if (target === undefined) return;
  switch (kindOf(walk.yaml, target)) {
    case "mapping":
      for (const { name, value } of members(walk.yaml, target))
        visitMember(walk, { name, value, path: join(path, name) });
      return;
    case "sequence":
      visitElements(walk, target, path, visit);
      return;
    default:
      return;
  }
}

function visitMember(walk: Walk, { name, value, path }: Member & { readonly path: string }): void {
  const list = dereference(walk.yaml, value);
  if (kindOf(walk.yaml, list) !== "sequence") {
    if (name !== "status") visit(walk, value, path);
  } else if (containerLists.has(name)) {
    visitElements(walk, list, path, visitContainer);
  } else {
    if (name === "volumes") visitElements(walk, list, path, visitVolume);
    visit(walk, value, path);
  }
}

function visitElements(
  walk: Walk,
  list: YamlNode,
  path: string,
  each: (walk: Walk, node: YamlNode, path: string) => void,
): void {
  let index = 0;
  for (const element of elementsOf(walk.yaml, list)) {
    each(walk, element, `${path}[${index}]`);
    index++;
  }
}

function visitContainer(walk: Walk, node: YamlNode, path: string): void {
  const container = enter(walk, node, "container");
  if (container !== undefined) takeImage(walk, container, { key: "image", path });
}

/** `image: {reference: …}` of a volume. https://kubernetes.io/docs/concepts/storage/volumes/#image */
function visitVolume(walk: Walk, node: YamlNode, path: string): void {
  const volume = enter(walk, node, "volume");
  if (volume === undefined) return;
  for (const { name, value } of members(walk.yaml, volume)) {
    if (name === "image")
      takeImage(walk, dereference(walk.yaml, value), { key: "reference", path: `${path}.image` });
  }
}

/** What to look at in place of a node; undefined where it was looked at before in this role. */
function enter({ yaml, seen }: Walk, node: YamlNode, role: string): YamlNode | undefined {
  const target = dereference(yaml, node);
  if (target === node) return node;
  const visit = `${role} ${target}`;
  if (seen.has(visit)) return undefined;
  seen.add(visit);
  return target;
}

function takeImage(
  { yaml, found }: Walk,
  owner: YamlNode,
  field: { readonly key: string; readonly path: string },
): void {
  const path = `${field.path}.${field.key}`;
  const [image, second] = members(yaml, owner).filter(({ name }) => name === field.key);
  if (image === undefined) return;
  const type = scalarType(yaml, dereference(yaml, image.value));
  if (second !== undefined) found.push({ path, node: image.value, fault: "duplicate-key" });
  else if (type === "string" || type === "other") found.push({ path, node: image.value });
  else if (type !== "null") found.push({ path, node: image.value, fault: "not-a-string" });
}

interface Member {
  readonly name: string;
  readonly value: YamlNode;
}

/**
 * The members of a mapping with what its merge keys bring in and it does not say itself.
 *
 * https://yaml.org/type/merge.html
 */
function members(yaml: YamlText, node: YamlNode): readonly Member[] {
  const found: Member[] = [];
  addMembers(yaml, node, { found, names: new Set(), merged: new Set() });
  return found;
}

interface Members {
  readonly found: Member[];
  readonly names: Set<string>;
  /** What was merged once brings nothing new when it is merged again. */
  readonly merged: Set<YamlNode>;
}

function addMembers(yaml: YamlText, node: YamlNode, into: Members): void {
  if (kindOf(yaml, node) !== "mapping" || into.merged.has(node)) return;
  into.merged.add(node);
  const sources: YamlNode[] = [];
  const own: Member[] = [];
  for (const { key, value } of entriesOf(yaml, node)) {
    const name = scalarText(yaml, dereference(yaml, key));
    if (name === undefined) continue;
    if (isMergeKey(yaml, key)) sources.push(...mergeSources(yaml, value));
    else if (!into.names.has(name)) own.push({ name, value });
  }
  into.found.push(...own);
  for (const { name } of own) into.names.add(name);
  for (const source of sources) addMembers(yaml, source, into);
}

function mergeSources(yaml: YamlText, value: YamlNode): readonly YamlNode[] {
  const target = dereference(yaml, value);
  return kindOf(yaml, target) === "sequence"
    ? [...elementsOf(yaml, target)].map((source) => dereference(yaml, source))
    : [target];
}

/** A key with dots or brackets in it is quoted, so that the path can be read back. */
function join(path: string, name: string): string {
  return /[.[\]]/.test(name) || name === "" ? `${path}[${JSON.stringify(name)}]` : `${path}.${name}`;
}
