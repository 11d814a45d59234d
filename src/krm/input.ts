/** What came in on stdin: a ResourceList from an orchestrator, or a stream of manifests from a pipe. */

import { EVENT_ID } from "js-yaml";
import { goType } from "../yaml/go-type.ts";
import { ownOrMergedChild } from "../yaml/members.ts";
import {
  childOf,
  dereference,
  elementsOf,
  entriesOf,
  eventOf,
  kindOf,
  rootOf,
  type ScalarType,
  scalarText,
  scalarType,
  startOf,
  valuesOf,
} from "../yaml/node.ts";
import { lineAndColumn } from "../yaml/place.ts";
import { scan, type YamlNode, type YamlText } from "../yaml/scan.ts";
import { YamlSyntaxError } from "../yaml/syntax-error.ts";
import type { ImageSource } from "./image-source.ts";
import { InputError } from "./input-error.ts";
import type { ReadOptions } from "./read-options.ts";
import type { Resource } from "./resource.ts";

/** What a function was given. `items` are objects in both; a ResourceList may hold other things, which are left alone. */
export type Input = ResourceList | ManifestStream;

/** The list of an orchestrator. https://github.com/kubernetes-sigs/kustomize/blob/master/cmd/config/docs/api-conventions/functions-spec.md */
export interface ResourceList {
  readonly kind: "ResourceList";
  readonly yaml: YamlText;
  readonly root: YamlNode;
  readonly items: readonly YamlNode[];
  readonly functionConfig?: YamlNode;
  /** The list of what earlier functions said, where there is one. */
  readonly results?: YamlNode;
}

/** Manifests one after the other, as `helm template` and `kustomize build` write them; none where a chart renders nothing. */
export interface ManifestStream {
  readonly kind: "stream";
  readonly yaml: YamlText;
  readonly items: readonly YamlNode[];
  /** The file that it was read from; absent for a pipe. */
  readonly file?: InputFile;
}

/** A file, and what it is read as. */
export interface InputFile {
  /** As results name it, with forward slashes. */
  readonly path: string;
  readonly form: FileForm;
  /** What is patched, of a patch. */
  readonly patched?: { readonly apiVersion: string; readonly kind: string } | undefined;
  /** What kustomizations make of an image in the file. Undefined where it is the one that runs. */
  readonly overridden?: ((image: FileImage) => Override | undefined) | undefined;
  /** The fields of which kustomizations make images. */
  readonly sources?: readonly ImageSource[] | undefined;
}

/** What a file holds: Kubernetes objects, the kustomization of its folder, replacements, a patch without an object, or the values of a chart. */
export type FileForm = "manifests" | "kustomization" | "replacement" | "patch" | "values";

/** Why an image in a file is not the one that runs. */
export interface Override {
  /**
   * `set`: another one is written elsewhere. `floats`: what runs has no digest, whatever a registry says of this one. `open`:
   * nobody here knows.
   */
  readonly kind: "set" | "floats" | "open";
  readonly reason: string;
}

/** An image in a file. */
export interface FileImage {
  /** Of the field, from the root of its object. */
  readonly path: string;
  /** The same, or where a patch puts it. */
  readonly putAt: string;
  readonly value: string;
  /** The object that it stands in, and the labels of that. */
  readonly resource: Resource;
  readonly labels: () => ReadonlyMap<string, string>;
  /** The name of the container that has it. */
  readonly owner?: string | undefined;
  /** Whether its tag, or another part of it, has a key of its own. */
  readonly isApart?: boolean;
  /** What stands under those keys. */
  readonly parts?: ImageParts | undefined;
  /** Whether a digest can be written for it. */
  readonly isWritable?: boolean;
}

/** What is said of an image under keys of its own, as far as it is. */
export interface ImageParts {
  readonly name: string | undefined;
  readonly tag: string | undefined;
}

/** True for a document that is an object of Kubernetes, as every document of a stream must be. */
export function isObject(yaml: YamlText, root: YamlNode): boolean {
  return (
    kindOf(yaml, root) === "mapping" &&
    identityKeys.every((key) => isName(yaml, ownOrMergedChild(yaml, root, key)))
  );
}

