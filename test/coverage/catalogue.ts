import { readFileSync } from "node:fs";
import { join } from "node:path";
import { unknownField } from "../../src/fields/suggested-spec.ts";
import { parseDigest } from "../../src/image/digest.ts";
import { pinDigests } from "../../src/pin-digests.ts";
import type { Registry } from "../../src/registry/resolve/registry-session.ts";
import { type Hit, ruleOf } from "./rules.ts";

/** How a catalogue of custom resources is covered. */
export interface CatalogueCoverage {
  readonly paths: number;
  /** Paths of images that were not pinned. */
  readonly missed: readonly string[];
  /** Paths that take their tag from another field, and were pinned without one; and others that were not. */
  readonly wrongWithoutTag: readonly string[];
  readonly falsePaths: number;
  /** Paths that hold no image, and were changed. */
  readonly falseHits: readonly string[];
  /** Those of them that are changed where a registry has every name and `unknownFields` is `all`, by rule. */
  readonly likelyHits: readonly Hit[];
}

interface Kind {
  readonly group: string;
  readonly kind: string;
  readonly versions: readonly string[];
  readonly paths: readonly string[];
  readonly pinOnlyIfTagged?: Readonly<Record<string, string>>;
}

interface FalsePath {
  readonly group: string;
  readonly kind: string;
  readonly path: string;
}

/** Pins an object for each path of `image-fields.json` and of `image-false-positives.json` in a folder. */
export async function measureCatalogue(folder: string): Promise<CatalogueCoverage> {
  // Checked: both files are described in the folder.
  const kinds = readJson(folder, "image-fields.json") as readonly Kind[];
  const falsePaths = readJson(folder, "image-false-positives.json") as readonly FalsePath[];
  const missed: string[] = [];
  const wrongWithoutTag: string[] = [];
  const falseHits: string[] = [];
  const likelyHits: Hit[] = [];
  for (const { group, kind, versions, paths, pinOnlyIfTagged = {} } of kinds) {
    for (const path of paths) {
      const where = { apiVersion: `${group}/${versions[0] ?? "v1"}`, kind, path };
      const name = `${group} ${kind} ${path}`;
      if (!(await isPinned({ ...where, image: "ghcr.io/acme/app:v1" }))) missed.push(name);
      if ((await isPinned({ ...where, image: "ghcr.io/acme/app" })) === path in pinOnlyIfTagged)
        wrongWithoutTag.push(name);
    }
  }
  for (const { group, kind, path } of falsePaths) {
    const place = { apiVersion: `${group}/v1`, kind, path, image: "ghcr.io/acme/app:v1" };
    if (await isPinned(place)) falseHits.push(`${group} ${kind} ${path}`);
    if (await isPinned(place, "all"))
      likelyHits.push({ rule: ruleOf(unknownField, path), set: "false paths" });
  }
  const paths = kinds.flatMap((each) => each.paths).length;
  return { paths, missed, wrongWithoutTag, falsePaths: falsePaths.length, falseHits, likelyHits };
}

const digest = parseDigest(`sha256:${"0123456789abcdef".repeat(4)}`);

/** Has an image of every name. */
const registry: Registry = {
  inspect: async () => ({ digest, recognizedBy: "application/vnd.oci.image.index.v1+json" }),
  hasDigest: async () => true,
};

interface Place {
  readonly apiVersion: string;
  readonly kind: string;
  readonly path: string;
  readonly image: string;
}

async function isPinned({ apiVersion, kind, path, image }: Place, unknownFields?: string): Promise<boolean> {
  const object = { apiVersion, kind, metadata: { name: "x" }, ...objectWith(path, image) };
  const { text } = await pinDigests(
    JSON.stringify(object),
    unknownFields === undefined
      ? { resolveDigest: async () => digest }
      : { registry, overrides: new Map([["unknownFields", unknownFields]]) },
  );
  return text.includes(`${image}@${digest}`);
}

/** The object in which a value stands at a path; `[]` is an element of a list, `{*}` a key. */
function objectWith(path: string, value: string): object {
  const steps = path.split(/\.|(?=\[\]|\{\*\})/);
  return steps.reduceRight<unknown>(
    (inner, step) => (step === "[]" ? [inner] : { [step === "{*}" ? "any" : step]: inner }),
    value,
  ) as object;
}

function readJson(folder: string, name: string): unknown {
  return JSON.parse(readFileSync(join(folder, name), "utf8"));
}
