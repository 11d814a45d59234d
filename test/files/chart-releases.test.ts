/** Objects that lay values over those of a chart beside them. */
import { describe, expect, test } from "vitest";
import { digest, makeTree, planTree } from "./tree.ts";

const image = `image: {repository: ghcr.io/a/b, tag: "1", digest: "${digest}"}\n`;
const chart = {
  "charts/web/Chart.yaml": "apiVersion: v2\nname: web\nversion: 1.0.0\n",
  "charts/web/values.yaml": image,
};

/** What a check tells of digests that stay under another tag. */
async function toldOf(tree: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const { lines } = await planTree(makeTree({ ...chart, ...tree }), {
    options: { mode: "check", "check.gone": "off", "check.drift": "off" },
  });
  return lines.map((line) => line.replace(/ of "ghcr\.io\/a\/b:1".*/, ""));
}

function application(helm: string): string {
  return `apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: web}\nspec:\n  source:\n    path: charts/web\n    helm:\n${helm}`;
}

describe("an Application of Argo CD", () => {
  test.each([
    [
      "an object",
      '      valuesObject: {image: {tag: "2"}}\n',
      "8:30: [error] spec.source.helm.valuesObject.image.tag",
    ],
    [
      "a text",
      '      values: |\n        image:\n          tag: "2"\n',
      "10:11: [error] spec.source.helm.values.image.tag",
    ],
    [
      "a parameter",
      '      parameters:\n      - name: image.tag\n        value: "2"\n',
      "10:17: [error] spec.source.helm.parameters",
    ],
  ])("fails a check where %s changes the tag alone", async (_, helm, place) => {
    expect(await toldOf({ "apps/web.yaml": application(helm) })).toEqual([
      `apps/web.yaml:${place}: changes the \`tag\``,
    ]);
  });

  test("fails a check in a list of objects, too", async () => {
    const inList = application('      valuesObject: {image: {tag: "2"}}\n').replaceAll(/^/gm, "  ").trimEnd();

    expect(await toldOf({ "apps.yaml": `apiVersion: v1\nkind: List\nitems:\n- ${inList.trim()}\n` })).toEqual(
      ["apps.yaml:11:32: [error] spec.source.helm.valuesObject.image.tag: changes the `tag`"],
    );
  });

  test("fails a check where a file that it names does", async () => {
    const tag = (text: string): string => `image: {tag: "${text}"}\n`;

    const lines = await toldOf({
      "apps/web.yaml": application(
        "      valueFiles: [../../envs/p.yaml, $ref/envs/q.yaml, /envs/r.yaml, no.yaml]\n",
      ),
      "envs/p.yaml": tag("2"),
      "envs/q.yaml": tag("3"),
      "envs/r.yaml": tag("4"),
    });

    expect(lines).toEqual(
      ["p", "q", "r"].map((name) => `envs/${name}.yaml:1:9: [error] image.tag: changes the \`tag\``),
    );
  });

  test.each([
    ["says the digest, too", `      valuesObject: {image: {tag: "2", digest: "${digest}"}}\n`],
    [
      "says it in a parameter",
      `      valuesObject: {image: {tag: "2"}}\n      parameters: [{name: image.digest, value: "${digest}"}]\n`,
    ],
    ["says the same once more", '      valuesObject: {image: {tag: "1"}}\n'],
    ["says nothing of images", "      valuesObject: {replicas: 2}\n"],
  ])("that %s is told nothing", async (_, helm) => {
    expect(await toldOf({ "apps/web.yaml": application(helm) })).toEqual([]);
  });

  test("is told of a file once, for the first that does not make up for it", async () => {
    const files = "      valueFiles: [/p.yaml, /q.yaml]\n";
    const digested = `      valuesObject: {image: {tag: "4", digest: "${digest}"}}\n`;

    const lines = await toldOf({
      "web.yaml": [files + digested, files, files].map(application).join("---\n"),
      "p.yaml": 'image: {tag: "2"}\n',
      "q.yaml": 'image: {tag: "3"}\n',
    });

    expect(lines).toEqual(
      ["p", "q"].map((name) => `${name}.yaml:1:9: [error] image.tag: changes the \`tag\``),
    );
  });

  test("is told nothing of a file for which one above it makes up", async () => {
    const lines = await toldOf({
      "web.yaml": application("      valueFiles: [/p.yaml, /q.yaml]\n"),
      "p.yaml": 'image: {tag: "2"}\n',
      "q.yaml": `image: {tag: "3", digest: "${digest}"}\n`,
    });

    expect(lines).toEqual([]);
  });

  test("lays a file that it names twice where it names it last", async () => {
    const lines = await toldOf({
      "web.yaml": application("      valueFiles: [/p.yaml, /q.yaml, /p.yaml]\n"),
      "p.yaml": 'image: {tag: "2"}\n',
      "q.yaml": 'image: {tag: "2"}\n',
    });

    expect(lines).toEqual(["q.yaml:1:9: [error] image.tag: changes the `tag`"]);
  });

  test("of another chart is told nothing", async () => {
    const text = application('      valuesObject: {image: {tag: "2"}}\n');

    expect(await toldOf({ "apps/web.yaml": text.replace("charts/web", "charts/other") })).toEqual([]);
    expect(await toldOf({ "apps/web.yaml": text.replace("charts/web", '"charts/{{x}}"') })).toEqual([]);
  });

  test("is told in the run that writes the digest", async () => {
    const folder = makeTree({
      ...chart,
      "charts/web/values.yaml": 'image: {repository: ghcr.io/a/b, tag: "1", digest: ""}\n',
      "web.yaml": application('      valuesObject: {image: {tag: "2"}}\n'),
    });

    const { lines, ok } = await planTree(folder, { options: { report: "problems" } });

    expect(ok).toBe(true);
    expect(lines).toEqual([expect.stringMatching(/^web\.yaml:8:30: \[warning\].*changes the `tag`/)]);
  });

  test("is told nothing where another image of the file gets its digest", async () => {
    const image = (name: string): string => `{repository: ghcr.io/a/${name}, tag: "1", digest: ""}`;
    const folder = makeTree({
      ...chart,
      "charts/web/values.yaml": `one: ${image("one")}\nimage: ${image("two")}\n`,
      "web.yaml": application('      valuesObject: {image: {tag: "2"}}\n'),
    });

    const { changes, lines } = await planTree(folder, {
      options: { report: "problems", exclude: "ghcr.io/a/two:*" },
    });

    expect(changes).toHaveLength(1);
    expect(lines).toEqual([]);
  });

  test("is told with the name of the image, also where its registry stands apart", async () => {
    const folder = makeTree({
      ...chart,
      "charts/web/values.yaml": image.replace(
        "repository: ghcr.io/a/b",
        "registry: ghcr.io, repository: a/b",
      ),
      "web.yaml": application('      valuesObject: {image: {tag: "2"}}\n'),
    });

    const { lines } = await planTree(folder, { options: { report: "problems" } });

    expect(lines).toEqual([expect.stringContaining('changes the `tag` of "ghcr.io/a/b:1"')]);
  });

  test("is told where merge keys bring in what it lays over what", async () => {
    const lines = await toldOf({
      "charts/web/values.yaml": `x: &x {tag: "1", digest: "${digest}"}\nimage: {repository: ghcr.io/a/b, <<: *x}\n`,
      "web.yaml": application('      valuesObject: {y: &y {image: {tag: "2"}}, <<: *y}\n'),
    });

    expect(lines.filter((line) => line.startsWith("web"))).toEqual([
      "web.yaml:8:37: [error] spec.source.helm.valuesObject.image.tag: changes the `tag`",
    ]);
  });

  test("is told of a digest that is written without its algorithm", async () => {
    const lines = await toldOf({
      "charts/web/values.yaml": image.replace("sha256:", ""),
      "web.yaml": application('      valuesObject: {image: {tag: "2"}}\n'),
    });

    expect(lines).toEqual([expect.stringMatching(/^web\.yaml:8:30: \[error\].*changes the `tag`/)]);
  });
});

