/** The objects of the input that the configuration lets in, with their images. */

import type { Config } from "../config/config.ts";
import { type EmbeddedDocument, outerLayer } from "../fields/embedded-document.ts";
import { textHolders } from "../fields/embedded-manifests.ts";
import { isList } from "../fields/embedded-objects.ts";
import { type FieldOptions, fieldRules, type RulesOf } from "../fields/field-rules.ts";
import { fileIdentity, fileRules } from "../fields/file-rules.ts";
import { findImages, type Origin, type ResourceImages, type Search } from "../fields/find-images.ts";
import type { ImageField } from "../fields/image-field.ts";
import { positionFinder } from "../fields/position.ts";
import { resourceSkip, skipComments } from "../fields/skip.ts";
import { beginningOf, imageFilter } from "../image/image-glob.ts";
import { parseIfImage } from "../image/likely-reference.ts";
import { type Input, itemSites, type ManifestStream, type Override } from "../krm/input.ts";
import { isLocalConfig, labelsOf, localReason, type Resource } from "../krm/resource.ts";
import { selects } from "../krm/resource-selector.ts";
import { ownText } from "../text/own-text.ts";
import { dereference, kindOf } from "../yaml/node.ts";
import type { YamlNode, YamlText } from "../yaml/scan.ts";
import { skipReasons } from "./skip-reasons.ts";

/** The objects of an input and what was found in each. */
export function findResources(input: Input, config: Config): readonly ResourceImages[] {
  return [...eachResource(input, config)];
}

/** {@link findResources}, one after the other: the next is looked for when it is wanted. */
export function* eachResource(input: Input, config: Config): Generator<ResourceImages, void, undefined> {
  const { yaml } = input;
  const notForCluster = skipReasons(input);
  yield* search(input, {
    rulesOf: rulesFor(input, config),
    skipReason: (resource) => notForCluster(resource) ?? resourceSkip(resource),
    excludedReason: (resource) => excludedBy(yaml, resource, config),
    outsideReason: (resource) =>
      isIncluded(yaml, resource, config) ? undefined : "it matches nothing of `resources.include`",
    selection: {
      skipReason: (resource, inner) =>
        (isLocalConfig(resource) ? localReason(resource) : undefined) ??
        resourceSkip(resource) ??
        (isList(resource, inner) ? undefined : excludedBy(inner, resource, config)),
      isIncluded: (resource, inner) => isIncluded(inner, resource, config),
    },
    wantsLikely: config.unknownFields !== "ignore",
    isUnwanted: unwantedBy(config),
    frees: config.mode === "unpin",
  });
}

/**
 * The images that the built-in table finds in an input, also those that are opted out of pinning in whatever way: what may
 * be used is another question than what is to be pinned.
 */
export function findEveryImage(input: Input): readonly ImageField[] {
  const found = search(input, {
    rulesOf: rulesFor(input, tableAlone),
    // Whoever applies the text as it is applies what an annotation calls local, too; what configures tools has no pods.
    skipReason: () => undefined,
    excludedReason: () => undefined,
    outsideReason: () => undefined,
    selection: { skipReason: () => undefined, isIncluded: () => true },
    wantsLikely: false,
    isUnwanted: () => false,
    frees: false,
  });
  return [...found].flatMap(({ fields }) => fields);
}

/** Whether `include`, `exclude` or `skipPrefixes` leave an image alone, by its text. */
function unwantedBy({ include, exclude, skipPrefixes }: Config): (value: string) => boolean {
  const unwanted = imageFilter({ include, exclude });
  return (value) => {
    const image = parseIfImage(value);
    return beginningOf(value, skipPrefixes) !== undefined || (image && unwanted([image])) !== undefined;
  };
}

const tableAlone: FieldOptions = { fieldSpecs: [], builtIn: true };

/** The rules of a run, which are made once for all of its files. */
function rulesFor(input: Input, options: FieldOptions): RulesOf {
  const rules = known.get(options) ?? fieldRules(options);
  known.set(options, rules);
  return input.kind === "stream" && input.file !== undefined ? fileRules(input.file, rules) : rules;
}

const known = new WeakMap<FieldOptions, RulesOf>();

/** What is looked for. */
interface Manner
  extends Pick<
    Search,
    "rulesOf" | "skipReason" | "excludedReason" | "outsideReason" | "selection" | "wantsLikely" | "isUnwanted"
  > {
  /** Whether digests are taken out, also where another file sets another image. */
  readonly frees: boolean;
}

