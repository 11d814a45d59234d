/**
 * The lock: which digest each tag meant when it was resolved, as a resource that travels with the package.
 *
 *     apiVersion: fn.kpt.dev/v1alpha1
 *     kind: ImageLock
 *     images:
 *       nginx:1.27:
 *         digest: sha256:…
 *         platform: linux/arm64                    # where the digest is that of one platform's manifest
 *         platforms: [linux/amd64, linux/arm64]    # where someone looked
 *         next: {"digest": "sha256:…", "seen": "…"}  # where `minAge` holds back what the tag means by now
 *         evidence: [{"bundle": …}]                # where rules want signatures: what vouches for the digest
 *         evidence: [{"sha256": "…"}]              # or its hash, where it is large: it is in a file beside the lock
 */
import { nearestName } from "../../config/nearest-name.ts";
import { type Digest, InvalidDigestError, isDigest, parseDigest } from "../../image/digest.ts";
import { InvalidPlatformError, parsePlatform } from "../../image/platform.ts";
import {
  type ImageReference,
  InvalidReferenceError,
  parseReference,
  textWithoutDigest,
} from "../../image/reference.ts";
import { type Resource, readResource } from "../../krm/resource.ts";
import { quote } from "../../text/quote.ts";
import {
  behind,
  childOf,
  elementsOf,
  entriesOf,
  isMergeKey,
  keysOf,
  kindOf,
  lastEventOf,
  scalarText,
  scalarType,
  startOf,
  valuesOf,
} from "../../yaml/node.ts";
import type { YamlNode, YamlText } from "../../yaml/scan.ts";
import { lastUpTo } from "../../yaml/sorted-offsets.ts";
import { toValue } from "../../yaml/to-value.ts";
import { type LockedEvidence, readEvidence } from "./evidence.ts";
import { collectProblems, describeNode, disagreements, type LockProblem, textOf } from "./lock-problem.ts";
import type { LockedImage, NextDigest } from "./locked-image.ts";

/** A lock in a text, as it stands there. */
export interface ImageLock {
  readonly yaml: YamlText;
  readonly resource: Resource;
  /** The value of `images`; absent where the key is. */
  readonly images?: YamlNode;
  readonly entries: readonly LockEntry[];
}

/** One entry of a lock and where it stands. */
export interface LockEntry extends LockedImage {
  readonly key: YamlNode;
  readonly value: YamlNode;
}

/** A lock, and what is wrong with it: then nothing may be done by it. */
export interface ReadImageLock {
  readonly lock: ImageLock;
  readonly problems: readonly LockProblem[];
}

/** The only apiVersion of a lock. */
export const lockApiVersion = "fn.kpt.dev/v1alpha1";

/** Reads the lock at a node; what can't be understood is told and left out. */
export function readImageLock(yaml: YamlText, node: YamlNode): ReadImageLock {
  const resource = readResource(yaml, node);
  const { problems, tell } = collectProblems(yaml);
  if (resource.apiVersion !== lockApiVersion) {
    const found = resource.apiVersion === "" ? "has none" : `is of ${quote(resource.apiVersion)}`;
    tell({
      path: "apiVersion",
      node: childOf(yaml, node, "apiVersion") ?? node,
      message: `an ImageLock must be of \`${lockApiVersion}\`, but this one ${found}; \`lock: off\` leaves it alone`,
    });
    return { lock: { yaml, resource, entries: [] }, problems };
  }
  const [images, second] = kindOf(yaml, node) === "mapping" ? valuesOf(yaml, node, "images") : [];
  if (images === undefined) {
    const merge = entriesOf(yaml, resource.node).find(({ key }) => isMergeKey(yaml, key));
    if (merge !== undefined) {
      const message = "`images` must be written out: what a merge key brings in would change in two places";
      tell({ path: "images", node: merge.key, message });
    }
    return { lock: { yaml, resource, entries: [] }, problems };
  }
  if (second !== undefined) {
    tell({ path: "images", node: second, message: "`images` must be there once, but here is another" });
  }
  const shared = sharedNode(yaml, images);
  if (shared !== undefined) {
    const message = "`images` must be written out: an anchor or alias in it would change in two places";
    tell({ path: "images", node: shared, message });
    return { lock: { yaml, resource, images, entries: [] }, problems };
  }
  const entries = readEntries({ yaml, tell }, images);
  for (const { image, message } of disagreements(entries)) {
    tell({ path: `images[${JSON.stringify(image.reference.text)}]`, node: image.key, message });
  }
  return { lock: { yaml, resource, images, entries }, problems };
}

