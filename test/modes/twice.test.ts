import { describe, expect, test } from "vitest";
import type { PinResult } from "../../src/pin-digests.ts";
import { fakeRegistry, itemsOf, list, lock, one, pod, run, three, two } from "./support.ts";

const library = "docker.io/library";
const tags = {
  [`${library}/nginx:1.27`]: two,
  [`${library}/nginx:1.27 linux/arm64`]: two,
  [`${library}/redis:7`]: three,
  [`${library}/redis:7 linux/arm64`]: three,
};
const held = [one, two, three];

const entries = { "nginx:1.27": one, "unused:1": one };
const unused = { [`${library}/unused:1`]: one, [`${library}/unused:1 linux/arm64`]: one };
const inputs = {
  "a package": list(
    pod("nginx:1.27", "a.yaml"),
    pod(`nginx:1.27@${one}`, "b.yaml"),
    pod(`nginx@${one}`, "c.yaml"),
    pod("redis:7", "db/d.yaml"),
    lock(entries, "lock.yaml"),
    lock({}, "db/lock.yaml"),
  ),
  "a list without paths": list(pod("nginx:1.27"), lock(entries), pod(`redis:7@${two}`)),
  "a stream": `${pod("nginx:1.27")}---\n${lock(entries)}---\n${pod(`redis:7@${two}`)}`,
  "a package without a lock": list(pod("nginx:1.27", "a.yaml"), pod(`redis:7@${two}`, "b.yaml")),
};
const modes = [
  { mode: "pin" },
  { mode: "pin", lock: "create" },
  { mode: "pin", lock: "frozen", onError: "warn" },
  { mode: "pin", lock: "off" },
  { mode: "pin", tag: "drop" },
  { mode: "pin", platform: "linux/arm64" },
  { mode: "update" },
  { mode: "update", lock: "create" },
  { mode: "update", tag: "drop" },
  { mode: "update", platform: "linux/arm64" },
  { mode: "check" },
  { mode: "check", lock: "frozen" },
  { mode: "unpin" },
  { mode: "unpin", tag: "drop" },
];
const cases = Object.entries(inputs).flatMap(([name, input]) =>
  modes.map((literals) => ({ name, input, literals })),
);

/** What a next run gets: kpt keeps the results of a list, and others send the items alone. */
function itemsBehind({ text, input }: PinResult, before: string): string {
  if (input === "ResourceList") return itemsOf(text);
  return text === "" ? before : text;
}

describe("every mode", () => {
  test.each(cases)("of $literals over $name changes nothing the second time", async ({ input, literals }) => {
    const registry = () => fakeRegistry({ ...tags, ...unused }, held);

    const first = itemsBehind(await run(input, registry(), literals), input);
    const asked = registry();
    const second = await run(first, asked, literals);

    expect(itemsBehind(second, first)).toBe(first);
    expect(second.changes).toBe(0);
    const isAsking = literals.mode === "update" || (literals.mode === "check" && literals.lock !== "frozen");
    if (!isAsking) expect(asked.asked).toEqual([]);
  });

  test.each(cases)("of $literals over $name is the same for the same", async ({ input, literals }) => {
    const registry = () => fakeRegistry({ ...tags, ...unused }, held);

    const [first, second] = [await run(input, registry(), literals), await run(input, registry(), literals)];

    expect(second).toEqual(first);
  });

  const asking = cases.filter(
    ({ literals: { mode, lock } }) => mode === "update" || (mode === "pin" && lock !== "frozen"),
  );

  test.each(asking)("of $literals over $name writes all or nothing", async ({ input, literals }) => {
    const registry = fakeRegistry({ ...tags, ...unused, [`${library}/gone:1`]: "refused" }, held);
    const broken = input.replaceAll("redis:7", "gone:1").replaceAll(`gone:1@${two}`, "gone:1");

    const result = await run(broken, registry, literals);

    expect(result.ok).toBe(false);
    expect(result.changes).toBe(0);
    expect(itemsBehind(result, broken)).toBe(broken);
  });
});

describe("onError: warn", () => {
  test.each(["pin", "update"])("in mode: %s writes what it can, in text and lock", async (mode) => {
    const input = (nginx: string, digest: string, entry: string) =>
      list(
        pod(nginx + digest, "a.yaml"),
        pod("gone:1", "b.yaml"),
        lock({ "gone:0": one, ...(entry === "" ? {} : { "nginx:1.27": entry }) }, "lock.yaml"),
      );
    const registry = () => fakeRegistry({ ...tags, [`${library}/gone:0`]: one });

    const { text, results, ok } = await run(input("nginx:1.27", "", ""), registry(), {
      mode,
      onError: "warn",
    });

    expect(ok).toBe(true);
    expect(itemsOf(text)).toBe(input("nginx:1.27", `@${two}`, two));
    expect(results.filter(({ severity }) => severity === "warning")).toHaveLength(1);
    const again = await run(itemsOf(text), registry(), { mode, onError: "warn" });
    expect(itemsOf(again.text)).toBe(itemsOf(text));
  });
});
