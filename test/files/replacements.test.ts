import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { digest, makeTree, pinTree, planTree, pod, readTree } from "./tree.ts";

const check = { options: { mode: "check" } };

/** A kustomization with a replacement that writes a field of the ConfigMap `x` into the image of the pod `web`. */
function replacing(source: string, target = toImage): string {
  return `resources: [p.yaml, x.yaml]\nreplacements:\n- source: ${source}\n  targets:\n  - ${target}\n`;
}

const toImage = "{select: {kind: Pod, name: web}, fieldPaths: [spec.containers.0.image]}";
const fromMap = "{kind: ConfigMap, name: x, fieldPath: data.web}";

function map(entries: string, more = ""): string {
  return `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x${more}}\ndata: {${entries}}\n`;
}

describe("an image that `replacements` write", () => {
  test("is pinned where it comes from, and what it replaces is left alone", async () => {
    const tree = {
      "kustomization.yaml": replacing(fromMap),
      "p.yaml": pod("placeholder:x"),
      "x.yaml": map("web: redis:7, other: redis:8"),
    };
    const folder = makeTree(tree);

    const { asked, lines } = await pinTree(folder);

    expect(readTree(folder)).toEqual({ ...tree, "x.yaml": map(`web: redis:7@${digest}, other: redis:8`) });
    expect(asked).toEqual(["docker.io/library/redis:7"]);
    expect(lines).toEqual([expect.stringMatching(/^x\.yaml:4:13: \[info\].*data\.web: pinned "redis:7"/)]);
  });

  test("fails a check where it has no digest", async () => {
    const { ok, lines } = await planTree(
      makeTree({
        "kustomization.yaml": replacing(fromMap),
        "p.yaml": pod("placeholder"),
        "x.yaml": map("web: redis:7"),
      }),
      check,
    );

    expect(ok).toBe(false);
    expect(lines).toEqual([expect.stringMatching(/^x\.yaml:4:13: \[error\].*data\.web.*has no digest/)]);
  });

  test("is pinned in what is only there to be read", async () => {
    const local = ', annotations: {config.kubernetes.io/local-config: "true"}';
    const folder = makeTree({
      "kustomization.yaml": replacing(fromMap),
      "p.yaml": pod("placeholder"),
      "x.yaml": map("web: redis:7", local),
    });

    await pinTree(folder);

    expect(readTree(folder)["x.yaml"]).toBe(map(`web: redis:7@${digest}`, local));
  });

  test.each([
    ["a file of its own", "- path: r.yaml", `source: ${fromMap}\ntargets: [${toImage}]\n`],
    ["a list of its own", "- path: r.yaml", `- source: ${fromMap}\n  targets: [${toImage}]\n`],
    ["a file without an extension", "- path: r", `source: ${fromMap}\ntargets: [${toImage}]\n`],
  ])("may be said in %s", async (_, entry, text) => {
    const path = entry.slice("- path: ".length);
    const tree = {
      "kustomization.yaml": `resources: [p.yaml, x.yaml]\nreplacements:\n${entry}\n`,
      [path]: text,
      "p.yaml": pod("a:1"),
      "x.yaml": map("web: redis:7"),
    };
    const folder = makeTree(tree);

    await pinTree(folder);

    expect(readTree(folder)).toEqual({ ...tree, "x.yaml": map(`web: redis:7@${digest}`) });
  });

  test("may be said by a transformer", async () => {
    const transformer = `apiVersion: builtin\nkind: ReplacementTransformer\nmetadata: {name: r}\nreplacements:\n- source: ${fromMap}\n  targets: [${toImage}]\n- sourceValue: redis:8\n  targets: [{select: {kind: Pod}, fieldPaths: [spec.initContainers.0.image]}]\n`;
    for (const [at, tree] of [
      [
        "t.yaml",
        {
          "kustomization.yaml": "resources: [p.yaml, x.yaml]\ntransformers: [t.yaml]\n",
          "t.yaml": transformer,
        },
      ],
      [
        "kustomization.yaml",
        {
          "kustomization.yaml": `resources: [p.yaml, x.yaml]\ntransformers:\n- |\n${transformer.replace(/^(?=.)/gm, "  ")}`,
        },
      ],
    ] as const) {
      const folder = makeTree({ ...tree, "p.yaml": pod("a:1"), "x.yaml": map("web: redis:7") });

      await pinTree(folder);

      const after = readTree(folder);
      expect(after["p.yaml"]).toBe(pod("a:1"));
      expect(after["x.yaml"]).toBe(map(`web: redis:7@${digest}`));
      expect(after[at]).toContain(`sourceValue: redis:8@${digest}\n`);
    }
  });

  test("may be said by a component, of what stands beside it", async () => {
    const folder = makeTree({
      "top/kustomization.yaml": "resources: [../base]\ncomponents: [../part]\n",
      "base/kustomization.yaml": "resources: [p.yaml]\n",
      "base/p.yaml": pod("placeholder:x"),
      "part/kustomization.yaml": `apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n${replacing(fromMap).replace("p.yaml, ", "")}`,
      "part/x.yaml": map("web: redis:7"),
    });

    const { asked } = await pinTree(folder);

    expect(asked).toEqual(["docker.io/library/redis:7"]);
    expect(readTree(folder)["part/x.yaml"]).toBe(map(`web: redis:7@${digest}`));
  });

  test("may be a literal, whatever its key is called, or stand in the replacement", async () => {
    const text = `resources: [p.yaml]
configMapGenerator:
- {name: x, literals: [web=redis:7, other=redis:8]}
- {name: y, literals: ["web=redis:9"]}
replacements:
- source: ${fromMap}
  targets: [${toImage}]
- sourceValue: redis:6
  targets: [{select: {kind: Job}, fieldPaths: ["spec.template.spec.containers.[name=a].image"]}]
- sourceValue: redis:5
  targets: [{select: {kind: Job}, fieldPaths: [metadata.labels.redis]}]
`;
    const folder = makeTree({ "kustomization.yaml": text, "p.yaml": pod("a:1") });

    await pinTree(folder);

    expect(readTree(folder)).toEqual({
      "kustomization.yaml": text
        .replace("redis:7", `redis:7@${digest}`)
        .replace("redis:6", `redis:6@${digest}`),
      "p.yaml": pod("a:1"),
    });
  });

  test("is pinned by a name that the object gets later, and in patches of the object", async () => {
    const patch = "[{op: replace, path: /data/web, value: 'redis:8'}]";
    const folder = makeTree({
      "kustomization.yaml": `${replacing(fromMap.replace("name: x", "name: p-x")).replace("p.yaml, x.yaml", "base")}patches: [{target: {kind: ConfigMap}, path: json}, {path: merge.yaml}]\n`,
      json: `${patch}\n`,
      "merge.yaml": map("web: redis:9").replace("name: x", "name: p-x"),
      "base/kustomization.yaml": "namePrefix: p-\nresources: [p.yaml, x.yaml]\n",
      "base/p.yaml": pod(`a:1@${digest}`),
      "base/x.yaml": map("web: redis:7"),
    });

    const { asked, lines } = await planTree(folder);

    expect([...asked].sort()).toEqual(["7", "8", "9"].map((tag) => `docker.io/library/redis:${tag}`));
    expect(lines.map((line) => line.replace(/^\S+ \[(\w+)\].*/, "$1"))).toEqual(["info", "info", "info"]);
  });

  test("may be that of another object", async () => {
    const folder = makeTree({
      "kustomization.yaml": replacing("{kind: Pod, name: api, fieldPath: spec.containers.0.image}"),
      "p.yaml": pod("placeholder:x"),
      "x.yaml": pod("redis:7", "api"),
    });

    const { asked, lines } = await pinTree(folder);

    expect(asked).toEqual(["docker.io/library/redis:7"]);
    expect(lines).toHaveLength(1);
  });

  test("is told where no file says it", async () => {
    const sources = [
      ["a file that is no YAML", "configMapGenerator: [{name: x, envs: [x.env]}]\n", fromMap],
      ["an object from elsewhere", "", "{kind: Widget, name: w, fieldPath: spec.image}"],
      ["another name", "", "{kind: ConfigMap, name: y, fieldPath: data.web}"],
      ["another field", "", "{kind: ConfigMap, name: x, fieldPath: data.missing}"],
    ] as const;
    for (const [, generator, source] of sources) {
      const folder = makeTree({
        "kustomization.yaml": generator + replacing(source),
        "p.yaml": pod("a:1"),
        "x.yaml": map("app: redis:7"),
      });

      const pin = await planTree(folder);
      const checked = await planTree(folder, check);

      const at = new RegExp(`^kustomization\\.yaml:${generator === "" ? 3 : 4}:11: `);
      expect(pin).toMatchObject({ ok: true, changes: [] });
      expect(pin.lines).toEqual([expect.stringMatching(at)]);
      expect(pin.lines[0]).toMatch(/\[warning\] replacements\[0\]\.source: .*no file of this run/);
      expect(checked.ok).toBe(false);
      expect(checked.results[0]).toMatchObject({ severity: "error", tags: { class: "unpinned" } });
    }
  });

  test("is pinned in the base, too, where another kustomization uses that as it is", async () => {
    const { asked } = await planTree(
      makeTree({
        "base/kustomization.yaml": "resources: [p.yaml]\n",
        "base/p.yaml": pod("a:1"),
        "one/kustomization.yaml": replacing(fromMap).replace("p.yaml", "../base"),
        "one/x.yaml": map("web: redis:7"),
        "two/kustomization.yaml": "resources: [../base]\n",
      }),
    );

    expect([...asked].sort()).toEqual(["docker.io/library/a:1", "docker.io/library/redis:7"]);
  });

  test("goes to nothing that is rejected or selected otherwise", async () => {
    const targets = [
      "{select: {kind: Pod}, reject: [{name: web}], fieldPaths: [spec.containers.0.image]}",
      "{select: {kind: Pod, labelSelector: app=web}, fieldPaths: [spec.containers.0.image]}",
      "{select: {kind: Pod, namespace: other}, fieldPaths: [spec.containers.0.image]}",
      "{select: {group: apps, kind: Pod}, fieldPaths: [spec.containers.0.image]}",
      "{select: {kind: Pod}, fieldPaths: [spec.containers.1.image]}",
      "{select: {kind: Pod}, fieldPaths: ['spec.containers.[name=b].image']}",
    ];
    for (const target of targets) {
      const { asked } = await planTree(
        makeTree({
          "kustomization.yaml": replacing(fromMap, target),
          "p.yaml": pod("a:1"),
          "x.yaml": map("web: redis:7"),
        }),
      );

      expect([...asked].sort()).toEqual(["docker.io/library/a:1", "docker.io/library/redis:7"]);
    }
  });
});