interface Reading {
  readonly yaml: YamlText;
  readonly tell: (problem: LockProblem) => void;
}

/** An alias in a node, or what is anchored in it for one. */
function sharedNode(yaml: YamlText, node: YamlNode): YamlNode | undefined {
  if (yaml.targets.size === 0) return undefined;
  const end = lastEventOf(yaml, node);
  const shared = sharedNodes(yaml);
  const first = shared[lastUpTo(shared, node - 1) + 1];
  return first !== undefined && first <= end ? first : undefined;
}

// A list may hold many locks.
const sharedBefore = new WeakMap<YamlText, readonly YamlNode[]>();

/** Aliases and what they stand for, in the order of the text. */
function sharedNodes(yaml: YamlText): readonly YamlNode[] {
  const known =
    sharedBefore.get(yaml) ?? [...yaml.targets.keys(), ...yaml.anchored].sort((one, other) => one - other);
  sharedBefore.set(yaml, known);
  return known;
}

function readEntries({ yaml, tell }: Reading, images: YamlNode): readonly LockEntry[] {
  if (kindOf(yaml, images) === "mapping") {
    return entriesOf(yaml, images).flatMap(({ key, value }) => readEntry({ yaml, tell }, key, value));
  }
  if (scalarType(yaml, images) !== "null") {
    const message = `\`images\` must be a map from images to their digests, but is ${describeNode(yaml, images)}`;
    tell({ path: "images", node: images, message });
  }
  return [];
}

function readEntry({ yaml, tell }: Reading, key: YamlNode, value: YamlNode): readonly LockEntry[] {
  const text = scalarText(yaml, key);
  const path = `images[${text === undefined ? "?" : JSON.stringify(text)}]`;
  const problems: LockProblem[] = [];
  const reading = {
    yaml,
    tell: (problem: LockProblem): void => {
      problems.push(problem);
      tell(problem);
    },
  };
  const reference = text === undefined ? undefined : readKey(reading, { path, node: key, text });
  if (text === undefined) {
    tell({
      path,
      node: key,
      message: `a key of \`images\` must be an image, but is ${describeNode(yaml, key)}`,
    });
  }
  if (kindOf(yaml, value) !== "mapping") {
    const message = `an entry of \`images\` must be a map with a \`digest\`, but is ${describeNode(yaml, value)}`;
    tell({ path, node: value, message });
    return [];
  }
  checkFields(reading, { path, node: value });
  const digest = readDigest(reading, { path, node: value });
  const platform = childOf(yaml, value, "platform");
  const platforms = childOf(yaml, value, "platforms");
  const forPlatform =
    platform === undefined ? undefined : readPlatform(reading, { path: `${path}.platform`, node: platform });
  const seen =
    platforms === undefined
      ? undefined
      : readPlatforms(reading, { path: `${path}.platforms`, node: platforms });
  const waiting = childOf(yaml, value, "next");
  const next = waiting === undefined ? undefined : readNext(reading, { path: `${path}.next`, node: waiting });
  const kept = childOf(yaml, value, "evidence");
  const evidence =
    kept === undefined ? undefined : readEvidenceAt(reading, { path: `${path}.evidence`, node: kept });
  if (reference === undefined || digest === undefined || problems.length > 0) return [];
  const at = startOf(yaml, childOf(yaml, value, "digest") ?? value);
  return [{ reference, digest, at, platform: forPlatform, platforms: seen, next, evidence, key, value }];
}

const entryFields: readonly string[] = ["digest", "platform", "platforms", "next", "evidence"];

