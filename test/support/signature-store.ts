import { createHash } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";

/** A manifest or a blob, and what a registry calls it. */
interface Stored {
  readonly body: Buffer;
  readonly mediaType: string;
}

/** A layer of what refers to an image. */
export interface Layer {
  readonly body: Buffer | string;
  readonly mediaType: string;
  readonly annotations?: Readonly<Record<string, string>>;
  /** Whether something else is sent for it than its digest says. */
  readonly spoilt?: boolean;
}

/** What a registry serves beside images: manifests that are signatures, their blobs, and who refers to whom. */
export interface SignatureStore {
  /** For `onRequest` of a registry. */
  readonly onRequest: (request: IncomingMessage, response: ServerResponse) => boolean;
  /** Puts a manifest with layers under a tag, as cosign 2 does; more of one tag go into one manifest. */
  tag(repository: string, tag: string, layers: readonly Layer[]): void;
  /** Puts one that refers to a digest, as cosign 3 does. */
  refer(repository: string, digest: string, layer: Layer, artifactType?: string): void;
  /** All that was put there is gone. */
  clear(): void;
}

/** How the referrers of a digest are found. */
export interface StoreOptions {
  readonly referrers: "api" | "tag" | "pages";
}

/** Makes a store that is empty. */
export function createSignatureStore({ referrers }: StoreOptions): SignatureStore {
  const manifests = new Map<string, Stored>();
  const blobs = new Map<string, Buffer>();
  const lists = new Map<string, object[]>();

  function putManifest(
    repository: string,
    artifactType: string | undefined,
    layers: readonly Layer[],
  ): string {
    const described = layers.map(({ body, mediaType, annotations, spoilt }) => {
      const bytes = Buffer.from(body);
      const digest = sha256(bytes);
      blobs.set(`${repository}@${digest}`, spoilt ? Buffer.from("spoilt") : bytes);
      return { mediaType, digest, size: bytes.length, ...(annotations && { annotations }) };
    });
    const body = Buffer.from(
      JSON.stringify({
        schemaVersion: 2,
        mediaType: MANIFEST,
        artifactType,
        config: EMPTY,
        layers: described,
      }),
    );
    manifests.set(`${repository}@${sha256(body)}`, { body, mediaType: MANIFEST });
    return sha256(body);
  }

  function referrersOf(
    key: string,
    page: string | null,
  ): { readonly list: object[]; readonly next?: string } {
    const list = lists.get(key) ?? [];
    if (referrers !== "pages") return { list };
    const start = Number(page ?? "0");
    return {
      list: list.slice(start, start + 1),
      ...(start + 1 < list.length && { next: String(start + 1) }),
    };
  }

  return {
    onRequest({ url = "", method }, response) {
      const { pathname, searchParams } = new URL(url, "http://registry");
      const [, repository = "", part, reference = ""] =
        /^\/v2\/(.+)\/(manifests|blobs|referrers)\/([^/]+)$/.exec(pathname) ?? [];
      const key = `${repository}@${reference}`;
      if (part === "referrers" && referrers !== "tag") {
        const { list, next } = referrersOf(key, searchParams.get("last"));
        const link = next === undefined ? {} : { link: `<${pathname}?last=${next}>; rel="next"` };
        send(response, { body: indexOf(list), mediaType: INDEX }, { link, method });
        return true;
      }
      const blob = part === "blobs" ? blobs.get(key) : undefined;
      const stored = blob ? { body: blob, mediaType: "application/octet-stream" } : manifests.get(key);
      if (stored === undefined || part === "referrers") return false;
      send(response, stored, { link: {}, method });
      return true;
    },
    tag(repository, tag, layers) {
      const digest = putManifest(repository, undefined, layers);
      const manifest = manifests.get(`${repository}@${digest}`);
      if (manifest !== undefined) manifests.set(`${repository}@${tag}`, manifest);
    },
    refer(repository, digest, layer, artifactType = layer.mediaType) {
      const manifest = putManifest(repository, artifactType, [layer]);
      const descriptor = { mediaType: MANIFEST, digest: manifest, size: 1, artifactType };
      const list = [...(lists.get(`${repository}@${digest}`) ?? []), descriptor];
      lists.set(`${repository}@${digest}`, list);
      if (referrers === "tag")
        manifests.set(`${repository}@${digest.replace(":", "-")}`, { body: indexOf(list), mediaType: INDEX });
    },
    clear() {
      for (const each of [manifests, blobs, lists]) each.clear();
    },
  };
}

const MANIFEST = "application/vnd.oci.image.manifest.v1+json";
const INDEX = "application/vnd.oci.image.index.v1+json";
const EMPTY = {
  mediaType: "application/vnd.oci.empty.v1+json",
  digest: "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a",
  size: 2,
};

function indexOf(manifests: readonly object[]): Buffer {
  return Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: INDEX, manifests }));
}

function sha256(body: Buffer): string {
  return `sha256:${createHash("sha256").update(body).digest("hex")}`;
}

function send(
  response: ServerResponse,
  { body, mediaType }: Stored,
  { link, method }: { readonly link: object; readonly method: string | undefined },
): void {
  response.writeHead(200, {
    "content-type": mediaType,
    "content-length": body.length,
    ...(mediaType !== INDEX && { "docker-content-digest": sha256(body) }),
    ...link,
  });
  response.end(method === "HEAD" ? undefined : body);
}
