/** Opt-outs and selections that do nothing as they are written: mostly a slip of the pen, which would pin what was to be left alone. */
import type { Config } from "../config/config.ts";
import { isSlip, nearestName } from "../config/nearest-name.ts";
import { pathWithin } from "../fields/embedded-objects.ts";
import type { ResourceImages } from "../fields/find-images.ts";
import type { ImageField } from "../fields/image-field.ts";
import { isNamed, skipAnnotation } from "../fields/skip.ts";
import { unmatchedGlobs } from "../image/image-glob.ts";
import { parseIfImage } from "../image/likely-reference.ts";
import type { ImageReference } from "../image/reference.ts";
import { resultAt } from "../krm/field-result.ts";
import { labelsOf, type Resource } from "../krm/resource.ts";
import { type ResourceSelector, selects } from "../krm/resource-selector.ts";
import type { Result } from "../krm/result.ts";
import { quote } from "../text/quote.ts";
import { appendTo } from "../yaml/lists-by-key.ts";
import { ownOrMergedChild } from "../yaml/members.ts";
import type { YamlNode, YamlText } from "../yaml/scan.ts";
import { builtInSlips } from "./built-in-slips.ts";
import { commentSlips, idleCommentSlips, sign } from "./comment-slips.ts";
import { misplacedSkips } from "./misplaced-skips.ts";
import { asksForLabels, type Labels, type SelectedObject, selectorSlips } from "./selector-slips.ts";

/** What was found in a text, for a configuration. */
export interface Findings {
  readonly yaml: YamlText;
  readonly resources: readonly ResourceImages[];
  readonly config: Pick<Config, "unknownFields"> & Selections;
}

/** The options by which some objects or images are meant, and others are not. */
type Selections = Pick<Config, "include" | "exclude" | "skipPrefixes" | "resources" | "builtIn">;

/** A warning for each opt-out in a text that does nothing. */
export function slipResults({ yaml, resources, config }: Findings): readonly Result[] {
  return [
    ...resources.flatMap((images) => [...annotationSlips(images), ...slipsWithin(images)]),
    ...misplacedSkips(yaml, resources),
    ...commentSlips(yaml),
    ...idleCommentSlips(yaml, resources, config),
  ];
}

/** What options can select in a text, and what they do select. */
export interface Selected {
  readonly images: readonly string[];
  /** Images in base64, which no message may name: they can be those of Secrets. */
  readonly encoded: readonly string[];
  readonly objects: readonly SelectedObject[];
  /** The selectors that match an object: those of `resources.include`, then those of `resources.exclude`. */
  readonly matched: ReadonlySet<number>;
  /** The labels and annotations of the objects, where a selector that asks for some matches none of them. */
  readonly labels: readonly Labels[];
}

/** What options can select in a text. */
export function selectedIn({ yaml, resources, config }: Findings): Selected {
  const objects = resources.flatMap(({ resource, objects: within = [] }) => [
    { ...resource, yaml },
    ...within.map(({ resource: object, layer }) => ({ ...object, yaml: layer.yaml })),
  ]);
  const selectors = selectorsOf(config);
  const isTooMuch = selectors.length * objects.length > WORK_MAX;
  const labelled =
    selectors.length === 0 || isTooMuch
      ? []
      : objects.map((object) => ({ ...object, labels: labelsOf(object.yaml, object.node) }));
  const matched = selectors.flatMap((selector, at) =>
    isTooMuch || labelled.some((object) => selects(selector, object)) ? at : [],
  );
  const isAskedFor = selectors.some((selector, at) => asksForLabels(selector) && !matched.includes(at));
  return {
    images: valuesOf(resources.flatMap(({ fields, likely }) => [...fields, ...likely])),
    encoded: valuesOf(resources.flatMap(({ encoded = [] }) => encoded)),
    objects: objects.map(({ kind, group, name, namespace }) => ({ kind, group, name, namespace })),
    matched: new Set(matched),
    labels: isAskedFor ? labelled.map((object) => ({ ...object, podLabels: podLabelsOf(object) })) : [],
  };
}

function podLabelsOf({
  yaml,
  node,
}: {
  readonly yaml: YamlText;
  readonly node: YamlNode;
}): Labels["podLabels"] {
  const template = ownOrMergedChild(yaml, ownOrMergedChild(yaml, node, "spec"), "template");
  return template === undefined ? new Map() : labelsOf(yaml, template);
}

