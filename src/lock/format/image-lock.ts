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
import { type Resource, readResource } from "../../krm/resource.ts";
import { quote } from "../../text/quote.ts";
import {
  childOf,
  entriesOf,
  isMergeKey,
  kindOf,
  lastEventOf,
  scalarType,
  valuesOf,
} from "../../yaml/node.ts";
import type { YamlNode, YamlText } from "../../yaml/scan.ts";
import { lastUpTo } from "../../yaml/sorted-offsets.ts";
import { type LockEntry, type Reading, readEntry } from "./lock-entry.ts";
import { collectProblems, describeNode, disagreements, type LockProblem } from "./lock-problem.ts";

/** A lock in a text, as it stands there. */
export interface ImageLock {
  readonly yaml: YamlText;
  readonly resource: Resource;
  /** The value of `images`; absent where the key is. */
  readonly images?: YamlNode;
  readonly entries: readonly LockEntry[];
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
