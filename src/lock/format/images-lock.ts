/**
 * The lock of imgpkg and kbld: what each image was resolved to, and in an annotation how it had been written.
 *
 * https://carvel.dev/imgpkg/docs/latest/resources/#imageslock-configuration
 */

import { safeParseReference } from "../../image/reference.ts";
import { type Resource, readResource } from "../../krm/resource.ts";
import { quote } from "../../text/quote.ts";
import { childOf, dereference, elementsOf, kindOf, scalarType, startOf } from "../../yaml/node.ts";
import type { YamlNode, YamlText } from "../../yaml/scan.ts";
import { collectProblems, describeNode, disagreements, type LockProblem, textOf } from "./lock-problem.ts";
import type { LockedImage } from "./locked-image.ts";

/** The resolutions in an ImagesLock, and what is wrong with it: then nothing may be done by it. */
export interface ReadImagesLock {
  readonly images: readonly LockedImage[];
  readonly problems: readonly LockProblem[];
}

/** True for the lock of imgpkg and kbld. */
export function isImagesLock({ kind, group }: Pick<Resource, "kind" | "group">): boolean {
  return kind === "ImagesLock" && group === "imgpkg.carvel.dev";
}

/** Reads an ImagesLock. Images of which it does not say how they were written are of no use, and left out. */
export function readImagesLock(yaml: YamlText, node: YamlNode): ReadImagesLock {
  const { problems, tell } = collectProblems(yaml);
  const { apiVersion } = readResource(yaml, node);
  if (apiVersion !== lockApiVersion) {
    const message = `an ImagesLock must be of \`${lockApiVersion}\`, but this one is of ${quote(apiVersion)}`;
    tell({ path: "apiVersion", node: childOf(yaml, node, "apiVersion") ?? node, message });
    return { images: [], problems };
  }
  const list = childOf(yaml, node, "images");
  if (list === undefined || scalarType(yaml, list) === "null") return { images: [], problems };
  if (kindOf(yaml, list) !== "sequence") {
    const message = `\`images\` must be a list of images, but is ${describeNode(yaml, list)}`;
    tell({ path: "images", node: list, message });
    return { images: [], problems };
  }
  const images = elementsOf(yaml, list).flatMap((element, index) => {
    const place = { path: `images[${index}].image`, node: dereference(yaml, element) };
    return readImage(yaml, place, tell);
  });
  for (const { image, message } of disagreements(images)) {
    tell({ path: "images", node: image.node, message });
  }
  return { images, problems };
}

const lockApiVersion = "imgpkg.carvel.dev/v1alpha1";
const originalKey = "kbld.carvel.dev/id";

interface FoundImage extends LockedImage {
  readonly node: YamlNode;
}

function readImage(
  yaml: YamlText,
  { path, node }: Pick<LockProblem, "path" | "node">,
  tell: (problem: LockProblem) => void,
): readonly FoundImage[] {
  const image = childOf(yaml, node, "image");
  const text = image === undefined ? undefined : textOf(yaml, image);
  if (image === undefined || text === undefined) {
    const found = image === undefined ? "missing" : describeNode(yaml, image);
    tell({ path, node, message: `\`image\` must be an image with its digest, but is ${found}` });
    return [];
  }
  const resolved = safeParseReference(text);
  if (resolved instanceof Error || resolved.digest === undefined) {
    const found = resolved instanceof Error ? resolved.message : `${quote(text)} has none`;
    tell({ path, node: image, message: `\`image\` must be an image with its digest: ${found}` });
    return [];
  }
  const original = childOf(yaml, childOf(yaml, node, "annotations"), originalKey);
  const written = original === undefined ? undefined : safeParseReference(textOf(yaml, original) ?? "");
  // kbld takes any text for an image that it builds, and repeats what had a digest before.
  if (written === undefined || written instanceof Error || written.digest !== undefined) return [];
  return [{ reference: written, digest: resolved.digest, node: image, at: startOf(yaml, image) }];
}