/** A warning for each option that selects nothing in all texts of a run. */
export function selectionSlips(texts: readonly Selected[], config: Selections): readonly Result[] {
  const objects = texts.flatMap((text) => text.objects);
  return [
    ...globSlips(texts, config),
    ...prefixSlips(texts, config),
    ...selectorSlips(
      {
        objects,
        labels: texts.flatMap((text) => text.labels),
        isMatched: (selector) => texts.some(({ matched }) => matched.has(selector)),
      },
      { included: config.resources.include.length, selectors: selectorsOf(config) },
    ),
    ...builtInSlips(objects, config),
  ];
}

function selectorsOf({ resources: { include, exclude } }: Selections): readonly ResourceSelector[] {
  return [...include, ...exclude];
}

/** What may be opted out in an object. */
interface Annotated extends Pick<ResourceImages, "resource" | "fields" | "likely" | "flaws" | "skipped"> {
  /** What results name, and the path there; absent for the object itself. */
  readonly within?: { readonly resource: Resource; readonly path: string };
}

/** The same of the objects within an object. */
function slipsWithin(images: ResourceImages): readonly Result[] {
  const { resource, objects = [] } = images;
  const annotated = objects.filter(
    ({ resource: { annotations }, skipped }) =>
      skipped === undefined && [...annotations.keys()].some((key) => sign.test(key)),
  );
  if (annotated.length === 0) return [];
  const paths = new Set(annotated.map(({ path }) => path));
  const fields = byObject(images.fields, paths);
  const likely = byObject(images.likely, paths);
  const flaws = byObject(images.flaws, paths);
  return annotated.flatMap((object) => {
    const placed = <Placed extends { readonly path: string }>(
      all: readonly Placed[] = [],
    ): readonly Placed[] => all.map((each) => ({ ...each, path: pathWithin(object, each.path) }));
    return annotationSlips({
      resource: object.resource,
      fields: placed(fields.get(object.path)),
      likely: placed(likely.get(object.path)),
      flaws: placed(flaws.get(object.path)),
      within: { resource, path: object.path },
    });
  });
}

