import { describe, expect, test } from "vitest";
import { measureCatalogue } from "../../coverage/catalogue.ts";
import { measureCorpus } from "../../coverage/corpus.ts";
import { measureOtherKeys } from "../../coverage/other-keys.ts";
import { isMissing } from "../../support/missing.ts";

const shared = "../shared";

describe("images under other keys than `image`", () => {
  test("are pinned by a rule, or told where their tag has a key of its own", async () => {
    expect(await measureOtherKeys()).toEqual({ images: 104, wrong: [] });
  });
});

describe.skipIf(isMissing("catalogue at ../shared/reference", `${shared}/reference/image-fields.json`))(
  "the catalogue of custom resources",
  () => {
    test("is covered in full, without a false hit", async () => {
      expect(await measureCatalogue(`${shared}/reference`)).toEqual({
        paths: 699,
        missed: [],
        wrongWithoutTag: [],
        falsePaths: 267,
        falseHits: [],
        likelyHits: [],
      });
    });
  },
);

describe.skipIf(isMissing("corpus of manifests at ../shared/corpus", `${shared}/corpus/images.dev.tsv`))(
  "the corpus of manifests",
  () => {
    test("is covered: pods in full, custom resources at 95 % and more, and of what is no image nothing but bundles", async () => {
      const { categories, falseHits } = await measureCorpus(`${shared}/corpus`);
      const pods = categories.get("a");
      const custom = categories.get("b");

      expect(pods?.found).toBe(pods?.values);
      expect((custom?.found ?? 0) / (custom?.values ?? 1)).toBeGreaterThan(0.95);
      // The corpus goes by rules, and counts every parameter of Tekton's; these are bundles.
      expect(falseHits.filter((hit) => !hit.includes("taskRef.params[].value"))).toEqual([]);
    }, 60_000);
  },
);
