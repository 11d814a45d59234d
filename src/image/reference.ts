// reference := name [":" tag] ["@" digest]
// name      := [registry "/"] repository
//
// What comes before the first "/" is the registry where it is "localhost" or holds a ".", a ":" or an
// upper-case letter; else the name is one of Docker Hub's.
// https://github.com/distribution/reference/blob/v0.6.0/reference.go
// https://github.com/distribution/reference/blob/v0.6.0/normalize.go

import { firstInvisible, withoutInvisible } from "../text/invisible.ts";
import { ownText } from "../text/own-text.ts";
import { quote, shorten } from "../text/quote.ts";
import { type Digest, InvalidDigestError, parseDigest } from "./digest.ts";
import { registryProblem, repositoryProblem, tagProblem } from "./grammar.ts";
import { dockerHub, isDockerHubPrefix } from "./registry-host.ts";

/** An image reference, as written and as the registries understand it. */
export interface ImageReference {
  /** Exactly as written. */
  readonly text: string;
  /** The name as written: the text without tag and digest. */
  readonly name: string;
  /** The registry that keeps the image, in lower case: `docker.io` for `nginx`. */
  readonly registry: string;
  /** The repository in that registry: `library/nginx` for `nginx`. */
  readonly repository: string;
  /** As written; absent where none is. */
  readonly tag?: string;
  /** As written; absent where none is. */
  readonly digest?: Digest;
}

/**
 * Reads an image reference as the kubelet does, or throws an InvalidReferenceError.
 * One name that the kubelet's library accepts is refused: a registry with "_" in it, which it takes for no registry at all.
 */
export function parseReference(text: string): ImageReference {
  refuseForeignText(text);
  const { name, tag, digest } = splitReference(text);
  const { registry, repository } = splitName(name);
  refuse("registry", registryProblem(registry));
  checkRepository(repository, text);
  if (tag !== undefined) refuse("tag", tagProblem(tag));
  return {
    text,
    name,
    registry: registry.toLowerCase(),
    repository,
    ...(tag !== undefined && { tag }),
    ...(digest !== undefined && { digest: checkDigest(digest) }),
  };
}

/** As {@link parseReference}, for those who go on either way: why a text is no reference is returned. */
export function safeParseReference(text: string): ImageReference | InvalidReferenceError {
  const known = readBefore.get(text);
  if (known !== undefined) return known;
  if (text.length > 512) return readNow(text);
  const copy = ownText(text);
  const read = readNow(copy);
  if (readBefore.size === 4096) readBefore.clear();
  readBefore.set(copy, read);
  return read;
}

// A package names the same images again and again.
const readBefore = new Map<string, ImageReference | InvalidReferenceError>();

function readNow(text: string): ImageReference | InvalidReferenceError {
  try {
    return parseReference(text);
  } catch (error) {
    if (error instanceof InvalidReferenceError) return error;
    throw error;
  }
}

/**
 * The one name of all the ways to write an image: `docker.io/library/nginx:latest` for `nginx`.
 * A digest is not part of it.
 */
export function canonicalName(reference: ImageReference): string {
  return `${reference.registry}/${reference.repository}:${reference.tag ?? "latest"}`;
}

/** The parts of a reference's text. */
export interface ReferenceParts {
  readonly name: string;
  readonly tag?: string | undefined;
  readonly digest?: Digest | undefined;
}

/** Writes a reference from its parts. */
export function formatReference({ name, tag, digest }: ReferenceParts): string {
  return `${name}${tag === undefined ? "" : `:${tag}`}${digest === undefined ? "" : `@${digest}`}`;
}

/** The text of a reference without its digest. */
export function textWithoutDigest({ name, tag }: Pick<ImageReference, "name" | "tag">): string {
  return formatReference({ name, tag });
}

/** The reference that has no digest and is the same otherwise. */
export function withoutDigest(image: ImageReference): ImageReference {
  return image.digest === undefined ? image : parseReference(textWithoutDigest(image));
}

/**
 * Says so where the first part of a name is a registry only because it holds an upper-case letter: `Org/app` is
 * mostly an owner on Docker Hub written wrongly. The grammar accepts it, so a person learns of it only when nothing answers.
 */
export function explainRegistry(reference: ImageReference): string | undefined {
  const first = reference.name.slice(0, reference.name.indexOf("/"));
  if (!hasUpperCase(first) || /[.:]/.test(first) || first.toLowerCase() === "localhost") return undefined;
  const { repository, tag, digest } = reference;
  const name = `${first.toLowerCase()}/${repository}`;
  const parts = { name, tag, digest };
  return `${quote(first)} counts as a registry because of its upper case${suggest(formatReference(parts))}`;
}

/** Why a text is not an image reference. */
export type InvalidReferenceCode =
  | "upper-case"
  | "invisible"
  | "scheme"
  | "white-space"
  | "tag"
  | "digest"
  | "too-long"
  | "hexadecimal"
  | "registry"
  | "format";

