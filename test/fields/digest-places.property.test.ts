/** Whatever holds a digest, a run leaves a reference that a consumer can read, with the name and the tag that it had. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { type ImageReference, InvalidReferenceError, safeParseReference } from "../../src/image/reference.ts";
import { pin } from "./pinning.ts";

const old = `sha256:${"ab".repeat(32)}`;
const now = `sha256:${"0123456789abcdef".repeat(4)}`;

const kinds = {
  values:
    "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: x}\nspec: {values: {image: MAP}}\n",
  "other values":
    "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: x}\nspec: {values: {web: MAP}}\n",
  unknown: "apiVersion: acme.io/v1\nkind: Widget\nmetadata: {name: x}\nspec: {image: MAP}\n",
  "unknown that is called otherwise":
    "apiVersion: acme.io/v1\nkind: Widget\nmetadata: {name: x}\nspec: {web: MAP}\n",
  flux: "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: x}\nspec: {images: [MAP]}\n",
} as const;

const repositories = [
  "ghcr.io/a/b",
  "a/b",
  "b",
  "ghcr.io/a/b:v2",
  `ghcr.io/a/b@${old}`,
  `ghcr.io/a/b:v2@${old}`,
];
const tags = [
  undefined,
  '""',
  "null",
  "v1",
  `v1@${old}`,
  "1.10",
  `1.10@${old}`,
  '"1.10"',
  `'yes@${old}'`,
  `yes@${old}`,
  old,
  "''",
];
const digests = [undefined, '""', "null", "~", "", old, `'${old}'`, old.slice(7), "abc"];
const options = [
  "",
  `fieldSpecs: [${["HelmRelease", "Widget"]
    .map((kind) => `{kind: ${kind}, path: "spec/**/image", in: repositoryAndTag, digestKey: digest}`)
    .join(", ")}]`,
];

const places = fc.record({
  kind: fc.constantFrom(...Object.keys(kinds)) as fc.Arbitrary<keyof typeof kinds>,
  registry: fc.constantFrom(undefined, undefined, '""', "quay.io"),
  repository: fc.constantFrom(...repositories),
  name: fc.constantFrom("repository", "image", "name"),
  tag: fc.constantFrom(...tags),
  digest: fc.constantFrom(...digests),
  isDigestFirst: fc.boolean(),
  option: fc.constantFrom(...options),
});

type PlaceOf = typeof places extends fc.Arbitrary<infer T> ? T : never;

function textOf({ kind, registry, repository, name, tag, digest, isDigestFirst }: PlaceOf): string {
  const isFlux = kind === "flux";
  const parts = [
    ["registry", isFlux ? undefined : registry],
    [isFlux ? "name" : name, repository],
    [isFlux ? "newTag" : "tag", tag],
  ] as const;
  const own = ["digest", digest] as const;
  const members = (isDigestFirst ? [own, ...parts] : [...parts, own]).flatMap(([key, value]) =>
    value === undefined ? [] : `${key}: ${value}`,
  );
  return kinds[kind].replace("MAP", `{${members.join(", ")} }`);
}

/** The reference that a consumer puts together, where it makes one. */
function meaning(text: string): ImageReference | undefined {
  const { spec } = parse(text);
  const map = spec.images?.[0] ?? spec.image ?? spec.web ?? spec.values.image ?? spec.values.web;
  const { registry } = map;
  const name = map.repository ?? map.image ?? map.name;
  const isWhole = /[:@]/.test(name);
  // A whole image needs no tag beside it.
  const tag = isWhole && map.image !== undefined ? undefined : (map.newTag ?? map.tag);
  const digest = isWhole && map.digest === "abc" ? undefined : map.digest;
  const algorithm = /^[0-9a-f]{64}$/.test(digest) ? "sha256:" : "";
  const composed = `${registry && !(isWhole && name.startsWith("ghcr.io/")) ? `${registry}/` : ""}${name}${tag ? `:${tag}` : ""}${digest ? `@${algorithm}${digest}` : ""}`;
  const image = safeParseReference(composed);
  return image instanceof InvalidReferenceError ? undefined : image;
}

test.each(["pin", "update", "unpin"])("%s keeps what a reference in parts means", async (mode) => {
  await fc.assert(
    fc.asyncProperty(places, async (place) => {
      const text = textOf(place);
      const before = meaning(text);

      const run = await pin(text, `mode: ${mode}\nonError: warn\n${place.option}`);
      const after = run.text.replaceAll("<digest>", now);
      const again = await pin(after, `mode: ${mode}\nonError: warn\n${place.option}`);

      expect(again.text.replaceAll("<digest>", now)).toBe(after);
      if (before === undefined) {
        expect(after).toBe(text);
        return;
      }
      const image = meaning(after);
      expect(image).toMatchObject({
        name: before.name,
        ...(before.tag !== undefined && { tag: before.tag }),
      });
      const possible = {
        pin: before.digest === undefined ? [undefined, now] : [before.digest],
        update: before.digest === undefined ? [undefined, now] : [before.digest, now],
        unpin: [undefined, before.digest],
      }[mode];
      expect(possible).toContain(image?.digest);
    }),
    { numRuns: 300 },
  );
});
