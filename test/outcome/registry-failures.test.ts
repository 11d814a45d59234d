import { describe, expect, test } from "vitest";
import type { RegistryFailure, Result } from "../../src/krm/result.ts";
import { oncePerRegistry, withAdvice } from "../../src/outcome/registry-failures.ts";

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
  return withAdvice(results, { mayLackNetwork: () => mayLackNetwork }).map(({ message }) => message);
}

const advice = /; a function in a container has no network unless it is allowed/;

describe("oncePerRegistry", () => {
  test("gives back results that have nothing to do with a registry", () => {
    const results: readonly Result[] = [{ message: "a", severity: "error" }];

    expect(oncePerRegistry(results)).toBe(results);
  });

  test("tells of one field as it was, in its place and among the others", () => {
    const results: readonly Result[] = [{ message: "a", severity: "error" }, failed("a.io/x:1")];

    expect(oncePerRegistry(results)).toEqual(results);
  });

  test("tells of many fields once, with the images counted and named up to ten", () => {
    const images = [...Array.from({ length: 12 }, (_, at) => `a.io/x:${at}`), "a.io/x:0"];

    expect(oncePerRegistry(images.map((image) => failed(image)))).toMatchObject([
      {
        message: expect.stringMatching(
          /^can't resolve 12 images of a\.io, in 13 fields \("a\.io\/x:0", .* and 2 more\): no address/,
        ),
      },
    ]);
  });

  test("keeps registries, errors and warnings apart", () => {
    const results = [
      failed("a.io/x:1"),
      failed("a.io/x:2"),
      failed("b.io/x:1", { registry: "b.io" }),
      failed("a.io/x:3", { severity: "warning" }),
    ];

    expect(oncePerRegistry(results).map(({ message }) => message.slice(0, 38))).toEqual([
      "can't resolve 2 images of a.io, in 2 f",
      'can\'t resolve "b.io/x:1": no address w',
      'can\'t resolve "a.io/x:3": no address w',
    ]);
  });

  test("keeps the advice about networks", () => {
    const results = [failed("a.io/x:1"), failed("a.io/x:2")];

    const told = oncePerRegistry(withAdvice(results, { mayLackNetwork: () => true }));

    expect(told.map(({ message }) => message)).toEqual([expect.stringMatching(advice)]);
  });
});

describe("withAdvice", () => {
  test("gives the advice about networks once, and only where it may apply", () => {
    const results = [failed("a.io/x:1"), failed("b.io/x:1", { registry: "b.io" })];

    expect(messages(results, true).map((message) => advice.test(message))).toEqual([true, false]);
    expect(messages(results, false).map((message) => advice.test(message))).toEqual([false, false]);
  });

  test("tells once what a check could not compare, also of a single image", () => {
    const one = [failed("a.io/x:1", { kind: "check" })];
    const two = [...one, failed("a.io/x:2", { kind: "check" })];

    expect(messages(one)).toEqual([
      `a.io could not be asked, so 1 image was not checked ("a.io/x:1"): ${reason}`,
    ]);
    expect(messages(two)).toEqual([
      `a.io could not be asked, so 2 images were not checked ("a.io/x:1", "a.io/x:2"): ${reason}`,
    ]);
  });
});