describe("an image of which `replacements` take a part", () => {
  const part = 'options: {delimiter: ":", index: 1}';
  const fromPod = `{kind: Pod, name: api, fieldPath: spec.containers.0.image, ${part}}`;

  test("is left alone with what to do, since a digest would go with the part", async () => {
    const folder = makeTree({
      "kustomization.yaml": replacing(
        fromPod,
        `{select: {kind: Pod, name: web}, fieldPaths: [metadata.labels.v]}`,
      ),
      "p.yaml": pod(`a:1@${digest}`),
      "x.yaml": pod("redis:7", "api"),
    });

    const pin = await planTree(folder);
    const checked = await planTree(folder, check);

    expect(pin.changes).toEqual([]);
    expect(pin.lines).toEqual([
      expect.stringMatching(/^x\.yaml:7:12: \[warning\].*`replacements` of kustomization\.yaml.*a part/),
    ]);
    expect(checked.ok).toBe(false);
  });

  test("is pinned where no part changes with the digest", async () => {
    const path = 'options: {delimiter: "/", index: 0}';
    const { changes } = await planTree(
      makeTree({
        "kustomization.yaml": replacing(
          `{kind: Pod, name: api, fieldPath: spec.containers.0.image, ${path}}`,
          "{select: {kind: Pod, name: web}, fieldPaths: [metadata.labels.v]}",
        ),
        "p.yaml": pod(`a:1@${digest}`),
        "x.yaml": pod("ghcr.io/a/b:7", "api"),
      }),
    );

    expect(changes).toHaveLength(1);
  });

  test("is left alone where a file of its own, or a component, says so", async () => {
    const target = `{select: {kind: Pod, name: web}, fieldPaths: [spec.containers.0.image], ${part}}`;
    const trees = [
      {
        "kustomization.yaml": "resources: [p.yaml, x.yaml]\nreplacements: [{path: r.yaml}]\n",
        "r.yaml": `source: ${fromMap}\ntargets: [${target}]\n`,
        "p.yaml": pod("a:1"),
        "x.yaml": map('web: "2"'),
      },
      {
        "kustomization.yaml": "resources: [p.yaml]\ncomponents: [part]\n",
        "p.yaml": pod("a:1"),
        "part/kustomization.yaml": `kind: Component\n${replacing(fromMap, target).replace("p.yaml, ", "")}`,
        "part/x.yaml": map('web: "2"'),
      },
    ];
    for (const tree of trees) {
      const { changes, lines } = await planTree(makeTree(tree));

      expect(changes).toEqual([]);
      expect(lines).toEqual([expect.stringMatching(/^p\.yaml:7:12: \[warning\].*replaces a part of it/)]);
    }
  });

  test("is left alone where its text goes to a label as well, which can't hold a digest", async () => {
    const folder = makeTree({
      "kustomization.yaml": replacing(
        fromMap,
        "{select: {kind: Pod, name: web}, fieldPaths: [spec.containers.0.image, metadata.labels.image]}",
      ),
      "p.yaml": pod("placeholder:x"),
      "x.yaml": map("web: ghcr.io/a/b:7"),
    });

    const { changes, lines } = await planTree(folder);

    expect(changes).toEqual([]);
    expect(lines).toEqual([expect.stringMatching(/^x\.yaml:4:13: \[warning\].*`metadata\.labels\.image`/)]);
  });
});

