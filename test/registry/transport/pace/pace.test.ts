import { describe, expect, test } from "vitest";
import { bucket, fixedWindow, good, limited, refuse, slidingWindow, slots, workers } from "./models.ts";
import { bestFixed, type Model, simulate } from "./simulation.ts";

const tenASecond: Readonly<Record<string, Model>> = {
  "a bucket": limited(bucket(10, 10)),
  "a bucket, and says when": limited(bucket(10, 10), { retryAfter: 1 }),
  "a bucket that is far away": limited(bucket(10, 10), { round: 300 }),
  "a bucket that is near": limited(bucket(10, 10), { round: 2 }),
  "a bucket, and says to come back at once": limited(bucket(10, 10), { retryAfter: 0 }),
  "a bucket, and asks for more patience than it needs": limited(bucket(10, 10), { retryAfter: 5 }),
  "a fixed window": limited(fixedWindow(10, 1_000)),
  "a fixed window, and says when": limited(fixedWindow(10, 1_000), { retryAfter: 1 }),
  "a sliding window": limited(slidingWindow(10, 1_000)),
  "a sliding window, and says when": limited(slidingWindow(10, 1_000), { retryAfter: 1 }),
};

const others: Readonly<Record<string, Model>> = {
  "takes whatever comes": () => () => good(),
  "is far away": () => () => good(200),
  "takes now longer, now shorter":
    () =>
    ({ random }) =>
      good(25 * (1 + random())),
  "limits to 200 a second": limited(bucket(200, 20)),
  "takes a burst of 100, and then 20 a second": limited(bucket(20, 100)),
  "takes a burst of 100, and then 20 a second, and says when": limited(bucket(20, 100), { retryAfter: 2 }),
  "answers 503 to more than 12 at once": slots(12, { after: 25, status: 503 }),
  "hangs up on more than 12 at once": slots(12, { after: 2, status: "reset" }),
  "hangs up on more than 4 at once": slots(4, { after: 2, status: "reset" }),
  "refuses more than 10 at once": slots(10, refuse()),
  "has ten who work one after the other": workers(10),
  "gets slower with each that comes on top":
    () =>
    ({ inFlight }) =>
      good(Math.max(25, inFlight * 2)),
  "refuses one in five, whatever is asked":
    () =>
    ({ random }) =>
      random() < 0.2 ? refuse() : good(),
  "refuses one in fifty, and says when":
    () =>
    ({ random }) =>
      random() < 0.02 ? refuse(1) : good(),
  "fails one in a hundred":
    () =>
    ({ random }) =>
      random() < 0.01 ? { after: 25, status: 503 } : good(),
};

describe("the pace at a registry", () => {
  test.each(Object.entries({ ...tenASecond, ...others }))(
    "that %s is not much slower than the best fixed number",
    async (name, model) => {
      const requests = name in tenASecond ? 300 : 1_000;

      const { seconds, failed } = await simulate(model, requests);

      expect(failed).toBe(0);
      expect(seconds / (await bestFixed(model, requests))).toBeLessThan(1.3);
    },
  );

  test.each(Object.entries(tenASecond))("limited to ten a second by %s is kept to", async (_, model) => {
    const { refused, failed } = await simulate(model, 300);

    expect(failed).toBe(0);
    expect(refused).toBeLessThanOrEqual(16);
  });

  test("that is kept to for longer refuses no more than two in a hundred", async () => {
    const { refused } = await simulate(limited(slidingWindow(10, 1_000)), 1_000);

    expect(refused).toBeLessThanOrEqual(20);
  });

  test("begins with eight, and grows to 64", async () => {
    expect(await simulate(() => () => good(), 8)).toMatchObject({ mostAtOnce: 8, seconds: 0.025 });
    expect(await simulate(() => () => good(), 1_000)).toMatchObject({ mostAtOnce: 64 });
  });

  test.each([1, 3, 20])("never exceeds a number, as %i", async (number) => {
    expect(await simulate(() => () => good(), 300, number)).toMatchObject({ mostAtOnce: number });
  });

  test("ends where nothing but refusals comes", async () => {
    const all = await simulate(() => () => refuse(), 100);
    const one = await simulate(() => () => refuse(), 1);

    expect(all).toMatchObject({ failed: 100 });
    expect(all.refused).toBeLessThan(40);
    expect(one).toMatchObject({ failed: 1 });
    // In seconds, and not as long as the run may take.
    expect(Math.max(all.ended, one.ended)).toBeLessThan(60);
  });

  test("ends where one image alone is always refused", async () => {
    let count = 0;
    const model: Model = () => () => (count++ % 2 === 0 ? refuse() : good());

    expect(await simulate(model, 50)).toMatchObject({ failed: 0 });
  });

  test("outlives more refusals than there are retries", async () => {
    let count = 0;
    const model: Model = () => () => (count++ < 6 ? refuse() : good());

    expect(await simulate(model, 1)).toMatchObject({ failed: 0, refused: 6 });
  });
});
