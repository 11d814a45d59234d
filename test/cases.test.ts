/**
 * Each folder of test/cases shows one behaviour: what comes in (input.yaml or input.json), what it is configured with
 * (config.yaml, where it isn't part of the list), what goes out (output.…), and what is told (results.txt, one line for
 * each result). `missing/…` are images that no registry has; the digest of any other is the hash of its full name.
 */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { type Digest, parseDigest } from "../src/image/digest.ts";
import { canonicalName, type ImageReference } from "../src/image/reference.ts";
import { formatResult } from "../src/krm/result.ts";
import { type PinResult, pinDigests } from "../src/pin-digests.ts";

const cases = new URL("cases/", import.meta.url);

interface Answer extends PinResult {
  readonly asked: readonly string[];
}

async function pin(text: string, functionConfig: string | undefined): Promise<Answer> {
  const asked: string[] = [];
  const resolveDigest = async (image: ImageReference): Promise<Digest> => {
    asked.push(canonicalName(image));
    if (image.repository.startsWith("missing/")) throw new Error(`${canonicalName(image)} is not there`);
    return parseDigest(`sha256:${createHash("sha256").update(canonicalName(image)).digest("hex")}`);
  };
  const result = await pinDigests(text, {
    resolveDigest,
    ...(functionConfig !== undefined && { functionConfig }),
  });
  return { ...result, asked };
}

describe("pinDigests", () => {
  test.each(readdirSync(cases))("does as test/cases/%s shows", async (name) => {
    const read = (file: string): string | undefined => {
      const url = new URL(`${name}/${file}`, cases);
      return existsSync(url) ? readFileSync(url, "utf8") : undefined;
    };
    const type = read("input.json") === undefined ? "yaml" : "json";
    const config = read("config.yaml");

    const actual = await pin(read(`input.${type}`) ?? "", config);

    expect(actual.text).toBe(read(`output.${type}`) ?? "");
    expect(actual.results.map((result) => `${formatResult(result)}\n`).join("")).toBe(
      read("results.txt") ?? "",
    );
    expect(actual.ok).toBe(!actual.results.some(({ severity }) => severity === "error"));
    expect(actual.asked).toEqual([...new Set(actual.asked)]);
    if (!actual.ok) return;
    // With `report: all`, the second run has that to tell of the images that have a digest now.
    const tellsAll = (config ?? actual.text).includes("report: all");
    const settled = tellsAll ? (await pin(actual.text, config)).text : actual.text;
    const again = await pin(settled, config);
    expect(again.asked.filter((each) => !each.includes("/missing/"))).toEqual([]);
    expect(again.results.filter(({ field }) => field?.proposedValue !== undefined)).toEqual([]);
    expect(again.text).toBe(settled);
  });
});
