import { describe, expect, test } from "vitest";
import { createExpiringCache } from "../../../src/credentials/cloud/expiring-cache.ts";

describe("createExpiringCache", () => {
  test("shares one fetch among callers at the same time, also the second time", async () => {
    let now = 0;
    let count = 0;
    const cache = createExpiringCache<number>(() => now);
    const fetch = async () => {
      count += 1;
      return { value: count, expiresAt: now + 100_000 };
    };

    expect(await Promise.all([cache("a", fetch), cache("a", fetch)])).toEqual([1, 1]);
    now = 40_000;
    expect(await Promise.all([cache("a", fetch), cache("a", fetch)])).toEqual([2, 2]);
  });

  test("keeps keys apart", async () => {
    const cache = createExpiringCache<string>(() => 0);

    await cache("a", async () => ({ value: "a", expiresAt: 100_000 }));

    expect(await cache("b", async () => ({ value: "b", expiresAt: 100_000 }))).toBe("b");
  });

  test("gives a value that has already expired, to those who asked for it", async () => {
    const cache = createExpiringCache<string>(() => 1_000_000);

    expect(await cache("a", async () => ({ value: "old", expiresAt: 0 }))).toBe("old");
  });

  test("remembers that there is nothing", async () => {
    let count = 0;
    const cache = createExpiringCache<string>(() => 0);
    const fetch = async () => {
      count += 1;
      return undefined;
    };

    await cache("a", fetch);
    await cache("a", fetch);

    expect(count).toBe(1);
  });

  test("remembers a failure", async () => {
    let count = 0;
    const cache = createExpiringCache<string>(() => 0);
    const fetch = async () => {
      count += 1;
      throw new Error("refused");
    };

    await expect(cache("a", fetch)).rejects.toThrow("refused");
    await expect(cache("a", fetch)).rejects.toThrow("refused");
    expect(count).toBe(1);
  });
});
