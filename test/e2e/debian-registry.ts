import { createHash } from "node:crypto";
import { startDockerRegistry } from "../support/docker-registry.ts";

/** The registry that Debian packages, with images to ask for. */
export interface DebianRegistry {
  /** Host and port. */
  readonly host: string;
  /** Pushes an image of its own for each name and gives its digest. */
  push(image: string): Promise<string>;
  stop(): Promise<void>;
}

/** Who may use the registry: sections of its configuration, and what to send to be let in. */
export interface Access {
  readonly sections: Readonly<Record<string, object>>;
  /** The value of `authorization` for a push to a repository. */
  authorize(repository: string): string;
}

/** Starts the registry on a free port of loopback. Whoever starts it stops it. */
export async function startDebianRegistry(access: Access = open): Promise<DebianRegistry> {
  const { host, close } = await startDockerRegistry(access.sections);

  async function push(image: string): Promise<string> {
    const [repository = "", tag = ""] = image.split(":");
    const body = JSON.stringify({
      ...emptyIndex,
      annotations: { "org.opencontainers.image.ref.name": image },
    });
    const headers = { "content-type": emptyIndex.mediaType, authorization: access.authorize(repository) };
    const url = `http://${host}/v2/${repository}/manifests/${tag}`;
    const response = await fetch(url, { method: "PUT", headers, body });
    if (response.status !== 201) throw new Error(`push of ${image}: ${await response.text()}`);
    return `sha256:${createHash("sha256").update(body).digest("hex")}`;
  }

  return { host, push, stop: close };
}

const open: Access = { sections: {}, authorize: () => "" };

// The least that the registry takes for an image.
const emptyIndex = {
  schemaVersion: 2,
  mediaType: "application/vnd.oci.image.index.v1+json",
  manifests: [],
};
