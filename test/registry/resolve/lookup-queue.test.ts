import { describe, expect, test } from "vitest";
import { type Digest, parseDigest } from "../../../src/image/digest.ts";
import type { Lookup, Resolution } from "../../../src/image/lookup.ts";
import { parsePlatform } from "../../../src/image/platform.ts";
import { canonicalName, type ImageReference, parseReference } from "../../../src/image/reference.ts";
import { createLookupQueue, type LookupQueue } from "../../../src/registry/resolve/lookup-queue.ts";
import { lookUp, type Registry, type ResolveDigest } from "../../../src/registry/resolve/registry-session.ts";

const digest = parseDigest(`sha256:${"1".repeat(64)}`);

/** A resolver whose answers the test gives. */
interface Desk {
  readonly asked: readonly string[];
  readonly resolveDigest: (image: ImageReference) => Promise<Digest>;
  /** Settles what was asked for under this name, and lets all that follows from it happen. */
  settle(name: string, answer: Digest | Error): Promise<void>;
}

function openDesk(): Desk {
  const asked: string[] = [];
  const waiting = new Map<string, { resolve(digest: Digest): void; reject(error: Error): void }>();
  return {
    asked,
    resolveDigest: (image) =>
      new Promise((resolve, reject) => {
        asked.push(canonicalName(image));
        waiting.set(canonicalName(image), { resolve, reject });
      }),
    settle: async (name, answer) => {
      const entry = waiting.get(name);
      if (entry === undefined) throw new Error(`nobody asked for ${name}`);
      if (answer instanceof Error) entry.reject(answer);
      else entry.resolve(answer);
      // A turn of the event loop, after all promises that are settled.
      await new Promise((done) => setImmediate(done));
    },
  };
}

function images(...texts: readonly string[]): readonly Lookup[] {
  return texts.map((text) => ({
    kind: "digest",
    image: parseReference(text),
    platform: undefined,
    requirePlatforms: [],
  }));
}

function registry(resolveDigest: ResolveDigest): LookupQueue {
  const all: Registry = {
    inspect: async (image) => ({ digest: parseDigest(await resolveDigest(image)) }),
    hasDigest: () => Promise.reject(new Error("asked")),
  };
  return (lookup) => lookUp(lookup, all);
}

function resolveAll(
  lookups: readonly Lookup[],
  ask: LookupQueue,
  concurrency: number,
): Promise<readonly Resolution[]> {
  return Promise.all(lookups.map(createLookupQueue(ask, concurrency)));
}

describe("createLookupQueue", () => {
  test("asks for each distinct image once, whatever it is written like", async () => {
    const asked: string[] = [];

    const resolutions = await resolveAll(
      images("nginx", "docker.io/library/nginx:latest", "nginx:1.27", "nginx"),
      registry(async (image) => {
        asked.push(canonicalName(image));
        return digest;
      }),
      8,
    );

    const names = ["docker.io/library/nginx:latest", "docker.io/library/nginx:1.27"];
    expect(asked).toEqual(names);
    expect(resolutions).toEqual(Array(4).fill({ kind: "resolved", digest }));
  });

  test("asks each registry for so many at the same time, and holds up no other", async () => {
    const desk = openDesk();
    const answer = resolveAll(
      images("a.io/a:1", "a.io/b:1", "a.io/c:1", "b.io/a:1", "a.io/d:1"),
      registry(desk.resolveDigest),
      2,
    );

    expect(desk.asked).toEqual(["a.io/a:1", "a.io/b:1", "b.io/a:1"]);
    await desk.settle("b.io/a:1", digest);
    expect(desk.asked).toHaveLength(3);
    await desk.settle("a.io/b:1", digest);
    expect(desk.asked.slice(3)).toEqual(["a.io/c:1"]);
    await desk.settle("a.io/a:1", digest);
    expect(desk.asked.slice(4)).toEqual(["a.io/d:1"]);
    await desk.settle("a.io/c:1", digest);
    await desk.settle("a.io/d:1", digest);

    expect(await answer).toHaveLength(5);
  });

  test("goes on after a failure, which is that image's resolution", async () => {
    const desk = openDesk();
    const failure = new Error("no such tag");
    const answer = resolveAll(images("a.io/a:1", "a.io/b:1", "a.io/c:1"), registry(desk.resolveDigest), 1);

    await desk.settle("a.io/a:1", digest);
    await desk.settle("a.io/b:1", failure);
    await desk.settle("a.io/c:1", digest);

    expect(await answer).toEqual([
      { kind: "resolved", digest },
      { kind: "failed", error: failure },
      { kind: "resolved", digest },
    ]);
  });

  test("takes a resolver that throws at once, and what is no error, for a failure too", async () => {
    const throwing = (image: ImageReference): Promise<Digest> => {
      throw image.tag === "1" ? "no error" : new TypeError("at once");
    };

    const resolutions = await resolveAll(images("a:1", "a:2"), registry(throwing), 8);

    expect(resolutions).toEqual([
      { kind: "failed", error: new Error("no error") },
      { kind: "failed", error: new TypeError("at once") },
    ]);
  });

  test("asks for a tag, for each platform of it and for a digest of its repository apart", async () => {
    const image = parseReference("a.io/a:1");
    const asked: string[] = [];
    const platform = parsePlatform("linux/arm64");
    const all: Registry = {
      inspect: async (_, demand) => {
        asked.push(JSON.stringify(demand));
        return { digest };
      },
      hasDigest: async () => {
        asked.push("holds");
        return false;
      },
    };

    const resolutions = await resolveAll(
      [
        { kind: "digest", image, platform: undefined, requirePlatforms: [] },
        { kind: "digest", image, platform, requirePlatforms: [] },
        { kind: "held", image, digest },
        { kind: "held", image: parseReference("a.io/a:2"), digest },
      ],
      (lookup) => lookUp(lookup, all),
      1,
    );

    const none = '{"requirePlatforms":[]}';
    expect(asked).toEqual([none, `{"platform":${JSON.stringify(platform)},"requirePlatforms":[]}`, "holds"]);
    expect(resolutions).toEqual([
      { kind: "resolved", digest },
      { kind: "resolved", digest },
      { kind: "held", held: false },
      { kind: "held", held: false },
    ]);
  });

  test("asks nothing where there are no images", async () => {
    const never = (): Promise<Digest> => Promise.reject(new Error("asked"));

    expect(await resolveAll([], registry(never), 8)).toEqual([]);
  });
});
