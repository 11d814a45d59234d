/** What is known of the images that moved, before and after: it is read from their configurations, by GET. */
import { isDigest } from "../image/digest.ts";
import { type ImageReference, safeParseReference } from "../image/reference.ts";
import type { Result } from "../krm/result.ts";
import { RegistryError } from "../registry/errors.ts";
import type { Content, ContentRequest } from "../registry/inspection.ts";
import { parseJson } from "../text/json.ts";

/** What an image says of itself. */
export interface ImageVersion {
  readonly version?: string;
  /** When it was built, in milliseconds. */
  readonly created?: number;
  readonly source?: string;
  readonly revision?: string;
  readonly platforms: readonly string[];
}

/** What images say of themselves, by their text with the digest. */
export type Versions = ReadonlyMap<string, ImageVersion>;

/** Reads something of the repository of an image. */
type Read = (image: ImageReference, wanted: ContentRequest) => Promise<Content | undefined>;

/** Reads the versions of images that moved; what can't be read is left out, since a report is no reason to fail. */
export async function versionsOf(results: readonly Result[], read: Read): Promise<Versions> {
  const texts = new Set(results.flatMap((result) => movedTexts(result)));
  const known = await Promise.all(
    [...texts].map(async (text): Promise<readonly [string, ImageVersion][]> => {
      const image = safeParseReference(text);
      if (image instanceof Error || image.digest === undefined) return [];
      const version = await readVersion(image, image.digest, read);
      return version === undefined ? [] : [[text, version]];
    }),
  );
  return new Map(known.flat());
}

/** The image before and after, where a result is about one that moved. */
function movedTexts({ field }: Result): readonly string[] {
  const { currentValue: from = "", proposedValue: to = "" } = field ?? {};
  return from !== to && from.includes("@sha") && to.includes("@sha") ? [from, to] : [];
}

async function readVersion(
  image: ImageReference,
  digest: string,
  read: Read,
): Promise<ImageVersion | undefined> {
  try {
    const top = await readJson(image, { part: "manifests", reference: digest }, { read, see: seeManifest });
    const child = { part: "manifests", reference: top.child ?? "" } as const;
    const manifest = top.child === undefined ? top : await readJson(image, child, { read, see: seeManifest });
    const config = await readJson(
      image,
      { part: "blobs", reference: manifest.config },
      { read, see: seeConfig },
    );
    const labels = { ...top.labels, ...manifest.labels, ...config.labels };
    const created = Date.parse(config.created ?? labels.created ?? "");
    const { version, source, revision } = labels;
    return {
      ...(version !== undefined && { version }),
      ...(created > 0 && { created }),
      ...(source !== undefined && { source }),
      ...(revision !== undefined && { revision }),
      platforms: top.platforms.length > 0 ? top.platforms : config.platforms,
    };
  } catch (error) {
    // The registry does not show it, or shows something else than JSON.
    if (error instanceof RegistryError || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** How something is read, and what is kept of it: all of it may be long, and others are asked for meanwhile. */
interface Reading<Seen> {
  readonly read: Read;
  readonly see: (value: JsonRecord) => Seen;
}

async function readJson<Seen>(
  image: ImageReference,
  wanted: ContentRequest,
  { read, see }: Reading<Seen>,
): Promise<Seen> {
  const content = wanted.reference === "" ? undefined : await read(image, wanted);
  if (content === undefined) throw new SyntaxError("there is nothing to read");
  return see(recordOf(parseJson(new TextDecoder().decode(content.body))));
}

/** What labels say of an image. */
type Labels = { readonly [name in (typeof LABELS)[number]]?: string };

const LABELS = ["version", "created", "source", "revision"] as const;

function labelsIn(value: unknown): Labels {
  const labels = recordOf(value);
  return Object.fromEntries(
    LABELS.flatMap((name) => {
      const text = textOf(labels[`org.opencontainers.image.${name}`]);
      return text === undefined ? [] : [[name, text]];
    }),
  );
}

/** What counts of a manifest or of an index. */
interface SeenManifest {
  /** The digest of the image of an index that speaks for all. */
  readonly child: string | undefined;
  readonly config: string;
  readonly labels: Labels;
  readonly platforms: readonly string[];
}

function seeManifest({ manifests, config, annotations }: JsonRecord): SeenManifest {
  const children = recordsOf(manifests).filter(({ platform }) => isPlatform(platform));
  const child =
    children.find(({ platform }) => platformName(recordOf(platform)) === "linux/amd64") ?? children[0];
  return {
    child: child && digestOf(child.digest),
    config: digestOf(recordOf(config).digest),
    labels: labelsIn(annotations),
    platforms: platformNames(children.map(({ platform }) => platform)),
  };
}

/** What counts of a configuration. */
interface SeenConfig {
  readonly created: string | undefined;
  readonly labels: Labels;
  readonly platforms: readonly string[];
}

function seeConfig(config: JsonRecord): SeenConfig {
  const labels = labelsIn(recordOf(config.config).Labels);
  return { created: textOf(config.created), labels, platforms: platformNames([config]) };
}

type JsonRecord = Readonly<Record<string, unknown>>;

function recordOf(value: unknown): JsonRecord {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};
}

function recordsOf(value: unknown): readonly JsonRecord[] {
  return Array.isArray(value) ? value.map(recordOf) : [];
}

/** A text that is neither empty nor longer than one to be shown. */
function textOf(value: unknown): string | undefined {
  const isText = typeof value === "string" && value !== "" && value.length <= TEXT_LENGTH_MAX;
  return isText ? value : undefined;
}

const TEXT_LENGTH_MAX = 1_024;

/** What a digest asks for is checked by it; "" for anything else. */
function digestOf(value: unknown): string {
  return typeof value === "string" && isDigest(value) ? value : "";
}

/** Attestations stand in an index as images of an unknown platform. */
function isPlatform(value: unknown): boolean {
  const { os, architecture } = recordOf(value);
  return textOf(os) !== undefined && os !== "unknown" && textOf(architecture) !== undefined;
}

// More than any image has; a registry may name as many as an answer holds.
const PLATFORMS_MAX = 64;

function platformNames(platforms: readonly unknown[]): readonly string[] {
  return [...new Set(platforms.map((each) => platformName(recordOf(each))))].slice(0, PLATFORMS_MAX);
}

function platformName({ os, architecture, variant }: JsonRecord): string {
  return [os, architecture, variant].flatMap((part) => textOf(part) ?? []).join("/");
}
