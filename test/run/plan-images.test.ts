import { describe, expect, test } from "vitest";
import type { Config } from "../../src/config/config.ts";
import { defaultConfig } from "../../src/config/default-config.ts";
import { lookupKey } from "../../src/image/lookup.ts";
import { readInput } from "../../src/krm/input.ts";
import { readLocks } from "../../src/lock/locks.ts";
import type { Resolver } from "../../src/registry/resolve/resolver.ts";
import { planImages } from "../../src/run/plan-images.ts";

function podsOf(images: readonly string[]): string {
  return images
    .map(
      (image, at) =>
        `---\napiVersion: v1\nkind: Pod\nmetadata: {name: p${at}}\nspec: {containers: [{image: "${image}"}]}\n`,
    )
    .join("");
}

/** The plan, and what was looked up before it was whole. */
async function planned(text: string, config: Partial<Config> = {}) {
  const input = await readInput(text);
  const planning = { input, config: { ...defaultConfig, ...config } };
  const begun: string[] = [];
  const resolver: Resolver = {
    resolve: (lookup) => {
      begun.push(lookupKey(lookup));
      return new Promise(() => {});
    },
    read: () => Promise.reject(new Error("read")),
    warnings: () => [],
    close: async () => {},
  };
  const locks = readLocks(input, planning.config, undefined);
  return { plan: await planImages({ ...planning, locks }, resolver), begun };
}

describe("planImages", () => {
  test("asks for an image as soon as it is found", async () => {
    const { plan, begun } = await planned(podsOf(["a.io/a:1", "a.io/b:1", "b.io/a:1"]));

    expect(begun).toEqual(["a.io/a:1", "a.io/b:1", "b.io/a:1"]);
    expect(plan.steps.map(({ field }) => field)).toEqual(plan.fields);
  });

  test("asks nothing before the whole package is known where logins may be in it", async () => {
    const { plan, begun } = await planned(podsOf(["a.io/a:1"]), { credentials: ["package"] });

    expect(begun).toEqual([]);
    expect(plan.steps).toHaveLength(1);
  });

  test("plans a field that objects share through an anchor once", async () => {
    const pod = "apiVersion: v1, kind: Pod, metadata: {name: a}";
    const text = `kind: ResourceList\nitems:\n- {${pod}, spec: &s {containers: [{image: "a.io/a:1"}]}}\n- {${pod}, spec: *s}\n`;
    const { plan, begun } = await planned(text);

    expect(plan.steps).toHaveLength(1);
    expect(begun).toEqual(["a.io/a:1"]);
  });

  test("lets answers through while a long list is planned", async () => {
    let isPlanned = false;
    const between = new Promise<boolean>((resolve) => {
      // Behind the turn in which the input is read.
      setImmediate(() => setImmediate(() => resolve(!isPlanned)));
    });
    await planned(podsOf(Array.from({ length: 200 }, (_, at) => `a.io/a:${at}`)));
    isPlanned = true;

    expect(await between).toBe(true);
  });
});
