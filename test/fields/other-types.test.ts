import { describe, expect, test } from "vitest";
import { pin } from "./pinning.ts";

describe("an image that kubectl reads as another type", () => {
  test.each(["yes", "on", "1_000", "0b11", "!!binary bmdpbng=", "!!int '3'"])(
    "is told and left: %s",
    async (value) => {
      const text = `apiVersion: v1\nkind: Pod\nmetadata: {name: x}\nspec:\n  containers:\n  - image: ${value}\n`;

      expect(await pin(text)).toEqual({
        text,
        told: [
          "warning spec.containers[0].image: must be the text of an image reference, but is of another type; left alone",
        ],
        asked: [],
      });
    },
  );

  test.each([
    ["tag", "{repository: r.io/a, tag: 1_000}", "r.io/a:1_000"],
    ["repository", "{repository: 1_000, tag: a}", "1_000:a"],
    ["registry", "{registry: on, repository: a, tag: b}", "on/a:b"],
    ["tag", "{repository: r.io/a, tag: !!binary djEu}", "r.io/a:djEu"],
  ])("is left where it is the %s of a reference in parts", async (part, image, value) => {
    const text = `apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: x}\nspec: {values: {image: ${image}}}\n`;

    expect(
      await pin(text, 'fieldSpecs: [{kind: HelmRelease, path: "spec/values/image", digestKey: digest}]'),
    ).toEqual({
      text,
      told: [
        `warning spec.values.image: "${value}": left alone: its \`${part}\` is a number, a boolean or binary data, which readers write in ways of their own: write it in quotes`,
      ],
      asked: [],
    });
  });
});
