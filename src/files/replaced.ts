/**
 * What the replacements of a run make of images: what one writes over is not what runs, and what it takes is an image,
 * though its field may say nothing of that.
 *
 * https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/replacements/
 */

import { InvalidReferenceError, safeParseReference } from "../image/reference.ts";
import type { ImageSource } from "../krm/image-source.ts";
import type { FileImage, Override } from "../krm/input.ts";
import { type FieldStep, isCalledImage, isContainerImage, parseShownPath, specOf } from "./field-steps.ts";
import type { Kustomization } from "./kustomization.ts";
import type { NamesBefore, NamesOf } from "./later-names.ts";
import {
  isPartOfDigest,
  type ReplacedField,
  type ReplacedObject,
  type Replacement,
  type ReplacementSource,
  type ReplacementTarget,
} from "./replacement.ts";

/** How sure it is that a replacement writes images. */
export type Want = "certain" | "likely";

/** Whether a replacement writes the image of a container, or something that is called after one. */
export function wantOf({ targets }: Replacement): Want | undefined {
  const whole = targets.filter(({ part }) => part === undefined);
  if (whole.some(({ steps }) => isContainerImage(steps))) return "certain";
  return whole.some(({ steps }) => isCalledImage(steps)) ? "likely" : undefined;
}

/** The fields of objects, of kustomizations and of files of replacements, whose texts become images. */
export function imageSources(
  replacements: readonly Replacement[],
  kustomizations: Iterable<Kustomization>,
  before: NamesBefore,
): readonly ImageSource[] {
  const sourcesOf = (source: ReplacementSource, isCertain: boolean): readonly ImageSource[] =>
    [source.object.name, ...(source.object.name === undefined ? [] : before(source.object.name))].flatMap(
      (name) => objectSources({ ...source, object: { ...source.object, name } }, isCertain),
    );
  const sources = replacements.flatMap((replacement) => {
    const want = wantOf(replacement);
    const { source, sourceValue } = replacement;
    if (want === undefined) return [];
    const isCertain = want === "certain";
    if (source !== undefined) return source.part === undefined ? sourcesOf(source, isCertain) : [];
    return sourceValue === undefined || !isCertain ? [] : valueSources(sourceValue);
  });
  const vars = [...kustomizations].flatMap((each) => each.vars.flatMap((source) => sourcesOf(source, false)));
  const all = [...sources, ...vars];
  return [...new Map(all.map((source) => [JSON.stringify(source), source])).values()];
}

function objectSources({ object, steps }: ReplacementSource, isCertain: boolean): readonly ImageSource[] {
  const path = specOf(steps);
  // A text in base64 is no image where it is written.
  if (path === undefined || object.kind === "Secret") return [];
  const { group, version, kind, name } = object;
  const apiVersion = version === undefined || group === undefined ? undefined : `${group}/${version}`;
  const own: ImageSource = { apiVersion, kind, name, path, isCertain };
  return [own, ...literalSources(object, steps, isCertain)];
}

/** The literal of which a generator makes the field. */
function literalSources(
  { kind, name }: ReplacementSource["object"],
  [data, key, ...more]: readonly FieldStep[],
  isCertain: boolean,
): readonly ImageSource[] {
  if (kind !== "ConfigMap" || name === undefined || !/^[\w.-]+$/.test(name)) return [];
  if (data?.kind !== "key" || data.name !== "data" || key?.kind !== "key" || more.length > 0) return [];
  const pattern = `^${key.name.replaceAll(/[^\w-]/g, "\\$&")}=["']?(?<image>[^\\s"'=]+)["']?$`;
  return [{ kind: "Kustomization", path: `configMapGenerator[name=${name}]/literals[]`, pattern, isCertain }];
}

/** A text in a replacement, wherever that stands. */
function valueSources(text: string): readonly ImageSource[] {
  if (!/^[\w./:@-]+$/.test(text)) return [];
  const value = `[sourceValue=${text}]/sourceValue`;
  return [
    { kind: "Kustomization", path: `replacements${value}`, isCertain: true },
    { kind: "ReplacementTransformer", path: `replacements${value}`, isCertain: true },
    { kind: "Replacement", path: value, isCertain: true },
  ];
}