const identityKeys = ["apiVersion", "kind"] as const;

function isName(yaml: YamlText, value: YamlNode | undefined): value is YamlNode {
  return value !== undefined && goType(yaml, value) === "string" && scalarText(yaml, value) !== "";
}

/**
 * Reads a ResourceList, or a stream of manifests where the first document isn't one.
 *
 * @throws {InputError} for empty, malformed and foreign input: an answer to that would delete files.
 */
export async function readInput(text: string, options: ReadOptions = {}): Promise<Input> {
  // A pipe whose first command failed looks like this, and must not look green.
  if (!/[^\s\u0085]/.test(text)) {
    throw new InputError(
      "the input must hold a ResourceList or manifests, but it is empty: is the command before this one right?",
    );
  }
  const yaml = scanInput(text, options);
  const documents = yaml.documents.filter((document) => !isEmpty(yaml, rootOf(document)));
  const [first] = documents;
  if (first === undefined) return { kind: "stream", yaml, items: [] };
  const lists = documents.filter((document) => isResourceList(yaml, rootOf(document)));
  if (lists.length === 0)
    return { kind: "stream", yaml, items: documents.map((document) => manifestOf(yaml, rootOf(document))) };
  // A `null` behind a list would stay behind it, and no orchestrator takes that back.
  const written = yaml.documents.filter((document) => !isUnwritten(yaml, rootOf(document)));
  if (written.length === 1) return readResourceList(yaml, rootOf(first));
  const others = [...lists, ...written].filter((document) => document !== first);
  const extra = others[0] ?? first;
  throw new InputError(
    `${placeOf(yaml, rootOf(extra))}: a ResourceList must be the only document of the input`,
  );
}

function scanInput(text: string, options: ReadOptions): YamlText {
  try {
    return scan(text, options);
  } catch (error) {
    if (!(error instanceof YamlSyntaxError)) throw error;
    if (error.code === "unfolding")
      throw new InputError(`the input is too large: ${error.message}`, { cause: error });
    const guess = /^\s*<(?:!doctype|html|\?xml)\b/i.test(text) ? ", but it looks like a web page" : "";
    throw new InputError(`the input must be YAML or JSON${guess}: ${error.message}`, { cause: error });
  }
}

/** Nothing, or `null`, which kubectl passes over too. */
function isEmpty(yaml: YamlText, root: YamlNode): boolean {
  return kindOf(yaml, root) === "scalar" && scalarType(yaml, root) === "null";
}

function isUnwritten(yaml: YamlText, root: YamlNode): boolean {
  const event = eventOf(yaml, root);
  return (
    event.type === EVENT_ID.SCALAR &&
    event.valueStart === -1 &&
    event.tagStart === -1 &&
    event.anchorStart === -1
  );
}

function isResourceList(yaml: YamlText, root: YamlNode): boolean {
  return scalarText(yaml, ownOrMergedChild(yaml, root, "kind")) === "ResourceList";
}

function manifestOf(yaml: YamlText, root: YamlNode): YamlNode {
  if (kindOf(yaml, root) !== "mapping") {
    throw new InputError(
      `${placeOf(yaml, root)}: each document must be a Kubernetes object, but here is ${describe(yaml, root)}`,
    );
  }
  for (const key of identityKeys) {
    const value = ownOrMergedChild(yaml, root, key);
    if (isName(yaml, value)) continue;
    const found = value === undefined ? "that is missing here" : `here is ${describe(yaml, value)}`;
    throw new InputError(
      `${placeOf(yaml, root)}: each document must be a Kubernetes object with \`${key}\`, but ${found}`,
    );
  }
  return root;
}

