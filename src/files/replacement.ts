/**
 * What `replacements` of kustomizations say: which text they take, and into which fields they write it.
 *
 * https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/replacements/
 */
import { isLiteral } from "../krm/expression.ts";
import { meets, parseRequirements, type Requirement, RequirementError } from "../krm/label-selector.ts";
import type { Position } from "../krm/result.ts";
import { groupBy } from "../lock/format/locked-image.ts";
import { startOf } from "../yaml/node.ts";
import { type FieldAt, type FieldStep, leadsTo, type Match, parseFieldPath } from "./field-steps.ts";
import { elementsAt, mapAt, placeOf, textAt, textsAt, type YamlMap } from "./yaml-parts.ts";

/** A text, and where it is written. */
export interface Replacement {
  /** The file that says so, as messages name it, and where in it. */
  readonly file: string;
  readonly path: string;
  readonly position: () => Position;
  /** Undefined where the text stands in the replacement. */
  readonly source: ReplacementSource | undefined;
  readonly sourceValue: string | undefined;
  readonly targets: readonly ReplacementTarget[];
}

/** A field of one object. */
export interface ReplacementSource {
  readonly object: ObjectName;
  readonly written: string;
  readonly steps: readonly FieldStep[];
  readonly part: Part | undefined;
}

/** Who an object is, as far as that is said. */
export interface ObjectName {
  readonly group: string | undefined;
  readonly version: string | undefined;
  readonly kind: string | undefined;
  readonly name: string | undefined;
  readonly namespace: string | undefined;
}

/** A field of several objects. */
export interface ReplacementTarget {
  readonly select: ObjectSelector;
  readonly rejects: Rejects;
  /** The names that its selectors say. */
  readonly said: readonly string[];
  readonly written: string;
  readonly steps: readonly FieldStep[];
  readonly part: Part | undefined;
}

/** What stands between two delimiters. */
export interface Part {
  readonly delimiter: string;
  readonly index: number;
}

/** An object as replacements look at it. */
export interface ReplacedObject {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  /** The one that it has, and those that kustomizations make of that. */
  readonly names: readonly string[];
  /** Undefined where a kustomization may give it one. */
  readonly namespace: string | undefined;
  readonly labels: () => ReadonlyMap<string, string>;
  readonly annotations: ReadonlyMap<string, string>;
}

/** A field as replacements look at it. */
export interface ReplacedField extends FieldAt {
  readonly value: string;
  /** Undefined where nobody knows what is patched. */
  readonly object: ReplacedObject | undefined;
  /** Whether its tag, or another part of it, has a key of its own. */
  readonly isApart: boolean;
}

/** Which objects are meant. */
export interface ObjectSelector extends ObjectName {
  /** Undefined where it can't be read. */
  readonly labels: readonly Requirement[] | undefined;
  readonly annotations: readonly Requirement[] | undefined;
}

/** Where replacements stand. */
export interface ReplacementPlace {
  readonly file: string;
  /** The path of the first in its file, without its index. */
  readonly path: string;
}

/** Reads one. */
export function readReplacement(map: YamlMap, { file, path }: ReplacementPlace): Replacement {
  const source = mapAt(map, "source");
  const value = textAt(map, "sourceValue");
  const fieldPath = textAt(source, "fieldPath") ?? "metadata.name";
  const at = startOf(map.yaml, source?.node ?? map.node) ?? 0;
  return {
    file,
    path: source === undefined ? path : `${path}${path === "" ? "" : "."}source`,
    position: () => placeOf(map.yaml, at),
    source: source && {
      object: nameIn(source),
      written: fieldPath,
      steps: parseFieldPath(fieldPath),
      part: partIn(source),
    },
    sourceValue: value,
    targets: elementsAt(map, "targets").flatMap(readTarget),
  };
}

function readTarget(target: YamlMap): readonly ReplacementTarget[] {
  const select = mapAt(target, "select");
  if (select === undefined) return [];
  const selector = selectorIn(select);
  const rejected = elementsAt(target, "reject").map(selectorIn);
  const rejects = rejecting(rejected);
  const said = namesIn([selector, ...rejected]);
  const paths = textsAt(target, "fieldPaths");
  return (paths.length === 0 ? ["metadata.name"] : paths).map((written) => ({
    select: selector,
    rejects,
    said,
    written,
    steps: parseFieldPath(written),
    part: partIn(target),
  }));
}

/** The names that some selectors say. */
export function namesIn(selectors: readonly ObjectName[]): readonly string[] {
  return selectors.flatMap(({ name }) => name ?? []);
}

function nameIn(map: YamlMap): ObjectName {
  const text = (key: string): string | undefined => textAt(map, key);
  return {
    group: text("group"),
    version: text("version"),
    kind: text("kind"),
    name: text("name"),
    namespace: text("namespace"),
  };
}