describe("an image of a chart's values", () => {
  const release = (image: string): string =>
    `apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: web}\nspec: {values: {image: ${image}}}\n`;
  const select = "select: {kind: HelmRelease}";

  test.each([[`{repository: a, tag: "1", digest: "${digest}"}`], ['{repository: a, tag: "1"}']])(
    "is left alone where `replacements` write its tag: %s",
    async (image) => {
      const folder = makeTree({
        "kustomization.yaml": replacing(fromMap, `{${select}, fieldPaths: [spec.values.image.tag]}`),
        "p.yaml": release(image),
        "x.yaml": map('web: "2"'),
      });

      const pin = await planTree(folder, { options: { mode: "update" } });
      const checked = await planTree(folder, check);

      expect(pin.changes).toEqual([]);
      expect(pin.lines).toEqual([
        expect.stringMatching(
          /^p\.yaml:4:.*\[warning\].*`replacements` of kustomization\.yaml writes its `tag`/,
        ),
      ]);
      expect(checked.ok).toBe(false);
    },
  );

  test.each([
    ["write its digest, too", ["image.tag", "image.digest"], []],
    ["write its digest alone", ["image.digest"], []],
    ["write its registry, which may be a mirror", ["image.registry"], ["docker.io/library/a:1"]],
    ["write the version of something else", ["version", "image.logVersion"], ["docker.io/library/a:1"]],
  ])("is not told of where `replacements` %s", async (_, targets, expected) => {
    const paths = targets.map((path) => `spec.values.${path}`).join(", ");
    const folder = makeTree({
      "kustomization.yaml": replacing(fromMap, `{${select}, fieldPaths: [${paths}]}`),
      "p.yaml": release(`{registry: docker.io, repository: a, tag: "1", digest: "${digest}"}`),
      "x.yaml": map('web: "2"'),
    });

    const { asked, lines } = await planTree(folder, { options: { mode: "update", report: "problems" } });

    expect(asked).toEqual(expected);
    expect(lines).toEqual([]);
  });

  test("is told where `replacements` write it, and no file says what", async () => {
    const folder = makeTree({
      "kustomization.yaml": `configMapGenerator: [{name: x, envs: [x.env]}]\n${replacing(fromMap, `{${select}, fieldPaths: [spec.values.image]}`)}`,
      "p.yaml": release("a:1"),
      "x.yaml": map("app: redis:7"),
    });

    const { ok, lines } = await planTree(folder, check);

    expect(ok).toBe(false);
    expect(lines).toEqual([
      expect.stringMatching(/^kustomization\.yaml:4:11: \[error\].*no file of this run/),
    ]);
  });
});

