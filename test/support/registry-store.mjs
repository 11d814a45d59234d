// What a registry keeps: manifests by tag and by digest, and those that it makes up.

import { createHash } from "node:crypto";

/**
 * What to serve: without `manifest` an OCI index of two platforms, made of the repository and the tag.
 * @typedef {object} Content
 * @property {string | Uint8Array} [manifest]
 * @property {string} [mediaType]
 */

/**
 * @typedef {object} StoredManifest
 * @property {string} digest
 * @property {string} mediaType
 * @property {Buffer} bytes
 */

/**
 * Keeps manifests in memory; where `any` is true, each tag asked for is there and means what its name says.
 *
 * @param {boolean} any
 */
export function createStore(any) {
  /** @type {Map<string, StoredManifest>} */
  const manifests = new Map();
  /** @type {Map<string, number>} */
  const moves = new Map();

  /** @type {(repository: string, manifest: StoredManifest) => void} */
  const keep = (repository, manifest) => {
    manifests.set(`${repository}@${manifest.digest}`, manifest);
  };

  /** @type {(repository: string, tag: string, content?: Content) => string} */
  function push(repository, tag, { manifest, mediaType = INDEX } = {}) {
    const index =
      manifest === undefined
        ? makeIndex(`${repository}:${tag}`, moves.get(`${repository}:${tag}`) ?? 0, (child) =>
            keep(repository, child),
          )
        : makeManifest(manifest, mediaType);
    keep(repository, index);
    manifests.set(`${repository}:${tag}`, index);
    return index.digest;
  }

  /** @type {(repository: string, tag: string, content?: Content) => string} */
  function move(repository, tag, content) {
    moves.set(`${repository}:${tag}`, (moves.get(`${repository}:${tag}`) ?? 0) + 1);
    return push(repository, tag, content);
  }

  /** @type {(repository: string, reference: string) => StoredManifest | undefined} */
  function find(repository, reference) {
    if (reference.includes(":")) return manifests.get(`${repository}@${reference}`);
    if (any && !manifests.has(`${repository}:${reference}`)) push(repository, reference);
    return manifests.get(`${repository}:${reference}`);
  }

  /** @type {(repository: string, tag: string) => string} */
  function digestOf(repository, tag) {
    const manifest = find(repository, tag);
    if (manifest === undefined) throw new Error(`no ${repository}:${tag} in this registry`);
    return manifest.digest;
  }

  return { push, move, find, digestOf };
}

/** @type {(image: string, revision: number, keep: (child: StoredManifest) => void) => StoredManifest} */
function makeIndex(image, revision, keep) {
  const children = ["amd64", "arm64"].map((architecture) => {
    const platform = { os: "linux", architecture };
    const config = `${image} ${revision} ${architecture}`;
    const child = makeManifest(
      JSON.stringify({
        schemaVersion: 2,
        mediaType: MANIFEST,
        config: {
          mediaType: "application/vnd.oci.image.config.v1+json",
          digest: sha256(Buffer.from(config)),
          size: config.length,
        },
        layers: [],
      }),
      MANIFEST,
    );
    keep(child);
    return { mediaType: MANIFEST, digest: child.digest, size: child.bytes.length, platform };
  });
  const annotations = {
    "org.opencontainers.image.ref.name": image,
    "org.opencontainers.image.revision": `${revision}`,
  };
  return makeManifest(
    JSON.stringify({ schemaVersion: 2, mediaType: INDEX, manifests: children, annotations }),
    INDEX,
  );
}

/** @type {(content: string | Uint8Array, mediaType: string) => StoredManifest} */
function makeManifest(content, mediaType) {
  const bytes = Buffer.from(content);
  return { digest: sha256(bytes), mediaType, bytes };
}

/** @type {(bytes: Buffer) => string} */
function sha256(bytes) {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}

const INDEX = "application/vnd.oci.image.index.v1+json";
const MANIFEST = "application/vnd.oci.image.manifest.v1+json";