/** Reads a selector. */
export function selectorIn(map: YamlMap): ObjectSelector {
  return {
    ...nameIn(map),
    labels: requirementsIn(textAt(map, "labelSelector")),
    annotations: requirementsIn(textAt(map, "annotationSelector")),
  };
}

function requirementsIn(text = ""): readonly Requirement[] | undefined {
  try {
    return parseRequirements(text);
  } catch (error) {
    if (error instanceof RequirementError) return undefined;
    throw error;
  }
}

function partIn(map: YamlMap): Part | undefined {
  const options = mapAt(map, "options");
  const delimiter = textAt(options, "delimiter");
  return delimiter === undefined ? undefined : { delimiter, index: Number(textAt(options, "index") ?? 0) };
}

/** Whether a replacement writes to a field, or to something that holds it. */
export function isTarget(target: ReplacementTarget, field: ReplacedField): Match {
  const led = leadsTo(target.steps, field);
  if (led === "no") return "no";
  const selected = isSelected(target.select, field.object);
  if (selected === "no") return "no";
  const rejected = target.rejects(field.object);
  if (rejected === "yes") return "no";
  return led === "yes" && selected === "yes" && rejected === "no" ? "yes" : "maybe";
}

/** Tells whether one of some selectors means an object. */
export type Rejects = (object: ReplacedObject | undefined) => Match;

/** Rejects nothing. */
export const rejectsNothing: Rejects = () => "no";

/** Those that name objects are found by these names, so that not all of them are held against each object. */
function rejecting(selectors: readonly ObjectSelector[]): Rejects {
  if (selectors.length === 0) return rejectsNothing;
  const byName = groupBy(selectors, literalName);
  const unknown = anyMatch(selectors, undefined);
  return (object) => {
    if (object === undefined) return unknown;
    return anyMatch(
      [undefined, ...object.names].flatMap((name) => byName.get(name) ?? []),
      object,
    );
  };
}

function anyMatch(selectors: readonly ObjectSelector[], object: ReplacedObject | undefined): Match {
  const matches = new Set(selectors.map((each) => isSelected(each, object)));
  return matches.has("yes") ? "yes" : matches.has("maybe") ? "maybe" : "no";
}

/** Whether a replacement takes the text of a field. */
export function isSource({ object: name, steps }: ReplacementSource, field: ReplacedField): boolean {
  const { object } = field;
  if (object === undefined || leadsTo(steps, field) !== "yes") return false;
  return parts.every((part) => name[part] === undefined || isCalled(name[part], part, object));
}

const parts = ["group", "version", "kind", "name", "namespace"] as const;

function isCalled(text: string, part: keyof ObjectName, object: ReplacedObject): boolean {
  // Where an object is given a name or a namespace later, either of them names it.
  if (part === "name") return object.names.includes(text);
  return part === "namespace" && object.namespace === undefined ? true : object[part] === text;
}

/** The name that a selector means; undefined where it is an expression, or any will do. */
export function literalName({ name }: ObjectName): string | undefined {
  return plainText(name);
}

/** A dot means itself, since names have some. */
function isPlainText(text: string): boolean {
  return text !== "" && isLiteral(text.replaceAll(".", ""));
}

/** A part of a selector that means itself; undefined where it is an expression, or any will do. */
export function plainText(text: string | undefined): string | undefined {
  return text !== undefined && isPlainText(text) ? text : undefined;
}

/** Whether an object is selected. The parts are expressions, which nobody runs here. */
export function isSelected(selector: ObjectSelector, object: ReplacedObject | undefined): Match {
  const { labels, annotations } = selector;
  const isPlain = labels?.length === 0 && annotations?.length === 0;
  const said = parts.filter((part) => selector[part] !== undefined);
  if (object === undefined) return said.length === 0 && isPlain ? "yes" : "maybe";
  let match: Match = labels === undefined || annotations === undefined ? "maybe" : "yes";
  for (const part of said) {
    const text = selector[part] ?? "";
    if (part === "namespace" && object.namespace === undefined) match = "maybe";
    else if (isCalled(text, part, object)) continue;
    else if (isPlainText(text)) return "no";
    else match = "maybe";
  }
  if (labels !== undefined && !meets(labels, object.labels())) return "no";
  return annotations !== undefined && !meets(annotations, object.annotations) ? "no" : match;
}

/** True where a digest behind a text would change a part of it. */
export function isPartOfDigest({ delimiter, index }: Part, text: string): boolean {
  const bare = text.replace(/@.*$/s, "");
  return bare.split(delimiter)[index] !== `${bare}@sha256:${"0".repeat(64)}`.split(delimiter)[index];
}

/** True for what a replacement can write into nothing but a digest, so that one comes from there. */
export function isDigestAlone({ delimiter, index }: Part): boolean {
  return delimiter === "@" && index >= 1;
}