/** What stands in objects, by the paths of those. */
function byObject<Placed extends { readonly path: string }>(
  all: readonly Placed[],
  paths: ReadonlySet<string>,
): ReadonlyMap<string, readonly Placed[]> {
  const known = new Map<string, Placed[]>();
  for (const each of all) {
    for (const { index } of each.path.matchAll(/[.[]/g)) {
      const path = each.path.slice(0, index);
      if (!paths.has(path)) continue;
      appendTo(known, path, each);
    }
  }
  return known;
}

function annotationSlips({ resource, fields, likely, flaws, skipped, within }: Annotated): readonly Result[] {
  const images = [...fields, ...likely];
  if (skipped !== undefined || images.length === 0) return [];
  const tell = (key: string, message: string): Result => {
    const path = `metadata.annotations["${key}"]`;
    const place =
      within === undefined
        ? { resource, path }
        : { resource: within.resource, path: `${within.path}.${path}` };
    return resultAt(place, { severity: "warning", message });
  };
  return [...resource.annotations].flatMap(([key, value]) => {
    if (key !== skipAnnotation) {
      const isMeantSo = sign.test(key) && /skip|ignore/i.test(key);
      return isMeantSo ? [tell(key, `opts nothing out: did you mean \`${skipAnnotation}\`?`)] : [];
    }
    const written = value.split(/[\s,]+/, NAMES_MAX);
    // Each is held against all.
    if (written.length * images.length > COMPARISONS_MAX) return [];
    let known: readonly string[] | undefined;
    return written.flatMap((name) => {
      if (name === "" || /^(?:false|no|off|0)$/i.test(name)) return [];
      const names = new Set([name, name.replaceAll("/", ".")]);
      if ([...images, ...flaws].some((each) => isNamed(each, names))) return [];
      if (/^(?:true|yes|on|1)$/i.test(name))
        return [tell(key, `${quote(name)} opts nothing out: write "true", in lower case and in quotes`)];
      known ??= namesOf(images);
      return [
        tell(key, `${quote(name)} is no container and no field with an image here: ${advice(name, known)}`),
      ];
    });
  });
}

/** By what an annotation can name some fields. */
function namesOf(images: readonly ImageField[]): readonly string[] {
  return [...new Set([...images.flatMap(({ owner }) => owner ?? []), ...images.map(({ path }) => path)])];
}

function advice(name: string, known: readonly string[]): string {
  const nearest = nearestName(name, known);
  return nearest === undefined ? "nothing is opted out by it" : `did you mean ${quote(nearest)}?`;
}

function globSlips(texts: readonly Selected[], { include, exclude }: Selections): readonly Result[] {
  if (include.length + exclude.length === 0) return [];
  const parsed = (values: readonly string[]): readonly ImageReference[] =>
    [...new Set(values)].flatMap((value) => parseIfImage(value) ?? []);
  const images = parsed(texts.flatMap((text) => text.images));
  const all = [...images, ...parsed(texts.flatMap((text) => text.encoded))];
  if (images.length === 0) return [];
  const names = [...new Set(images.flatMap(prefixesOf))].slice(0, NAMES_MAX);
  const letters = names.reduce((sum, { length }) => sum + length, 0);
  let left = LETTERS_MAX;
  /** The nearest name, until too many letters were held against each other. */
  const nearestTo = (glob: string): string | undefined => {
    left -= glob.length * letters;
    const bare = bareOf(glob);
    const nearest = left < 0 ? undefined : (nearestName(bare, names) ?? ofLastPart(bare, names));
    // A name alone is no image that has a tag.
    return nearest === undefined || nearest.endsWith("*") ? nearest : `${nearest}:*`;
  };
  const none =
    images.length === 1
      ? "does not match the image here"
      : `matches none of the ${images.length} images here`;
  return [
    ...unmatchedGlobs(include, all).map((glob) => {
      const nearest = nearestTo(glob);
      const hint = nearest === undefined ? "" : `: did you mean ${quote(nearest)}?`;
      return warning(`${quote(glob)} of \`include\` ${none}${hint}`);
    }),
    // What is shared by many packages excludes what some of them do not have: only what is near is a slip.
    ...unmatchedGlobs(exclude, all).flatMap((glob) => {
      const nearest = nearestTo(glob);
      if (nearest === undefined || !isNearly(bareOf(glob), bareOf(nearest))) return [];
      return [warning(`${quote(glob)} of \`exclude\` ${none}: did you mean ${quote(nearest)}?`)];
    }),
  ];
}

/** Prefixes that no image begins with, and one nearly does. */
function prefixSlips(texts: readonly Selected[], { skipPrefixes }: Selections): readonly Result[] {
  if (skipPrefixes.length === 0) return [];
  const images = [...new Set(texts.flatMap(({ images, encoded }) => [...images, ...encoded]))];
  const names = [...new Set(texts.flatMap((text) => text.images).flatMap(beginningsOf))].slice(0, NAMES_MAX);
  return skipPrefixes.slice(0, PREFIXES_MAX).flatMap((prefix) => {
    const begins = (beginning: string): boolean => images.some((image) => image.startsWith(beginning));
    if (begins(prefix)) return [];
    const bare = prefix.replace(/^\w+:\/\//, "").replace(/\*+$/, "");
    const isBeginning = bare !== prefix && begins(bare);
    const nearest = isBeginning ? bare : nearestName(bare, names);
    if (nearest === undefined || !isSlip(bare, nearest)) return [];
    return [
      warning(`${quote(prefix)} of \`skipPrefixes\` begins no image here: did you mean ${quote(nearest)}?`),
    ];
  });
}

/** `ghcr.io`, `ghcr.io/`, `ghcr.io/acme/` and the image itself. */
function beginningsOf(image: string): readonly string[] {
  const parts = image.split("/");
  const folders = parts.slice(1).map((_, at) => `${parts.slice(0, at + 1).join("/")}/`);
  return [...parts.slice(0, 1), ...folders, image];
}

function bareOf(glob: string): string {
  return glob.replace(/^\w+:\/\//, "").replace(/:\*$/, "");
}

/** Whether a glob is nearly another; one for another tag of an image is meant as it is. */
function isNearly(bare: string, nearest: string): boolean {
  return nearest.startsWith("*/") || (!bare.startsWith(`${nearest}:`) && isSlip(bare, nearest));
}

/** `*` and the name of an image for its last part, by which alone nothing is meant. */
function ofLastPart(bare: string, names: readonly string[]): string | undefined {
  const last = bare.replace(/:.*$/, "");
  return names.some((name) => name.endsWith(`/${last}`)) ? `*/${last}` : undefined;
}

const PREFIXES_MAX = 100;
const COMPARISONS_MAX = 2_000;
const WORK_MAX = 100_000;
const LETTERS_MAX = 50_000_000;
const NAMES_MAX = 1000;

function valuesOf(fields: readonly ImageField[]): readonly string[] {
  return [...new Set(fields.flatMap(({ value }) => value ?? []))];
}

/** What a glob for an image may look like: its name, and `ghcr.io/acme/*` with all that stands above it. */
function prefixesOf(image: ImageReference): readonly string[] {
  return [image.name, `${image.registry}/${image.repository}`].flatMap((name) => {
    const parts = name.split("/");
    return [name, ...parts.slice(1).map((_, at) => `${parts.slice(0, at + 1).join("/")}/*`)];
  });
}

function warning(message: string): Result {
  return { message, severity: "warning" };
}
