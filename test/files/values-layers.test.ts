/** Values of charts that are laid over others, and say a part of an image. */
import { describe, expect, test } from "vitest";
import { digest, makeTree, planTree } from "./tree.ts";

const chart = "apiVersion: v2\nname: web\nversion: 1.0.0\n";
const image = `image: {repository: ghcr.io/a/b, tag: "1", digest: "${digest}"}\n`;
const tag = 'image:\n  tag: "2"\n';

/** What a check tells of digests that stay under another tag. */
async function toldOf(tree: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const { lines } = await planTree(makeTree(tree), {
    options: { mode: "check", "check.gone": "off", "check.drift": "off" },
  });
  return lines.map((line) => line.replace(/ of "ghcr\.io\/a\/b:1".*/, ""));
}

describe("values over those of a chart", () => {
  const base = { "c/Chart.yaml": chart, "c/values.yaml": image };

  test.each([
    "values-prod.yaml",
    "prod.values.yml",
    "values.prod.json",
    "envs/prod/values.yaml",
    "ci/test-values.yaml",
  ])("that change the tag alone fail a check, in %s", async (name) => {
    const text = name.endsWith(".json") ? '{\n "image": {"tag": "2"}}' : tag;

    const lines = await toldOf({ ...base, [`c/${name}`]: text });

    expect(lines).toEqual([
      expect.stringMatching(`^c/${name}:2:[0-9]+: \\[error\\] image\\.tag: changes the \`tag\`$`),
    ]);
  });

  test.each([
    ["an alias of a text", 'x: &x "2"\nimage: {tag: *x}\n', "2:9"],
    ["an alias of a map", 'x: &x\n  tag: "2"\nimage: *x\n', "2:3"],
    ["a merge key", 'x: &x\n  tag: "2"\nimage:\n  <<: *x\n', "2:9"],
  ])("may say the tag by %s", async (_, text, place) => {
    const lines = await toldOf({ ...base, "c/values-prod.yaml": text });

    expect(lines).toEqual([`c/values-prod.yaml:${place}: [error] image.tag: changes the \`tag\``]);
  });

  test("may hold themselves, or unfold to more than anybody reads", async () => {
    const folds = Array.from({ length: 9 }, (_, n) => {
      const names = Array.from({ length: 10 }, (_, key) => `k${key}: *a${n}`);
      return `a${n + 1}: &a${n + 1} {${names.join(", ")}}\n`;
    });

    expect(await toldOf({ ...base, "c/values-prod.yaml": `a0: &a0 {b: 1}\n${folds.join("")}` })).toEqual([]);
    expect(await toldOf({ ...base, "c/values-prod.yaml": "a: &a {b: *a, tag: x}\n" })).toEqual([]);
  });

  test("that are named by a flag are looked at whatever they are called", async () => {
    const tree = { ...base, "c/prod.yaml": tag };
    const folder = makeTree(tree);

    const named = await planTree(folder, { isValues: (place) => place.endsWith("prod.yaml") });

    expect(await toldOf(tree)).toEqual([]);
    expect(named.lines).toEqual([expect.stringContaining("c/prod.yaml:2:3: [warning] image.tag: changes")]);
  });

  test.each([
    ["say the digest", `image: {tag: "2", digest: "${digest}"}\n`],
    ["say the same once more", 'image: {repository: ghcr.io/a/b, tag: "1"}\n'],
    ["name a mirror, which has the same digests", "image: {registry: mirror.example}\n"],
    ["say nothing of it", "replicas: 2\nimage: {pullPolicy: Always}\n"],
    ["are for another map", 'other: {tag: "2"}\nkind: Pod\ngroup: x\n'],
    ["are a template", "image: {tag: {{ .tag }}}\n"],
  ])("that %s are told nothing", async (_, text) => {
    expect(await toldOf({ ...base, "c/values-prod.yaml": text })).toEqual([]);
  });

  test("are told by the image that they change, where a map holds several", async () => {
    const part = (name: string): string =>
      `${name}Repository: ghcr.io/a/${name}\n${name}Tag: "1"\n${name}Digest: ${digest}\n`;
    const folder = makeTree({
      "c/Chart.yaml": chart,
      "c/values.yaml": `${part("agent")}${part("proxy")}logVersion: 1\n`,
      "c/values-prod.yaml": 'agentTag: "2"\nlogVersion: 2\n',
      "c/values-test.yaml": `agentTag: "2"\nagentDigest: ${digest}\nproxyTag: "2"\n`,
    });

    const { lines } = await planTree(folder, {
      options: { mode: "check", "check.gone": "off", "check.drift": "off" },
    });

    expect(lines).toEqual([
      expect.stringMatching(/^c\/values-prod\.yaml:1:1: .* the `agentTag` of "ghcr\.io\/a\/agent:1"/),
      expect.stringMatching(/^c\/values-test\.yaml:3:1: .* the `proxyTag` of "ghcr\.io\/a\/proxy:1"/),
    ]);
  });

  test("may replace a reference whose registry stands apart as a whole", async () => {
    const whole = (tag: string): string => `web: {registry: ghcr.io, image: "a/b:${tag}@${digest}"}\n`;

    expect(
      await toldOf({
        "c/Chart.yaml": chart,
        "c/values.yaml": whole("1"),
        "c/values-prod.yaml": whole("2"),
      }),
    ).toEqual([]);
  });

  test("keep a digest out of the chart's own, where those have none yet", async () => {
    const folder = makeTree({
      "c/Chart.yaml": chart,
      "c/values.yaml": 'image: {repository: ghcr.io/a/b, tag: "1", digest: ""}\nsidecarImage: redis:7\n',
      "c/values-prod.yaml": tag,
    });

    const { changes, lines } = await planTree(folder, { options: { report: "problems" } });

    expect(changes.map(({ images }) => images)).toEqual([1]);
    expect(lines).toEqual([
      expect.stringMatching(
        /^c\/values\.yaml:1:.*left alone: c\/values-prod\.yaml:2:3 changes its `tag` alone/,
      ),
    ]);
  });

  test("are those of another chart no more than those of a template", async () => {
    const lines = await toldOf({
      ...base,
      "c/templates/values-x.yaml": tag,
      "d/values-prod.yaml": tag,
      "d/Chart.yaml": chart,
    });

    expect(lines).toEqual([]);
  });

  test("may be those of a chart that holds it, by its name there", async () => {
    const lines = await toldOf({
      "p/Chart.yaml": `${chart}dependencies: [{name: sub}, {name: other, alias: mine}]\n`,
      "p/values.yaml": 'sub:\n  image: {tag: "2"}\nother:\n  image: {tag: "3"}\n',
      "p/values-prod.yaml": 'mine:\n  image: {tag: "4"}\n',
      "p/charts/sub/Chart.yaml": chart,
      "p/charts/sub/values.yaml": image,
      "p/charts/other/Chart.yaml": chart,
      "p/charts/other/values.yaml": image,
    });

    expect(lines).toEqual([
      "p/values-prod.yaml:2:11: [error] mine.image.tag: changes the `tag`",
      "p/values.yaml:2:11: [error] sub.image.tag: changes the `tag`",
    ]);
  });
});

