import fc from "fast-check";
import { describe, expect, onTestFinished, test } from "vitest";
import { parseReference } from "../../../src/image/reference.ts";
import { readBody } from "../../../src/registry/transport/body.ts";
import { createRoom } from "../../../src/registry/transport/room.ts";
import { answer } from "../../support/manifests.ts";
import { startQuirkServer } from "../../support/quirk-server.ts";
import { digestOf, makeClient } from "../../support/registry-client.ts";

const { signal } = new AbortController();

describe("createRoom", () => {
  test("lets all in, and never more than it has room for", async () => {
    const guests = fc.array(fc.record({ bytes: fc.nat(150), turns: fc.nat(4), leaves: fc.boolean() }), {
      maxLength: 30,
    });
    await fc.assert(
      fc.asyncProperty(guests, async (all) => {
        const room = createRoom(100);
        let taken = 0;
        let most = 0;

        await Promise.all(
          all.map(async ({ bytes, turns, leaves }) => {
            const controller = new AbortController();
            const entered = room.reserve(bytes, controller.signal);
            if (leaves) controller.abort(new Error("gone"));
            const leave = await entered.catch(() => undefined);
            if (leave === undefined) return;
            taken += Math.min(bytes, 100);
            most = Math.max(most, taken);
            for (let turn = 0; turn < turns; turn += 1) await new Promise((resolve) => setImmediate(resolve));
            taken -= Math.min(bytes, 100);
            leave();
          }),
        );

        expect(most).toBeLessThanOrEqual(100);
        // All of it is there again.
        (await room.reserve(100, signal))();
      }),
    );
  });

  test("lets in by turns: a small one does not pass by a large one for ever", async () => {
    const room = createRoom(100);
    const order: string[] = [];
    const enter = async (name: string, bytes: number) => {
      const leave = await room.reserve(bytes, signal);
      order.push(name);
      return leave;
    };
    const leave = await enter("first", 60);

    const later = [enter("large", 80), enter("small", 10)];
    leave();
    for (const guest of later) (await guest)();

    expect(order).toEqual(["first", "large", "small"]);
  });
});

describe("readBody", () => {
  async function* inChunks(count: number): AsyncGenerator<Buffer> {
    for (let at = 0; at < count; at += 1) yield Buffer.alloc(16_384);
  }

  /** The room that a body asks for, in bytes. */
  async function roomFor(headers: Record<string, string>, chunks: number, bytesMax = 1_048_576) {
    const asked: number[] = [];
    let left = 0;
    const reserve = async (bytes: number) => {
      asked.push(bytes);
      return () => {
        left += 1;
      };
    };
    // The cast is of what is read of an answer.
    const answer = { statusCode: 200, headers, body: inChunks(chunks) } as never;
    await readBody(answer, { host: "r.example", bytesMax, reserve }).catch(() => undefined);
    expect(left).toBe(asked.length);
    return asked;
  }

  test.each([
    ["none for a short one", {}, 4, []],
    ["all that it may come to, where it does not say how long it is", {}, 5, [1_048_576]],
    ["what it says that it comes to", { "content-length": "81920" }, 5, [81_920]],
    ["all that it may come to, where a short one unpacks", { "content-encoding": "gzip" }, 1, [1_048_576]],
    [
      "all that it may come to, where it unpacks",
      { "content-length": "81920", "content-encoding": "gzip" },
      5,
      [1_048_576],
    ],
    ["no more than is allowed, where it is too long", { "content-length": "9999999" }, 100, [1_048_576]],
  ])("asks for room: %s", async (_, headers, chunks, rooms) => {
    expect(await roomFor(headers, chunks)).toEqual(rooms);
  });
});

test("long answers of many registries wait for each other, and none fails", async () => {
  const manifest = `{"schemaVersion":2,"annotations":{"x":"${"x".repeat(7_000_000)}"}}`;
  const server = await startQuirkServer((_, response) => answer(response, 200, { body: manifest }));
  const client = makeClient({ network: { concurrency: 16 } });
  onTestFinished(async () => {
    await client.close();
    await server.close();
  });
  const images = Array.from({ length: 16 }, (_, at) => parseReference(`${server.host}/app-${at}:v1`));

  const digests = await Promise.all(images.map((image) => digestOf(client, image)));

  expect(new Set(digests).size).toBe(1);
});