describe("an image that a transformer sets", () => {
  test("is pinned there, since nothing of the kustomization comes after it", async () => {
    const patch = (image: string): string =>
      `apiVersion: builtin\nkind: PatchTransformer\nmetadata: {name: t}\ntarget: {kind: Pod}\npatch: '[{op: replace, path: /spec/containers/0/image, value: "${image}"}]'\n`;
    const folder = makeTree({
      "kustomization.yaml": `resources: [p.yaml]
images: [{name: a, newTag: "2"}]
replacements: [{sourceValue: "a:3", targets: [{select: {kind: Pod}, fieldPaths: [spec.containers.0.image]}]}]
transformers:
- t.yaml
- |
${patch("a:5").replace(/^(?=.)/gm, "  ")}`,
      "p.yaml": pod("a:1"),
      "t.yaml": patch("a:4"),
    });

    const { asked } = await planTree(folder);

    expect([...asked].sort()).toEqual(["2", "3", "4", "5"].map((tag) => `docker.io/library/a:${tag}`));
  });

  test("may stand in a file that it names", async () => {
    const transformer = (kind: string, rest: string): string =>
      `apiVersion: builtin\nkind: ${kind}\nmetadata: {name: t}\n${rest}\n`;
    const folder = makeTree({
      "kustomization.yaml": "resources: [p.yaml]\ntransformers: [t.yaml, u]\n",
      "p.yaml": pod(`a:1@${digest}`),
      "t.yaml": transformer("PatchTransformer", "target: {kind: Pod}\npath: one"),
      u: transformer("PatchStrategicMergeTransformer", "paths: [two.txt]"),
      one: '[{op: replace, path: /spec/containers/0/image, value: "b:1"}]\n',
      "two.txt": '{kind: Pod, metadata: {name: web}, spec: {initContainers: [{name: i, image: "b:2"}]}}\n',
    });

    await pinTree(folder);

    const tree = readTree(folder);
    expect(tree.one).toContain(`"b:1@${digest}"`);
    expect(tree["two.txt"]).toContain(`"b:2@${digest}"`);
  });
});

test("a file that a kustomization names by a link is pinned once", async () => {
  const patch =
    '{apiVersion: v1, kind: Pod, metadata: {name: web}, spec: {containers: [{name: b, image: "b:1"}]}}\n';
  const folder = makeTree({
    "kustomization.yaml": "resources: [p.yaml]\npatches: [{path: one}, {path: two}, {path: three}]\n",
    "p.yaml": pod(`a:1@${digest}`),
    "patch.yaml": patch,
    text: patch,
  });
  symlinkSync("patch.yaml", join(folder, "one"));
  symlinkSync("text", join(folder, "two"));
  symlinkSync("text", join(folder, "three"));

  const { lines } = await pinTree(folder);

  expect(lines).toEqual([expect.stringContaining('pinned "b:1"'), expect.stringContaining('pinned "b:1"')]);
  const tree = readTree(folder);
  for (const path of ["patch.yaml", "text"]) expect(tree[path]).toContain(`"b:1@${digest}"`);
});
