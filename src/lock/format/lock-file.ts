/** A lock in a file of its own, ours or that of imgpkg and kbld. */

import { isImageLock, type Resource, readResource } from "../../krm/resource.ts";
import { printable } from "../../text/printable.ts";
import { kindOf, rootOf, scalarType, startOf } from "../../yaml/node.ts";
import { placeFinder } from "../../yaml/place.ts";
import { scan, type YamlText } from "../../yaml/scan.ts";
import { YamlSyntaxError } from "../../yaml/syntax-error.ts";
import { type ImageLock, readImageLock } from "./image-lock.ts";
import { isImagesLock, readImagesLock } from "./images-lock.ts";
import { LockFileError } from "./lock-file-error.ts";
import { describeNode, type LockProblem } from "./lock-problem.ts";
import type { LockedImage } from "./locked-image.ts";

/** What a file of a lock holds. */
export type LockFile =
  /** Ours, which can be added to. */
  | { readonly kind: "ImageLock"; readonly lock: ImageLock; readonly images: readonly LockedImage[] }
  /** Another tool's, which is only read. */
  | { readonly kind: "ImagesLock"; readonly images: readonly LockedImage[] }
  /** Nothing but white space and comments. */
  | { readonly kind: "empty"; readonly images: readonly [] };

/**
 * Reads the text of a lock file, which messages call by a name where there is one.
 *
 * @throws {LockFileError} where it is not exactly one lock without faults.
 */
export async function readLockFile(text: string, name?: string): Promise<LockFile> {
  const file = name === undefined ? "" : `${JSON.stringify(name)}, `;
  const yaml = scanFile(text, file);
  const roots = yaml.documents.map(rootOf).filter((root) => scalarType(yaml, root) !== "null");
  const [root, second] = roots;
  if (root === undefined) return { kind: "empty", images: [] };
  if (second !== undefined) {
    throw refusal(yaml, file, { node: second, message: "a lock must be the only document of its file" });
  }
  const resource = readResource(yaml, root);
  if (isImageLock(resource)) {
    const { lock, problems } = readImageLock(yaml, root);
    refuse(yaml, file, problems);
    return { kind: "ImageLock", lock, images: lock.entries };
  }
  if (isImagesLock(resource)) {
    const { images, problems } = readImagesLock(yaml, root);
    refuse(yaml, file, problems);
    return { kind: "ImagesLock", images };
  }
  const message = `a lock must be an ImageLock of fn.kpt.dev or an ImagesLock of imgpkg.carvel.dev, but ${whatIs(yaml, resource)}`;
  throw refusal(yaml, file, { node: root, message });
}

function whatIs(yaml: YamlText, { node, kind, apiVersion }: Resource): string {
  if (kindOf(yaml, node) !== "mapping") return `it is ${describeNode(yaml, node)}`;
  if (kind === "") return "it has no `kind`";
  const isOurs = kind === "ImageLock" || kind === "ImagesLock";
  return `it is ${JSON.stringify(kind)}${isOurs ? ` of ${JSON.stringify(apiVersion)}` : ""}`;
}

function scanFile(text: string, file: string): YamlText {
  try {
    return scan(text);
  } catch (error) {
    if (!(error instanceof YamlSyntaxError)) throw error;
    const { line, column, reason } = error;
    const fault = { position: { line, column }, message: `a lock must be YAML or JSON: ${reason}` };
    throw new LockFileError(`${file}a lock must be YAML or JSON: ${error.message}`, [fault], {
      cause: error,
    });
  }
}

function refuse(yaml: YamlText, file: string, problems: readonly LockProblem[]): void {
  if (problems.length > 0) throw refusal(yaml, file, ...problems);
}

/** An error that names each place in words, and knows it, too. */
function refusal(
  yaml: YamlText,
  file: string,
  ...problems: readonly (Pick<LockProblem, "node" | "message"> & Partial<LockProblem>)[]
): LockFileError {
  const place = placeFinder(yaml.source);
  const faults = problems.map(({ path, message, node }) => ({
    position: place(startOf(yaml, node) ?? 0),
    message: path === undefined ? message : `${path}: ${message}`,
    separator: path === undefined ? ":" : ",",
  }));
  const lines = faults.map(({ position: { line, column }, message, separator }) =>
    printable(`${file}line ${line}, column ${column}${separator} ${message}`),
  );
  return new LockFileError(
    lines.join("\n"),
    faults.map(({ position, message }) => ({ position, message })),
  );
}