/** What kustomizations call an object, and what they say of its fields. */
export interface Naming {
  readonly namesOf: NamesOf;
  /** The kustomization that holds the field, where one does. */
  readonly own: Kustomization | undefined;
  /** The kind of what is patched. */
  readonly patched?: { readonly apiVersion: string; readonly kind: string } | undefined;
}

/** A field of a file, as replacements look at it. */
export function replacedField(image: FileImage, naming: Naming): ReplacedField {
  const { value, putAt, owner, resource, isApart = false } = image;
  const { own } = naming;
  const literal = own?.literals.get(putAt);
  const names = (name: string | undefined): readonly string[] =>
    name === undefined ? [] : naming.namesOf(name);
  if (literal !== undefined) {
    const { kind, name, key } = literal;
    const object = { ...nothing, version: "v1", kind, names: names(name) };
    return { value, owner: undefined, keys: ["data", key], object, isApart };
  }
  // What is patched is said elsewhere.
  const isPart = own !== undefined || resource.isNameless === true;
  const { apiVersion, kind, name, namespace, annotations } = resource;
  const object: ReplacedObject | undefined = isPart
    ? undefined
    : { ...versionIn(apiVersion), kind, names: names(name), namespace, labels: image.labels, annotations };
  const keys = parseShownPath(putAt.replace(INLINE_PATCH, ""));
  // Of an object all is known, so also that a container has no name.
  return { value, owner: object === undefined ? owner : (owner ?? ""), keys, object, isApart };
}

function versionIn(apiVersion: string): Pick<ReplacedObject, "group" | "version"> {
  const slash = apiVersion.indexOf("/");
  return { group: apiVersion.slice(0, Math.max(0, slash)), version: apiVersion.slice(slash + 1) };
}

const nothing = {
  group: "",
  namespace: undefined,
  labels: () => new Map<string, string>(),
  annotations: new Map<string, string>(),
};

/** Where an inline patch stands in its kustomization. */
const INLINE_PATCH = /^(?:patches|patchesStrategicMerge)\[\d+\](?:\.patch)?\./;

/** What becomes of an image that a replacement takes, where a digest would be in the way. */
export function takenOverride(
  field: ReplacedField,
  taking: readonly (readonly Replacement[])[],
): Override | undefined {
  for (const same of taking) {
    const [first] = same;
    const part = first?.source?.part;
    if (part !== undefined && isPartOfDigest(part, field.value)) {
      const reason = `\`replacements\` of ${first?.file} takes a part of it by a delimiter, and would take a part of a digest for that: take the whole image, or write the part elsewhere`;
      return { kind: "floats", reason };
    }
    const bare = part === undefined && holdsImage(field) ? bareTarget(same) : undefined;
    if (bare !== undefined) {
      const reason = `\`replacements\` of ${first?.file} writes it to \`${bare.written}\`, too, which can't hold a digest: write the image elsewhere as well`;
      return { kind: "floats", reason };
    }
  }
  return undefined;
}

/** A target that can't hold a digest. */
function bareTarget(same: readonly Replacement[]): ReplacementTarget | undefined {
  const known = bareTargets.get(same) ?? {
    target: same
      .flatMap(({ targets }) => targets)
      .find(({ steps, part }) => part === undefined && isBare(steps)),
  };
  bareTargets.set(same, known);
  return known.target;
}

const bareTargets = new WeakMap<readonly Replacement[], { readonly target: ReplacementTarget | undefined }>();

function holdsImage({ value }: ReplacedField): boolean {
  return !(safeParseReference(value) instanceof InvalidReferenceError);
}

/** True for what may hold no characters such as those in front of a digest. */
function isBare(steps: readonly FieldStep[]): boolean {
  const keys = steps.flatMap((step) => (step.kind === "key" ? step.name : []));
  if (keys[0] === "metadata" && (keys[1] === "name" || keys[1] === "namespace")) return true;
  return keys.some((key) => /^(?:labels|matchLabels|nodeSelector|selector)$/.test(key));
}