/** An entry may have fields of others, but with a misspelt `platform` the digest of one would count for all. */
function checkFields({ yaml, tell }: Reading, { path, node }: Place): void {
  const seen: string[] = [];
  for (const key of keysOf(yaml, node)) {
    const name = scalarText(yaml, key) ?? "";
    if (entryFields.includes(name)) {
      if (seen.includes(name)) {
        const message = `\`${name}\` must be there once, but here is another`;
        tell({ path: `${path}.${name}`, node: behind(yaml, key), message });
      }
      seen.push(name);
      continue;
    }
    if (isMergeKey(yaml, key)) {
      const message = "an entry of `images` must be written out, but a merge key brings in a part of it";
      tell({ path, node: key, message });
      continue;
    }
    const meant = nearestName(name, ["platform", "platforms"]);
    if (meant === undefined) continue;
    tell({ path, node: key, message: `unknown field ${quote(name)}: did you mean \`${meant}\`?` });
  }
}

interface Place {
  readonly path: string;
  readonly node: YamlNode;
}

function readKey(
  { tell }: Reading,
  { path, node, text }: Place & { text: string },
): ImageReference | undefined {
  try {
    const reference = parseReference(text);
    if (reference.digest === undefined) return reference;
    const message = `a key of \`images\` must be an image as it is written before it has a digest: write ${quote(textWithoutDigest(reference))}`;
    tell({ path, node, message });
  } catch (error) {
    if (!(error instanceof InvalidReferenceError)) throw error;
    tell({ path, node, message: `a key of \`images\` must be an image: ${error.message}` });
  }
  return undefined;
}

function readDigest({ yaml, tell }: Reading, { path, node }: Place): Digest | undefined {
  const [first] = valuesOf(yaml, node, "digest");
  const problem = (at: YamlNode, message: string): undefined => {
    tell({ path: `${path}.digest`, node: at, message: `\`digest\` must ${message}` });
  };
  if (first === undefined) return problem(node, "say what the image meant, but is missing");
  const text = textOf(yaml, first);
  if (text === undefined) {
    return problem(first, `be the text of a digest, but is ${describeNode(yaml, first)}`);
  }
  try {
    return parseDigest(text);
  } catch (error) {
    if (!(error instanceof InvalidDigestError)) throw error;
    return problem(first, `be a digest: ${error.message}`);
  }
}

function readNext({ yaml, tell }: Reading, { path, node }: Place): NextDigest | undefined {
  // Checked: a map or not, of which nothing is known.
  const { digest, seen } = (toValue(yaml, node) ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof digest === "string" && isDigest(digest) && typeof seen === "string" && TIME.test(seen))
    return { digest, seen };
  const message =
    "`next` must have a `digest` and the time at which it was `seen`, such as 2026-11-28T10:00:00Z";
  tell({ path, node, message });
  return undefined;
}

const TIME = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\dZ$/;

function readEvidenceAt(
  { yaml, tell }: Reading,
  { path, node }: Place,
): readonly LockedEvidence[] | undefined {
  const evidence = readEvidence(toValue(yaml, node));
  if (evidence === undefined) {
    const message =
      "`evidence` must be a list of bundles, as a run with `signatures` writes it: `mode: update` writes it anew";
    tell({ path, node, message });
  }
  return evidence;
}

function readPlatforms(reading: Reading, { path, node }: Place): readonly string[] | undefined {
  const { yaml, tell } = reading;
  if (kindOf(yaml, node) === "sequence") {
    return elementsOf(yaml, node).flatMap(
      (element, index) => readPlatform(reading, { path: `${path}[${index}]`, node: element }) ?? [],
    );
  }
  tell({
    path,
    node,
    message: `\`platforms\` must be a list of platforms, but is ${describeNode(yaml, node)}`,
  });
  return undefined;
}

function readPlatform({ yaml, tell }: Reading, { path, node }: Place): string | undefined {
  const text = textOf(yaml, node);
  if (text === undefined) {
    tell({ path, node, message: `a platform must be a text, but is ${describeNode(yaml, node)}` });
    return undefined;
  }
  try {
    return parsePlatform(text).name;
  } catch (error) {
    if (!(error instanceof InvalidPlatformError)) throw error;
    tell({ path, node, message: error.message });
    return undefined;
  }
}
