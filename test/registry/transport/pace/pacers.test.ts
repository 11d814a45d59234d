import { describe, expect, test } from "vitest";
import type { Concurrency } from "../../../../src/image/registry-config.ts";
import {
  createPacers,
  type OriginPacer,
  type Pacers,
} from "../../../../src/registry/transport/pace/pacers.ts";
import { createFakeTime, type FakeTime } from "./fake-time.ts";

interface Setting {
  readonly time: FakeTime;
  readonly pacers: Pacers;
}

function setUp(sockets = 64): Setting {
  const time = createFakeTime();
  return {
    time,
    pacers: createPacers({ clock: time.clock, deadlineAt: 1e9, sockets: () => sockets }),
  };
}

/** How many requests are under way at once, at most, where each of 500 takes 10 ms. */
async function mostAtOnce(pacer: OriginPacer, { clock }: FakeTime): Promise<number> {
  let [running, most] = [0, 0];
  const task = async () => {
    running += 1;
    most = Math.max(most, running);
    await new Promise<void>((resolve) => clock.after(10, resolve));
    running -= 1;
    return { result: undefined, sign: { kind: "good", took: 10, sort: "200 v2" } as const };
  };
  const { signal } = new AbortController();
  await Promise.all(
    Array.from({ length: 500 }, () => pacer.run(task, { signal, isFollowing: false, asker: {} })),
  );
  return most;
}

function mostAt(url: string, concurrency: Concurrency, { time, pacers }: Setting): Promise<number> {
  return time.pass(() => mostAtOnce(pacers.of(new URL(url), concurrency), time));
}

describe("createPacers", () => {
  test.each([
    ["https://ghcr.io/v2/", "auto", 64],
    ["https://ghcr.io/v2/", 12, 12],
    ["https://ghcr.io/v2/", 2, 2],
    ["https://registry-1.docker.io/v2/", "auto", 8],
    ["https://auth.docker.io/token", "auto", 8],
    ["https://public.ecr.aws/v2/", "auto", 8],
    ["https://public.ecr.aws/v2/", 3, 3],
    ["https://123456789012.dkr.ecr.eu-west-1.amazonaws.com/v2/", "auto", 64],
  ] as const)("asks %s with concurrency %s for at most %i at once", async (url, concurrency, most) => {
    expect(await mostAt(url, concurrency, setUp())).toBe(most);
  });

  test("asks Docker Hub for more where a login has served", async () => {
    const setting = setUp();
    setting.pacers.of(new URL("https://registry-1.docker.io/v2/"), "auto").trust();

    expect(await mostAt("https://registry-1.docker.io/v2/", "auto", setting)).toBe(64);
  });

  test("takes no more than there are sockets", async () => {
    expect(await mostAt("https://ghcr.io/v2/", "auto", setUp(5))).toBe(5);
    expect(await mostAt("https://ghcr.io/v2/", "auto", setUp(30))).toBe(30);
  });

  test("shares the sockets among the origins that are asked at the same time", async () => {
    const { time, pacers } = setUp();
    const both = ["https://ghcr.io/", "https://quay.io/"].map((url) => pacers.of(new URL(url), "auto"));

    expect(await time.pass(() => Promise.all(both.map((pacer) => mostAtOnce(pacer, time))))).toEqual([
      32, 32,
    ]);
  });

  test("lets who has begun go before who has not", async () => {
    const { time, pacers } = setUp();
    const pacer = pacers.of(new URL("https://ghcr.io/"), 1);
    const order: string[] = [];
    const { signal } = new AbortController();
    const ask = (name: string, isFollowing: boolean) =>
      pacer.run(
        async () => {
          await new Promise<void>((resolve) => time.clock.after(1, resolve));
          order.push(name);
          return { result: name, sign: { kind: "none" } as const };
        },
        { signal, isFollowing, asker: {} },
      );

    await time.pass(() => Promise.all([ask("a", false), ask("b", false), ask("c", true)]));

    expect(order).toEqual(["a", "c", "b"]);
  });

  test("makes nobody wait for what one alone is told again and again", async () => {
    const { time, pacers } = setUp();
    const pacer = pacers.of(new URL("https://ghcr.io/"), "auto");
    const { signal } = new AbortController();
    const refusal = { kind: "refused", pause: undefined, failure: () => new Error("refused") } as const;
    const odd = { signal, isFollowing: true, asker: {} };

    const waited = await time.pass(async () => {
      for (let times = 0; times < 6; times += 1)
        await pacer.run(async () => ({ result: undefined, sign: refusal }), odd);
      const before = time.clock.now();
      const started = async () => ({ result: time.clock.now(), sign: { kind: "none" } as const });
      return (await pacer.run(started, { signal, isFollowing: false, asker: {} })) - before;
    });

    expect(waited).toBe(0);
  });

  test("fails one image that must wait for too long, and no others", async () => {
    const time = createFakeTime();
    const pacers = createPacers({ clock: time.clock, deadlineAt: 1000, sockets: () => 64 });
    const pacer = pacers.of(new URL("https://ghcr.io/"), "auto");
    const { signal } = new AbortController();
    const failure = () => new Error("refused");
    const asker = (): object => ({});
    const many = { kind: "refused", pause: 10, failure } as const;
    const quota = { kind: "refused", pause: 3_600_000, failure } as const;
    const good = { kind: "good", took: 1, sort: "200 v2" } as const;
    const ask = (sign: typeof many | typeof quota | typeof good) =>
      pacer.run(async () => ({ result: sign.kind, sign }), { signal, isFollowing: false, asker: asker() });

    const results = await time.pass(async () => {
      await Promise.allSettled(Array.from({ length: 8 }, () => ask(many)));
      await ask(good);
      await ask(quota);
      return Promise.allSettled(Array.from({ length: 20 }, () => ask(good)));
    });

    expect(new Set(results.map(({ status }) => status))).toEqual(new Set(["fulfilled"]));
  });

  test("lets go of who waits no longer", async () => {
    const { time, pacers } = setUp();
    const pacer = pacers.of(new URL("https://ghcr.io/"), 1);
    const impatient = new AbortController();
    const { signal } = new AbortController();
    const task = async () => {
      await new Promise<void>((resolve) => time.clock.after(5, resolve));
      return { result: "done", sign: { kind: "none" } as const };
    };

    const results = await time.pass(async () => {
      const asked = [
        pacer.run(task, { signal, isFollowing: false, asker: {} }),
        pacer.run(task, { signal: impatient.signal, isFollowing: false, asker: {} }),
        pacer.run(task, { signal, isFollowing: false, asker: {} }),
      ];
      impatient.abort(new Error("too long"));
      return Promise.allSettled(asked);
    });

    expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    // Nothing is left that another origin would share the sockets with.
    expect(await mostAt("https://other.example/v2/", "auto", { time, pacers })).toBe(64);
  });
});