function* search(input: Input, { frees, ...how }: Manner): Generator<ResourceImages, void, undefined> {
  const { yaml, items } = input;
  const outer = outerLayer(yaml);
  const search = {
    yaml,
    outer,
    origin: input.kind === "stream" ? originOf(input, outer) : undefined,
    ...how,
    skipComments: skipComments(yaml),
    found: new Set<YamlNode>(),
    holders: textHolders(yaml, items),
  };
  const form = input.kind === "stream" ? input.file?.form : undefined;
  const mayBeList = form === "patch" || form === "replacement";
  for (const item of itemSites(input)) {
    const kind = kindOf(yaml, dereference(yaml, item.node));
    if (kind !== "mapping" && !(kind === "sequence" && mayBeList)) continue;
    for (const found of findImages(search, item)) {
      if (search.origin?.file !== undefined) letGoOfText(found);
      const isLaidOver = form === "patch" || form === "kustomization";
      yield withoutOverridden(isLaidOver ? withoutLoneTags(found) : found, input, frees);
    }
  }
}

/** What is patched names the image. */
function withoutLoneTags(found: ResourceImages): ResourceImages {
  return { ...found, likely: found.likely.filter(({ fault }) => fault !== "no-name") };
}

/** What is told of a file, and of thousands of others, outlives its text. */
function letGoOfText({ resource, fields, likely }: ResourceImages): void {
  const { apiVersion, group, kind, name, namespace } = resource;
  Object.assign(resource, ownTexts({ apiVersion, group, kind, name, namespace }));
  for (const field of [...fields, ...likely]) {
    const { value, path, owner, parts } = field;
    Object.assign(field, ownTexts({ value, path, owner }), parts && { parts: ownTexts({ ...parts }) });
  }
}

function ownTexts(texts: Readonly<Record<string, string | undefined>>): typeof texts {
  return Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, text && ownText(text)]));
}

function originOf({ file }: ManifestStream, outer: EmbeddedDocument): Origin {
  const positionOf = positionFinder(outer);
  if (file === undefined) return { positionOf };
  return { positionOf, file: { path: file.path }, ...fileIdentity[file.form] };
}

/** What another file sets is left alone in this one, unless its digest is taken out; what loses its digest there is told. */
function withoutOverridden(found: ResourceImages, input: Input, frees: boolean): ResourceImages {
  const overridden = input.kind === "stream" ? input.file?.overridden : undefined;
  if (overridden === undefined) return found;
  const labels = (): ReadonlyMap<string, string> => labelsOf(input.yaml, found.resource.node);
  const override = (field: ImageField): ImageField => {
    const { path, value, putAt = path, skipped, owner, resource, parts } = field;
    if (value === undefined) return field;
    const isApart = isInParts(field);
    const isWritable = field.writing.kind !== "none";
    const override = overridden({ path, putAt, value, resource, labels, owner, isApart, parts, isWritable });
    const isLeft = override !== undefined && !(frees && override.kind === "set");
    return skipped !== undefined || !isLeft ? field : overriddenField(field, override);
  };
  return { ...found, fields: found.fields.map(override), likely: found.likely.map(override) };
}

/** True for a reference whose parts have keys of their own. */
function isInParts({ site, digestAt, suggestion }: ImageField): boolean {
  return (
    digestAt !== undefined ||
    suggestion?.in === "repositoryAndTag" ||
    kindOf(site.layer.yaml, dereference(site.layer.yaml, site.node)) === "mapping"
  );
}

function overriddenField(field: ImageField, { kind, reason }: Override): ImageField {
  switch (kind) {
    case "set":
      return { ...field, skipped: reason };
    case "floats":
      return { ...field, floats: reason };
    case "open":
      return { ...field, writing: { kind: "none", reason } };
  }
}

function excludedBy(
  yaml: YamlText,
  resource: Resource,
  { resources: { exclude } }: Config,
): string | undefined {
  if (exclude.length === 0) return undefined;
  const labelled = { ...resource, labels: labelsOf(yaml, resource.node) };
  const index = exclude.findIndex((selector) => selects(selector, labelled));
  return index === -1 ? undefined : `it matches \`resources.exclude[${index}]\``;
}

function isIncluded(yaml: YamlText, resource: Resource, { resources: { include } }: Config): boolean {
  if (include.length === 0) return true;
  const labelled = { ...resource, labels: labelsOf(yaml, resource.node) };
  return include.some((selector) => selects(selector, labelled));
}
