import { describe, expect, test } from "vitest";
import type { RegistryFailure, Result } from "../../src/krm/result.ts";
import { oncePerRegistry } from "../../src/outcome/registry-failures.ts";

const reason = "no address was found for a.io; check the name of the registry";

function failed(image: string, told: Partial<Result & RegistryFailure> = {}): Result {
  const { severity = "error", kind = "pin", registry = "a.io" } = told;
  return {
    message: `can't resolve "${image}": ${reason}`,
    severity,
    resourceRef: { apiVersion: "v1", kind: "Pod", name: "web" },
    registryFailure: { kind, registry, reason, image, hasNoNetwork: true },
  };
}

function messages(results: readonly Result[], mayLackNetwork = false): readonly string[] {
  return oncePerRegistry(results, { mayLackNetwork: () => mayLackNetwork }).map(({ message }) => message);
}

const advice = /; a function in a container has no network unless it is allowed/;

describe("oncePerRegistry", () => {
  test("gives back results that have nothing to do with a registry", () => {
    const results: readonly Result[] = [{ message: "a", severity: "error" }];

    expect(oncePerRegistry(results, { mayLackNetwork: () => true })).toBe(results);
  });

  test("tells of one field as it was, in its place and among the others", () => {
    const other: Result = { message: "a", severity: "error" };
    const { registryFailure: _, ...told } = failed("a.io/x:1");

    expect(oncePerRegistry([other, failed("a.io/x:1")], { mayLackNetwork: () => false })).toEqual([
      other,
      told,
    ]);
  });

  test("tells of many fields once, with the images counted and named up to ten", () => {
    const images = Array.from({ length: 12 }, (_, at) => `a.io/x:${at}`);

    expect(messages([...images, "a.io/x:0"].map((image) => failed(image)))).toEqual([
      expect.stringMatching(
        /^can't resolve 12 images of a\.io, in 13 fields \("a\.io\/x:0", .* and 2 more\): no address/,
      ),
    ]);
  });

  test("keeps registries, errors and warnings apart, and what is checked from what is pinned", () => {
    const results = [
      failed("a.io/x:1"),
      failed("a.io/x:2"),
      failed("b.io/x:1", { registry: "b.io" }),
      failed("a.io/x:3", { severity: "warning" }),
      failed("a.io/x:4", { kind: "check" }),
    ];

    expect(messages(results).map((message) => message.slice(0, 38))).toEqual([
      "can't resolve 2 images of a.io, in 2 f",
      'can\'t resolve "b.io/x:1": no address w',
      'can\'t resolve "a.io/x:3": no address w',
      "a.io could not be asked, so 1 image wa",
    ]);
  });

  test("gives the advice about networks once, and only where it may apply", () => {
    const results = [failed("a.io/x:1"), failed("b.io/x:1", { registry: "b.io" })];

    expect(messages(results, true).map((message) => advice.test(message))).toEqual([true, false]);
    expect(messages(results, false).map((message) => advice.test(message))).toEqual([false, false]);
  });
});
