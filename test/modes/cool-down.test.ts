import { describe, expect, test } from "vitest";
import { FunctionConfigError } from "../../src/config/config-sources.ts";
import { type Digest, parseDigest } from "../../src/image/digest.ts";
import { type PinOptions, type PinResult, pinDigests } from "../../src/pin-digests.ts";
import { lockText } from "../support/lock-text.ts";

const [old, moved, other] = ["1", "2", "3"].map((digit) => parseDigest(`sha256:${digit.repeat(64)}`)) as [
  Digest,
  Digest,
  Digest,
];
const start = Date.parse("2026-11-28T10:00:00Z");
const day = 86_400_000;

function pod(image: string): string {
  return `apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  containers:\n  - name: c\n    image: ${image}\n`;
}

function lock(more = ""): string {
  return lockText({ "nginx:1": old }) + more;
}

const waiting = (digest: Digest): string =>
  `    next: { "digest": "${digest}", "seen": "2026-11-28T10:00:00Z" }\n`;

/** A run that many days after the start, where the tag means a digest. */
function update(
  means: Digest,
  days: number,
  options: PinOptions & { readonly more?: string } = {},
): Promise<PinResult> {
  const { more = "", ...rest } = options;
  return pinDigests(pod(`nginx:1@${old}`), {
    functionConfig: `apiVersion: fn.kpt.dev/v1alpha1\nkind: PinDigests\nmetadata: {name: c}\nmode: update\nminAge: 3d\n${more}\n`,
    resolveDigest: async () => means,
    now: start + days * day,
    lock: { text: lock(), update: true },
    ...rest,
  });
}

describe("minAge", () => {
  test("holds a moved tag back, and says since when it has moved", async () => {
    const result = await update(moved, 0);

    expect(result).toMatchObject({ ok: true, text: pod(`nginx:1@${old}`), changes: 0 });
    expect(result.lock).toBe(lock(waiting(moved)));
    expect(result.results).toMatchObject([
      { severity: "info", message: expect.stringMatching(/now means sha256:2.*2026-11-28T10:00:00Z.*3d/) },
    ]);
  });

  test("changes nothing while the digest waits", async () => {
    const result = await update(moved, 2.9, { lock: { text: lock(waiting(moved)), update: true } });

    expect(result).toMatchObject({ ok: true, changes: 0 });
    expect(result.lock).toBeUndefined();
  });

  test("follows the tag when its digest has stood for so long", async () => {
    const result = await update(moved, 3, { lock: { text: lock(waiting(moved)), update: true } });

    expect(result).toMatchObject({ ok: true, text: pod(`nginx:1@${moved}`), changes: 1 });
    expect(result.lock).toBe(lock().replace(old, moved));
  });

  test("counts anew when the tag moves again", async () => {
    const result = await update(other, 3, { lock: { text: lock(waiting(moved)), update: true } });

    expect(result).toMatchObject({ ok: true, changes: 0 });
    expect(result.lock).toBe(lock(waiting(other).replace("11-28", "12-01")));
  });

  test("forgets a digest that the tag has left for the old one", async () => {
    const result = await update(old, 3, { lock: { text: lock(waiting(moved)), update: true } });

    expect(result).toMatchObject({ ok: true, changes: 0 });
    expect(result.lock).toBe(lock());
  });

  test("counts anew where the lock says that the digest was seen at a time that is to come", async () => {
    const never = waiting(moved).replace("2026-11-28T10:00:00Z", "2199-01-01T00:00:00Z");

    const result = await update(moved, 0, { lock: { text: lock(never), update: true } });

    expect(result).toMatchObject({ ok: true, changes: 0 });
    expect(result.lock).toBe(lock(waiting(moved)));
  });

  test("does not hold back what is urgent", async () => {
    const result = await update(moved, 0, { more: 'urgent: ["docker.io/library/nginx:*"]' });

    expect(result).toMatchObject({ ok: true, text: pod(`nginx:1@${moved}`) });
  });

  test("does not hold back what is pinned for the first time", async () => {
    const result = await pinDigests(pod("redis:7"), {
      functionConfig:
        "apiVersion: fn.kpt.dev/v1alpha1\nkind: PinDigests\nmetadata: {name: c}\nmode: update\nminAge: 3d\n",
      resolveDigest: async () => moved,
      now: start,
      lock: { text: "", update: true },
    });

    expect(result).toMatchObject({ ok: true, text: pod(`redis:7@${moved}`) });
  });

  test("holds by the digest that is written where the lock has none", async () => {
    const result = await update(moved, 0, { lock: { text: "", update: true } });

    expect(result).toMatchObject({ ok: true, text: pod(`nginx:1@${old}`), changes: 0 });
    expect(result.lock).toContain(`digest: ${old}\n${waiting(moved)}`);
  });

  test("holds the entries back that nothing uses", async () => {
    const unused = lock().replace("nginx:1:", "redis:7:");

    const result = await update(moved, 0, { lock: { text: unused, update: true } });

    expect(result.lock).toContain(`redis:7:\n    digest: ${old}\n${waiting(moved)}`);
  });

  test("has no say in `mode: pin`, which keeps what waits", async () => {
    const result = await update(moved, 9, {
      more: "",
      functionConfig: "apiVersion: fn.kpt.dev/v1alpha1\nkind: PinDigests\nmetadata: {name: c}\nminAge: 3d\n",
      lock: { text: lock(waiting(moved)), update: true },
    });

    expect(result).toMatchObject({ ok: true, changes: 0 });
    expect(result.lock).toBeUndefined();
  });

  test.each<[string, PinOptions]>([
    ["no lock", { lock: undefined as never }],
    ["a lock that is only read", { lock: { text: lock(), update: false } }],
    ["a clock that nobody has given", { now: undefined as never }],
  ])("is an error with %s", async (_, options) => {
    const { lock: own, now, ...rest } = { lock: { text: lock(), update: true }, now: start, ...options };
    const run = pinDigests(pod(`nginx:1@${old}`), {
      functionConfig:
        "apiVersion: fn.kpt.dev/v1alpha1\nkind: PinDigests\nmetadata: {name: c}\nmode: update\nminAge: 3d\n",
      resolveDigest: async () => moved,
      ...(own && { lock: own }),
      ...(now !== undefined && { now }),
      ...rest,
    });

    await expect(run).rejects.toThrow(FunctionConfigError);
  });

  test.each(["3", "x", "400d", "-1d", "1e3d", "[3d]"])("refuses %s", async (age) => {
    const result = await update(moved, 0, {
      functionConfig: `apiVersion: fn.kpt.dev/v1alpha1\nkind: PinDigests\nmetadata: {name: c}\nmode: update\nminAge: ${age}\n`,
    });

    expect(result).toMatchObject({
      ok: false,
      results: [{ message: expect.stringContaining("`minAge` must be an age") }],
    });
  });

  test.each([
    "next: x",
    'next: {digest: x, seen: "2026-11-28T10:00:00Z"}',
    `next: {digest: ${moved}, seen: yesterday}`,
  ])("refuses a lock with %s", async (next) => {
    await expect(update(moved, 0, { lock: { text: lock(`    ${next}\n`), update: true } })).rejects.toThrow(
      /`next` must have/,
    );
  });
});
