import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { parseDigest } from "../../src/image/digest.ts";
import { parseReference } from "../../src/image/reference.ts";
import type { Content, ContentRequest } from "../../src/registry/inspection.ts";
import {
  createSearchRooms,
  findSignatures,
  type SignatureSearch,
} from "../../src/signature/find-signatures.ts";

const digest = parseDigest(`sha256:${"1".repeat(64)}`);
const BUNDLE = "application/vnd.dev.sigstore.bundle.v0.3+json";

/** A registry with one manifest of signatures, whose layers say that they are so long. */
function registryOf(sizes: readonly (number | undefined)[]) {
  const layers = sizes.map((size, at) => ({ mediaType: BUNDLE, digest: shaOf(String(at)), size }));
  const blobs = { asked: [] as (number | undefined)[], underWay: 0, most: 0 };
  async function read(_: unknown, wanted: ContentRequest): Promise<Content | undefined> {
    if (wanted.reference.endsWith(".sig")) return contentOf(JSON.stringify({ layers }));
    if (wanted.part !== "blobs") return undefined;
    blobs.asked.push(wanted.bytesMax);
    blobs.underWay += 1;
    blobs.most = Math.max(blobs.most, blobs.underWay);
    await new Promise((resolve) => setTimeout(resolve, 5));
    blobs.underWay -= 1;
    return contentOf("{}");
  }
  return { read, blobs };
}

function contentOf(text: string): Content {
  return { digest: shaOf(text), body: Buffer.from(text), mediaType: "application/json" };
}

function shaOf(text: string) {
  return parseDigest(`sha256:${createHash("sha256").update(text).digest("hex")}`);
}

async function search({ read }: Pick<SignatureSearch, "read">, searches: number): Promise<number> {
  const rooms = createSearchRooms();
  const where = { read, image: parseReference("r.example/app:1"), digest, attestations: false, rooms };
  let found = 0;
  const one = async () => {
    const findings = { foreign: new Set<string>(), unreadable: new Set<string>(), isCutShort: false };
    for await (const _ of findSignatures(where, findings)) found += 1;
  };
  await Promise.all(Array.from({ length: searches }, one));
  return found;
}

describe("findSignatures", () => {
  test.each([
    ["say that they are long", 8 * 1_048_576],
    ["do not say how long they are", undefined],
  ] as const)("reads two at once of those that %s, in all searches together", async (_, size) => {
    const registry = registryOf([size, size, size]);

    expect(await search(registry, 4)).toBe(12);
    expect(registry.blobs.most).toBe(2);
  });

  test("reads what says that it is short at once, and no more of it than that", async () => {
    const registry = registryOf([1, 2, 65_536]);

    expect(await search(registry, 2)).toBe(6);
    expect(registry.blobs.most).toBe(6);
    expect(new Set(registry.blobs.asked)).toEqual(new Set([65_536]));
  });
});
