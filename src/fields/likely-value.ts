/** What the text of a value tells, whatever its key is. */
import { parseIfImage } from "../image/likely-reference.ts";

/** True for a text whose first part names a registry: by a dot, a port, or as the machine's own. */
export function namesHost(text: string): boolean {
  const host = text.slice(0, Math.max(0, text.indexOf("/")));
  return host === "localhost" || /[.:]/.test(host);
}

/** True for a name with a tag or a digest behind it. */
export function isWhole(text: string): boolean {
  return text.includes("@") || text.includes(":", text.lastIndexOf("/") + 1);
}

/** True for a reference with a tag or a digest. */
export function isReference(text: string): boolean {
  return isWhole(text) && parseIfImage(text) !== undefined;
}

/** True for a reference that names its registry, and has a tag or a digest. */
export function isQualified(text: string): boolean {
  if (!namesHost(text)) return false;
  const image = parseIfImage(text);
  return image !== undefined && (image.tag !== undefined || image.digest !== undefined);
}

/**
 * True for a short name with a path, and a tag that is a version and no port: `acme/app:v1`. Next to nothing but an image is
 * written so.
 */
export function isVersioned(text: string): boolean {
  return versioned.test(text);
}

const versioned =
  /^[a-z0-9][a-z0-9_-]{0,99}(?:\/[a-z0-9][a-z0-9._-]{0,99}){1,9}:(?:v?\d(?=[\w.-]*[A-Za-z._-]|(?<=v\d))[\w.-]{0,120}|edge|latest|main|master|nightly|stable)$/;

/** True for a name without a path, and a version of two numbers or more: `python:3.12`. It may be much else but an image. */
export function isVersionedWord(text: string): boolean {
  return versionedWord.test(text);
}

const versionedWord = /^[a-z][a-z0-9_-]{0,99}:(?:v?\d{1,9}\.\d[\w.-]{0,99}|latest)$/;

/**
 * What else a short name may mean under the key of an image: `llama3.1:8b` is a model by its size, and what a virtual machine
 * has is mostly a disk.
 */
export function otherMeaning(text: string, kind: string): string | undefined {
  if (text.includes("/")) return undefined;
  if (sized.test(text)) return "it reads as the name of a model and its size";
  return machineKind.test(kind) ? `in a ${kind}, it may be the name of a disk` : undefined;
}

const sized = /^[a-z][\w.-]{0,99}:\d{1,4}(?:\.\d{1,3})?[bm](?:-[\w.-]{0,99})?$/;
const machineKind = /(?:VirtualMachine|VM|Machine)(?:Class|Config|Instance|Pool|Set|Template)?$/;

/** True for a name in a registry that keeps images and little else, not only the part before it. */
export function namesImages(text: string): boolean {
  return ofImages.test(text);
}

const ofImages =
  /^(?:[\w-]+\.)*(?:docker\.io|quay\.io|ghcr\.io|gcr\.io|nvcr\.io|icr\.io|azurecr\.io|k8s\.io|pkg\.dev|mcr\.microsoft\.com|registry\.redhat\.io|public\.ecr\.aws|dkr\.ecr\.[\w-]+\.amazonaws\.com)\/[^/]+\/[^/]/;

/**
 * True for a text that would be such a reference but for its spelling, such as `ghcr.io/Acme/App:1`, or one with white space
 * around it or a comment behind it, which in quotes and block scalars is none.
 */
export function isMisspelt(text: string): boolean {
  const comment = text.search(/\s#/);
  const written = (comment === -1 ? text : text.slice(0, comment)).trim();
  return nearlyReference.test(written) && namesHost(written) && parseIfImage(text) === undefined;
}

// No scheme, and a tag or a digest, whatever is in them.
const nearlyReference = /^(?!\w+:\/\/)[\w.+~@:/-]*\/[\w.+~-]+[:@][\w.+~@:-]*$/;
