import { describe, expect, test } from "vitest";
import { type Digest, parseDigest } from "../../src/image/digest.ts";
import { canonicalName, type ImageReference, parseReference } from "../../src/image/reference.ts";
import {
  type Ask,
  createLookupQueue,
  type Lookup,
  type Registry,
  type Resolution,
  type Resolutions,
  type ResolveDigest,
  resolve,
} from "../../src/resolve/lookup-queue.ts";

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
  return texts.map((text) => ({ kind: "digest", image: parseReference(text) }));
}

function registry(resolveDigest: ResolveDigest): Ask {
  const all: Registry = {
    inspect: async (image) => ({ digest: parseDigest(await resolveDigest(image)) }),
    hasDigest: () => Promise.reject(new Error("asked")),
  };
  return (question) => resolve(question, all);
}

function resolveAll(questions: readonly Lookup[], ask: Ask, concurrency: number): Promise<Resolutions> {
  const inquiry = createLookupQueue(ask, concurrency);
  questions.forEach(inquiry.add);
  return inquiry.answers();
}

describe("createInquiry", () => {
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
    expect([...resolutions]).toEqual(names.map((name) => [name, { kind: "resolved", digest }]));
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

    expect((await answer).size).toBe(5);
  });

  test("goes on after a failure, which is that image's resolution", async () => {
    const desk = openDesk();
    const failure = new Error("no such tag");
    const answer = resolveAll(images("a.io/a:1", "a.io/b:1", "a.io/c:1"), registry(desk.resolveDigest), 1);

    await desk.settle("a.io/a:1", digest);
    await desk.settle("a.io/b:1", failure);
    await desk.settle("a.io/c:1", digest);

    const resolutions = new Map<string, Resolution>([
      ["a.io/a:1", { kind: "resolved", digest }],
      ["a.io/b:1", { kind: "failed", error: failure }],
      ["a.io/c:1", { kind: "resolved", digest }],
    ]);
    expect(await answer).toEqual(resolutions);
  });

  test("takes a resolver that throws at once, and what is no error, for a failure too", async () => {
    const throwing = (image: ImageReference): Promise<Digest> => {
      throw image.tag === "1" ? "no error" : new TypeError("at once");
    };

    const resolutions = await resolveAll(images("a:1", "a:2"), registry(throwing), 8);

    expect([...resolutions.values()]).toEqual([
      { kind: "failed", error: new Error("no error") },
      { kind: "failed", error: new TypeError("at once") },
    ]);
  });

  test("asks for a tag, for each platform of it and for a digest of its repository apart", async () => {
    const image = parseReference("a.io/a:1");
    const asked: string[] = [];
    const platform = { os: "linux", architecture: "arm64" };
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
        { kind: "digest", image },
        { kind: "digest", image, platform },
        { kind: "held", image, digest },
        { kind: "held", image: parseReference("a.io/a:2"), digest },
      ],
      (question) => resolve(question, all),
      1,
    );

    const none = '{"requirePlatforms":[]}';
    expect(asked).toEqual([none, `{"platform":${JSON.stringify(platform)},"requirePlatforms":[]}`, "holds"]);
    expect([...resolutions.values()]).toEqual([
      { kind: "resolved", digest },
      { kind: "resolved", digest },
      { kind: "held", held: false },
    ]);
  });

  test("asks nothing where there are no images", async () => {
    const never = (): Promise<Digest> => Promise.reject(new Error("asked"));

    expect(await resolveAll([], registry(never), 8)).toEqual(new Map());
  });
});