function readResourceList(yaml: YamlText, root: YamlNode): ResourceList {
  for (const key of ["kind", "items", "functionConfig", "results"]) {
    const [, second] = valuesOf(yaml, root, key);
    if (second !== undefined)
      throw new InputError(
        `${placeOf(yaml, second)}: a ResourceList must have one \`${key}\`, but here is another`,
      );
  }
  for (const key of ["items", "functionConfig", "results"]) {
    const merged = childOf(yaml, root, key) === undefined ? ownOrMergedChild(yaml, root, key) : undefined;
    if (merged !== undefined)
      throw new InputError(
        `${placeOf(yaml, merged)}: \`${key}\` of a ResourceList must be written out, but a merge key brings ${key === "functionConfig" ? "it" : "them"} in`,
      );
  }
  const items = childOf(yaml, root, "items");
  const functionConfig = childOf(yaml, root, "functionConfig");
  const [results] = valuesOf(yaml, root, "results");
  return {
    kind: "ResourceList",
    yaml,
    root,
    items: items === undefined || isNull(yaml, items) ? [] : itemsOf(yaml, items),
    ...(functionConfig === undefined || isNull(yaml, functionConfig) ? {} : { functionConfig }),
    ...(results === undefined || isNull(yaml, results) ? {} : { results: resultsOf(yaml, results) }),
  };
}

/** Today's form is a list; the old one, `{items: […]}`, holds it. An alias has no place where results could be added. */
function resultsOf(yaml: YamlText, results: YamlNode): YamlNode {
  const [list = results] = kindOf(yaml, results) === "mapping" ? valuesOf(yaml, results, "items") : [];
  if (kindOf(yaml, list) === "sequence") return list;
  throw new InputError(
    `${placeOf(yaml, list)}: \`results\` of a ResourceList must be a list, but here is ${describe(yaml, list)}`,
  );
}

function itemsOf(yaml: YamlText, items: YamlNode): readonly YamlNode[] {
  if (kindOf(yaml, items) !== "sequence") {
    throw new InputError(
      `${placeOf(yaml, items)}: \`items\` of a ResourceList must be a list, but here is ${describe(yaml, items)}`,
    );
  }
  return elementsOf(yaml, items).map((item) => dereference(yaml, item));
}

/** Where an item stands: the item or an alias of it, and an alias of the list that it stands in. */
export interface ItemSite {
  readonly node: YamlNode;
  readonly via: readonly YamlNode[];
}

/** The items of an input as they are written. */
export function itemSites(input: Input): readonly ItemSite[] {
  const { yaml, items } = input;
  if (input.kind === "stream" || yaml.targets.size === 0) return items.map((node) => ({ node, via: [] }));
  const list = valuesOf(yaml, input.root, "items").at(-1);
  if (list === undefined || items.length === 0) return [];
  const target = dereference(yaml, list);
  const via = target === list ? [] : [list];
  return elementsOf(yaml, target).map((node) => ({ node, via }));
}

function isNull(yaml: YamlText, node: YamlNode): boolean {
  return scalarType(yaml, node) === "null";
}

function placeOf(yaml: YamlText, node: YamlNode): string {
  // An empty node stands nowhere: the place of what comes before it says enough.
  let known = node;
  while (known > 0 && startOf(yaml, known) === undefined) known--;
  const { line, column } = lineAndColumn(yaml.text, startOf(yaml, known) ?? 0);
  return `line ${line}, column ${column}`;
}

/** What stands at a node, in a few words, for messages. */
function describe(yaml: YamlText, node: YamlNode): string {
  switch (kindOf(yaml, node)) {
    case "mapping":
      return isBare(yaml, node) ? "an empty map" : "a map";
    case "sequence":
      return "a list";
    case "alias":
      return "an alias";
    case "scalar":
      return describeScalar(yaml, node);
  }
}

function describeScalar(yaml: YamlText, scalar: YamlNode): string {
  const text = scalarText(yaml, scalar) ?? "";
  if (text === "") return "nothing";
  const shown = JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
  const type = otherTypes[goType(yaml, scalar) ?? "string"];
  return type === undefined
    ? `the text ${shown}`
    : `${shown}, which kubectl reads as ${type}: quote it if it is a text`;
}

const otherTypes: Readonly<Partial<Record<ScalarType, string>>> = {
  null: "nothing",
  boolean: "a boolean",
  number: "a number",
  binary: "binary data",
};

function isBare(yaml: YamlText, mapping: YamlNode): boolean {
  return entriesOf(yaml, mapping).length === 0;
}