/** A text that is not an image reference; the message says why, what to write, and starts with the kubelet's own words. */
export class InvalidReferenceError extends Error {
  override readonly name = "InvalidReferenceError";
  readonly code: InvalidReferenceCode;

  constructor(code: InvalidReferenceCode, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}

const TEXT_LENGTH_MAX = 4096;
const REPOSITORY_LENGTH_MAX = 255;

const SCHEME = /^\s*(?<scheme>[A-Za-z][A-Za-z0-9+.-]*:\/\/)/;
const IDENTIFIER = /^[a-f0-9]{64}$/;

function refuseForeignText(text: string): void {
  if (text.length > TEXT_LENGTH_MAX) {
    const message = `invalid reference format: an image has at most ${TEXT_LENGTH_MAX} characters, not ${text.length}`;
    throw new InvalidReferenceError("too-long", message);
  }
  const invisible = firstInvisible(text);
  if (invisible !== undefined) {
    const message = `invalid reference format: ${invisible}, which can't be seen${suggest(withoutInvisible(text))}`;
    throw new InvalidReferenceError("invisible", message);
  }
  const scheme = SCHEME.exec(text)?.groups?.scheme;
  if (scheme !== undefined) {
    const bare = text.trim().slice(scheme.length);
    const message = `invalid reference format: an image has no ${quote(scheme)} before it${suggest(bare)}`;
    throw new InvalidReferenceError("scheme", message);
  }
  if (text.trim() !== text) {
    const message = `invalid reference format: white space before or after the image${suggest(text.trim())}`;
    throw new InvalidReferenceError("white-space", message);
  }
  if (/\s/.test(text)) {
    throw new InvalidReferenceError("white-space", "invalid reference format: white space inside the image");
  }
  if (IDENTIFIER.test(text)) {
    const message =
      `invalid repository name (${text}), cannot specify 64-byte hexadecimal strings: ` +
      `write "name@sha256:…" with the name of the image that has this digest`;
    throw new InvalidReferenceError("hexadecimal", message);
  }
}

interface SplitReference {
  readonly name: string;
  readonly tag: string | undefined;
  readonly digest: string | undefined;
}

function splitReference(text: string): SplitReference {
  const [head, digest] = cut(text, text.indexOf("@"));
  const [name, tag] = cut(head, head.indexOf(":", head.lastIndexOf("/") + 1));
  return { name, tag, digest };
}

function cut(text: string, index: number): readonly [string, string | undefined] {
  return index < 0 ? [text, undefined] : [text.slice(0, index), text.slice(index + 1)];
}

interface SplitName {
  readonly registry: string;
  readonly repository: string;
}

function splitName(name: string): SplitName {
  const [first, rest] = cut(name, name.indexOf("/"));
  if (rest === undefined) return { registry: dockerHub, repository: `library/${first}` };
  if (isDockerHubPrefix(first)) {
    return { registry: dockerHub, repository: rest.includes("/") ? rest : `library/${rest}` };
  }
  const isRegistry = first === "localhost" || /[.:]/.test(first) || hasUpperCase(first);
  return isRegistry ? { registry: first, repository: rest } : { registry: dockerHub, repository: name };
}

function checkRepository(repository: string, text: string): void {
  if (hasUpperCase(repository)) {
    const message = `invalid reference format: repository name (${shorten(repository)}) must be lowercase`;
    throw new InvalidReferenceError("upper-case", message + suggest(lowerCaseName(text)));
  }
  refuse("format", repositoryProblem(repository));
  if (repository.length > REPOSITORY_LENGTH_MAX) {
    const message = `repository name must not be more than ${REPOSITORY_LENGTH_MAX} characters: it has ${repository.length}`;
    throw new InvalidReferenceError("too-long", message);
  }
}

function refuse(code: InvalidReferenceCode, problem: string | undefined): void {
  if (problem !== undefined) throw new InvalidReferenceError(code, `invalid reference format: ${problem}`);
}

function checkDigest(text: string): Digest {
  try {
    return parseDigest(text);
  } catch (error) {
    if (!(error instanceof InvalidDigestError)) throw error;
    const message =
      error.code === "format" ? `invalid reference format: ${explainBadDigest(text)}` : error.message;
    throw new InvalidReferenceError("digest", message, { cause: error });
  }
}

function explainBadDigest(text: string): string {
  if (text === "") return `there is no digest after "@"`;
  if (/^[^:@]+:[0-9a-fA-F]+:/.test(text)) return `a tag goes before the digest: "name:tag@sha256:…"`;
  return `after "@" goes a digest, "sha256:" and 64 hexadecimal digits, not ${quote(text)}`;
}

function hasUpperCase(text: string): boolean {
  return text.toLowerCase() !== text;
}

function lowerCaseName(text: string): string {
  const { name } = splitReference(text);
  return name.toLowerCase() + text.slice(name.length);
}

/** Proposes a reference only where it is one: advice that fails again is worse than none. */
function suggest(candidate: string): string {
  try {
    return `: write ${JSON.stringify(parseReference(candidate).text)}`;
  } catch (error) {
    if (error instanceof InvalidReferenceError) return "";
    throw error;
  }
}