describe("values of a chart that a kustomization inflates", () => {
  test.each<[string, string, Readonly<Record<string, string>>, readonly string[]]>([
    [
      "a file under those in place",
      "valuesFile: v.yaml\n  valuesInline: {image: {tag: '2'}}",
      { "v.yaml": image },
      ["kustomization.yaml:4:26"],
    ],
    [
      "a file over those in place",
      `valuesFile: v.yaml\n  valuesMerge: merge\n  valuesInline: {${image.trim()}}`,
      { "v.yaml": tag },
      ["v.yaml:2:3"],
    ],
    [
      "further files",
      "additionalValuesFiles: [a.yaml, b.txt]\n  valuesFile: v.yaml",
      { "v.yaml": image, "a.yaml": tag, "b.txt": tag },
      ["a.yaml:2:3", "b.txt:2:3"],
    ],
    [
      "the chart's own",
      "valuesInline: {image: {tag: '2'}}",
      { "charts/x/values.yaml": image, "charts/x/Chart.yaml": chart },
      ["kustomization.yaml:3:26"],
    ],
    [
      "a file that nothing merges",
      "valuesFile: v.yaml\n  valuesMerge: replace\n  valuesInline: {image: {tag: '2'}}",
      { "v.yaml": image },
      [],
    ],
    [
      "a digest that a further file says",
      "valuesFile: v.yaml\n  additionalValuesFiles: [a.yaml, b.yaml]",
      { "v.yaml": image, "a.yaml": tag, "b.yaml": `image: {digest: "${digest}"}\n` },
      [],
    ],
  ])("are looked at in their order: %s", async (_, options, files, places) => {
    const lines = await toldOf({
      "kustomization.yaml": `helmCharts:\n- name: x\n  ${options}\n`,
      ...files,
    });

    expect(lines.map((line) => line.split(": ")[0])).toEqual(places);
  });
});