test("an ApplicationSet is told for what it makes", async () => {
  const lines = await toldOf({
    "set.yaml": `apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {name: web}\nspec:\n  template:\n    spec:\n      source:\n        path: charts/web\n        helm:\n          parameters: [{name: image.tag, value: "{{tag}}"}]\n`,
    "none.yaml":
      "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {name: none}\nspec: {template: {spec: 1}}\n",
  });

  expect(lines).toEqual([
    "set.yaml:10:50: [error] spec.template.spec.source.helm.parameters: changes the `tag`",
  ]);
});

describe("a HelmRelease of Flux", () => {
  test("fails a check where its values, or files that it names, change the tag alone", async () => {
    const lines = await toldOf({
      "releases/web.yaml": `apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: web}\nspec:\n  chart: {spec: {chart: ./charts/web, valuesFiles: [./charts/web/values.yaml, envs/p.yaml]}}\n  values: {image: {tag: "3"}}\n`,
      "envs/p.yaml": 'image: {tag: "2"}\n',
    });

    expect(lines).toEqual([
      "envs/p.yaml:1:9: [error] image.tag: changes the `tag`",
      "releases/web.yaml:6:20: [error] spec.values.image.tag: changes the `tag`",
    ]);
  });

  test("of a chart in a HelmRepository is told nothing, since it names no folder", async () => {
    const lines = await toldOf({
      "releases/web.yaml": `apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: web}\nspec:\n  chart: {spec: {chart: charts/web, sourceRef: {kind: HelmRepository, name: r}}}\n  values: {image: {tag: "3"}}\n`,
    });

    expect(lines).toEqual([]);
  });
});
