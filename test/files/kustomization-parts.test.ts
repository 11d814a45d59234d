/** What else a kustomization says of images than tags: names, suffixes, values of charts, literals, transformers. */
import { describe, expect, test } from "vitest";
import { digest, makeTree, pinTree, planTree, pod, readTree } from "./tree.ts";

const check = { options: { mode: "check" } };

describe("an entry that changes the name alone", () => {
  const entry = "images: [{name: ghcr.io/a/app, newName: mirror.acme.io/app}]\n";

  test("keeps a file's image from being pinned by what its old name has, and fails a check", async () => {
    const folder = makeTree({
      "kustomization.yaml": `resources: [p.yaml]\n${entry}`,
      "p.yaml": pod("ghcr.io/a/app:1"),
    });

    const pin = await planTree(folder);
    const checked = await planTree(folder, check);

    expect(pin.changes).toEqual([]);
    expect(pin.asked).toEqual([]);
    expect(pin.lines).toEqual([
      expect.stringMatching(
        /^kustomization\.yaml:2:41: \[warning\].*it changes the name alone.*write `newTag`/,
      ),
      expect.stringMatching(/^p\.yaml:7:12: \[warning\].*of kustomization\.yaml gives it another name/),
    ]);
    expect(checked.ok).toBe(false);
    expect(checked.lines).toContainEqual(
      expect.stringMatching(/^p\.yaml:7:12: \[error\].*runs without a digest: .*write `newTag` beside/),
    );
    expect(checked.results.find(({ severity }) => severity === "error")?.tags).toEqual({ class: "unpinned" });
  });

  test("is followed to an overlay that sets a tag for the new name", async () => {
    const { lines, ok } = await planTree(
      makeTree({
        "base/kustomization.yaml": `resources: [p.yaml]\n${entry}`,
        "base/p.yaml": pod("ghcr.io/a/app:1"),
        "top/kustomization.yaml": `resources: [../base]\nimages: [{name: mirror.acme.io/app, newTag: v2, digest: "${digest}"}]\n`,
      }),
      check,
    );

    expect(ok).toBe(true);
    expect(lines.filter((line) => line.includes("p.yaml"))).toEqual([]);
  });

  test("lets a digest of the file through, which is looked up under no name", async () => {
    const { asked, ok, lines } = await planTree(
      makeTree({
        "kustomization.yaml": `resources: [p.yaml]\n${entry}`,
        "p.yaml": pod(`ghcr.io/a/app:1@${digest}`),
      }),
      check,
    );

    expect({ asked, ok }).toEqual({ asked: [], ok: true });
    expect(lines.filter((line) => line.startsWith("p.yaml"))).toEqual([]);
  });

  test("says nothing of a file that something else uses as it is", async () => {
    const { changes } = await planTree(
      makeTree({
        "a/kustomization.yaml": `resources: [../p.yaml]\n${entry}`,
        "b/kustomization.yaml": "resources: [../p.yaml]\n",
        "p.yaml": pod("ghcr.io/a/app:1"),
      }),
    );

    expect(changes.map(({ path }) => path)).toEqual(["p.yaml"]);
  });

  test("fails a check by itself where its name is an expression", async () => {
    const { ok, lines } = await planTree(
      makeTree({
        "kustomization.yaml":
          "resources: [p.yaml]\nimages: [{name: ghcr.io/a/.*, newName: mirror.acme.io/app}]\n",
        "p.yaml": pod(`ghcr.io/a/app:1@${digest}`),
      }),
      check,
    );

    expect(ok).toBe(false);
    expect(lines[0]).toMatch(/^kustomization\.yaml:.*\[error\].*its `name` is an expression/);
  });

  test("says nothing where it is the old name again", async () => {
    const { changes } = await planTree(
      makeTree({
        "kustomization.yaml":
          "resources: [p.yaml]\nimages: [{name: ghcr.io/a/app, newName: ghcr.io/a/app}]\n",
        "p.yaml": pod("ghcr.io/a/app:1"),
      }),
    );

    expect(changes.map(({ path }) => path)).toEqual(["p.yaml"]);
  });
});

describe("an entry whose name is an expression", () => {
  test("is left alone with what to do, keeps nothing else from being pinned, and fails a check", async () => {
    const folder = makeTree({
      "kustomization.yaml": 'images: [{name: .*/app, newTag: "3"}, {name: b, newTag: "1"}]\n',
    });

    const pin = await planTree(folder);
    const checked = await planTree(folder, check);

    expect(pin.changes).toHaveLength(1);
    expect(pin.lines[0]).toMatch(/^kustomization\.yaml:1:17: \[warning\].*write an entry for each/);
    expect(checked.ok).toBe(false);
    expect(checked.lines[0]).toMatch(/^kustomization\.yaml:1:17: \[error\].*write an entry for each/);
  });

  test("gets a digest where it sets the name, since that is one image", async () => {
    const { asked } = await planTree(
      makeTree({ "kustomization.yaml": 'images: [{name: .*/app, newName: a, newTag: "3"}]\n' }),
    );

    expect(asked).toEqual(["docker.io/library/a:3"]);
  });

  test("may have one digest for all that it matches", async () => {
    const { ok, lines } = await planTree(
      makeTree({ "kustomization.yaml": `images: [{name: .*/app, digest: "${digest}"}]\n` }),
      check,
    );

    expect({ ok, lines }).toEqual({ ok: true, lines: [] });
  });

  test("is no expression where it is quoted", async () => {
    const { asked } = await planTree(
      makeTree({ "kustomization.yaml": "images: [{name: 'ghcr.io/a/b', newTag: \"3\"}]\n" }),
    );

    expect(asked).toEqual(["ghcr.io/a/b:3"]);
  });
});

describe("an entry with a `tagSuffix`", () => {
  test("fails a check, since kustomize drops every digest for it", async () => {
    const folder = makeTree({
      "kustomization.yaml": "resources: [p.yaml]\nimages: [{name: ghcr.io/a/app, tagSuffix: -alpine}]\n",
      "p.yaml": pod(`ghcr.io/a/app:1@${digest}`),
    });

    const pin = await planTree(folder);
    const checked = await planTree(folder, check);

    expect(pin.lines).toEqual([
      expect.stringMatching(/^kustomization\.yaml:2:17: \[warning\].*write the whole tag as `newTag`/),
    ]);
    expect(checked.ok).toBe(false);
    expect(checked.results[0]).toMatchObject({ severity: "error", tags: { class: "unpinned" } });
  });

  test("is as any other with a `newTag`, which kustomize prefers", async () => {
    const { changes, lines } = await planTree(
      makeTree({ "kustomization.yaml": 'images: [{name: a, newTag: "2", tagSuffix: -alpine}]\n' }),
    );

    expect(changes).toHaveLength(1);
    expect(lines).toEqual([expect.stringMatching(/\[info\].*pinned "a:2"/)]);
  });
});

describe("other parts of a kustomization", () => {
  test("are values of charts, inline and in files that it names", async () => {
    const values = 'image: {repository: ghcr.io/a/b, tag: "1", digest: ""}\nsidecarImage: redis:7\n';
    const folder = makeTree({
      "kustomization.yaml": `helmCharts:
- name: a
  valuesFile: values/a.yaml
  additionalValuesFiles: [more.yaml]
  valuesInline:
    image: {repository: ghcr.io/a/b, tag: "1", digest: ""}
    sidecarImage: redis:7
`,
      "values/a.yaml": values,
      "more.yaml": values,
      "less.yaml": values,
      "flux/kustomization.yaml": `configMapGenerator:
- name: x
  files: [values.yaml=a.yaml, values-prod.yaml, other.yaml=less.yaml, less.yaml]
`,
      "flux/a.yaml": values,
      "flux/values-prod.yaml": values,
      "flux/less.yaml": values,
    });

    await pinTree(folder);

    const tree = readTree(folder);
    for (const path of [
      "kustomization.yaml",
      "values/a.yaml",
      "more.yaml",
      "flux/a.yaml",
      "flux/values-prod.yaml",
    ]) {
      expect(tree[path]).toContain(`digest: "${digest}"`);
      expect(tree[path]).toContain(`sidecarImage: redis:7@${digest}`);
    }
    expect(tree["less.yaml"]).toBe(values);
    expect(tree["flux/less.yaml"]).toBe(values);
  });

  test("are values of a generator of charts, and of the file that it names", async () => {
    const image = 'image: {repository: ghcr.io/a/b, tag: "1", digest: ""}\n';
    const folder = makeTree({
      "kustomization.yaml": "generators: [g.yaml]\n",
      "g.yaml": `apiVersion: builtin\nkind: HelmChartInflationGenerator\nmetadata: {name: x}\nname: x\nvaluesFile: x.txt\nvaluesInline:\n  ${image}`,
      "x.txt": image,
    });

    await pinTree(folder);

    const tree = readTree(folder);
    for (const path of ["g.yaml", "x.txt"]) expect(tree[path]).toContain(`digest: "${digest}"`);
  });

  test.each([
    ["a double-quoted text", 'digest: ""', (pinned: string) => `digest: "${pinned}"`],
    ["a single-quoted text", "digest: ''  # none yet", (pinned: string) => `digest: '${pinned}'  # none yet`],
    ["nothing", "digest:", (pinned: string) => `digest: ${pinned} #`],
    ["null", "digest: null", (pinned: string) => `digest: ${pinned} # null`],
    ["a tilde", "digest: ~  # none yet", (pinned: string) => `digest: ${pinned} # ~  # none yet`],
  ])("are values of a generator that is written in place, with %s for a digest", async (_, empty, filled) => {
    const generator = (entry: string): string =>
      `generators:\n- |-\n  apiVersion: builtin\n  kind: HelmChartInflationGenerator\n  metadata: {name: x}\n  name: x\n  valuesInline:\n    image:\n      repository: ghcr.io/a/b\n      ${entry}\n      tag: "1"\n`;
    const folder = makeTree({ "kustomization.yaml": generator(empty) });

    const { lines } = await pinTree(folder, { options: { report: "problems" } });
    const pinned = readTree(folder);
    await pinTree(folder, { options: { mode: "unpin" } });

    expect(lines).toEqual([]);
    expect(pinned).toEqual({ "kustomization.yaml": generator(filled(digest)) });
    expect(readTree(folder)).toEqual({ "kustomization.yaml": generator(empty) });
  });

  test.each([
    ["JSON in double quotes", (entry: string) => JSON.stringify(entry)],
    ["JSON in single quotes", (entry: string) => `'${entry}'`],
    ["a folded block", (entry: string) => `>-\n  ${entry.replace(", ", ",\n  ")}`],
  ])("are values of a generator that is written in place as %s", async (_, write) => {
    const generator = (value: string): string =>
      `generators:\n- ${write(`{"apiVersion": "builtin", "kind": "HelmChartInflationGenerator", "metadata": {"name": "x"}, "name": "x", "valuesInline": {"image": {"repository": "ghcr.io/a/b", "tag": "1", "digest": ${value}}}}\n`)}\n`;
    const folder = makeTree({ "kustomization.yaml": generator('""') });

    const { lines } = await pinTree(folder, { options: { report: "problems" } });
    const pinned = readTree(folder);
    await pinTree(folder, { options: { mode: "unpin" } });

    expect(lines).toEqual([]);
    const [text = ""] = Object.values(pinned);
    // A second blank says that there was an empty text.
    expect(text.replace(":  ", ": ")).toBe(generator(JSON.stringify(digest)));
    expect(readTree(folder)).toEqual({ "kustomization.yaml": generator('""') });
  });

  test("may be images where they name one: literals, and what replaces", async () => {
    const text = `configMapGenerator:
- name: x
  literals:
  - SIDECAR=ghcr.io/a/b:1
  - APP_IMAGE="redis:7"
  - image=redis
  - ADDRESS=redis:6379
  - URL=https://ghcr.io/a/b:1
  - NAME=ghcr.io/a/b
secretGenerator:
- {name: y, literals: [INIT=ghcr.io/a/c:1]}
replacements:
- sourceValue: ghcr.io/a/r:2
  targets: [{select: {kind: Pod}, fieldPaths: [spec.image.name]}]
- sourceValue: web
  targets: [{select: {kind: Pod}, fieldPaths: [metadata.labels.app]}]
`;

    const { lines } = await planTree(makeTree({ "kustomization.yaml": text }), check);

    expect(lines.map((line) => line.replace(/ reads as an image.*/, ""))).toEqual([
      'kustomization.yaml:4:13: [warning] configMapGenerator[0].literals[0]: "ghcr.io/a/b:1"',
      'kustomization.yaml:5:16: [warning] configMapGenerator[0].literals[1]: "redis:7"',
      'kustomization.yaml:11:29: [warning] secretGenerator[0].literals[0]: "ghcr.io/a/c:1"',
      'kustomization.yaml:13:16: [warning] replacements[0].sourceValue: "ghcr.io/a/r:2"',
    ]);
  });

  test("replace a part of an image, which a digest would break", async () => {
    const replacing = (target: string): string =>
      `resources: [../base]\nreplacements:\n- source: {kind: ConfigMap, name: x, fieldPath: data.tag}\n  targets:\n  - ${target}\n`;
    const options = 'options: {delimiter: ":", index: 1}';
    const base = { "base/kustomization.yaml": "resources: [p.yaml]\n", "base/p.yaml": pod("a:1", "web") };
    const left = [
      `{select: {kind: Pod}, fieldPaths: [spec.containers.0.image], ${options}}`,
      `{select: {kind: Pod, name: web}, fieldPaths: [metadata.name, "spec.containers.*.image"], ${options}}`,
    ];
    const pinned = [
      `{select: {kind: Pod}, fieldPaths: [spec.containers.1.image], ${options}}`,
      `{select: {kind: Pod}, fieldPaths: ["spec.containers.[name=b].image"], ${options}}`,
      `{select: {kind: Job}, fieldPaths: [spec.containers.0.image], ${options}}`,
      `{select: {kind: Pod, name: api}, fieldPaths: [spec.containers.0.image], ${options}}`,
    ];

    for (const target of left) {
      const folder = makeTree({ ...base, "top/kustomization.yaml": replacing(target) });
      const { changes, lines } = await planTree(folder);
      const checked = await planTree(folder, check);

      expect(changes).toEqual([]);
      expect(lines).toEqual([
        expect.stringMatching(/^base\/p\.yaml:7:12: \[warning\].*`replacements` of top\/kustomization\.yaml/),
      ]);
      expect(checked.ok).toBe(false);
    }
    const old = pod(`a:1@${digest}`, "web");
    const freed = makeTree({
      ...base,
      "base/p.yaml": old,
      "top/kustomization.yaml": replacing(left[0] ?? ""),
    });
    await pinTree(freed, { options: { mode: "unpin" } });
    expect(readTree(freed)["base/p.yaml"]).toBe(pod("a:1", "web"));
    for (const target of pinned) {
      const folder = makeTree({ ...base, "top/kustomization.yaml": replacing(target) });
      expect((await planTree(folder)).changes).toHaveLength(1);
    }
  });

  test("are annotations for all, and entries and patches by their old forms", async () => {
    const text = `commonAnnotations: {sidecar.istio.io/proxyImage: "a:1", other: "a:1"}
imageTags: [{name: a, newTag: "1"}]
patches:
- '{apiVersion: v1, kind: Pod, metadata: {name: web}, spec: {containers: [{image: "b:1"}]}}'
`;
    const folder = makeTree({ "kustomization.yaml": text });

    await pinTree(folder);

    expect(readTree(folder)["kustomization.yaml"]?.replaceAll(digest, "D")).toBe(
      text
        .replace('proxyImage: "a:1"', 'proxyImage: "a:1@D"')
        .replace('newTag: "1"}', 'newTag: "1", digest: D}')
        .replace('image: "b:1"}]', 'image: "b:1@D"}]'),
    );
  });

  test("are transformers, inline and in files", async () => {
    const builtin = (kind: string, rest: string): string =>
      `apiVersion: builtin\nkind: ${kind}\nmetadata: {name: x}\n${rest}\n`;
    const texts = [
      builtin("ImageTagTransformer", 'imageTag: {name: a, newTag: "1"}'),
      builtin("PatchTransformer", `patch: '[{op: replace, path: /spec/containers/0/image, value: "a:1"}]'`),
      builtin(
        "PatchJson6902Transformer",
        `jsonOp: '[{op: replace, path: /spec/containers/0/image, value: "a:1"}]'`,
      ),
      builtin(
        "PatchStrategicMergeTransformer",
        `patches: '{kind: Pod, spec: {containers: [{image: "a:1"}]}}'`,
      ),
    ];
    const folder = makeTree({
      "kustomization.yaml": `transformers:\n${texts.map((text) => `- |-\n${text.trimEnd().replace(/^/gm, "  ")}\n`).join("")}`,
      "t.yaml": texts.join("---\n"),
    });

    await pinTree(folder);

    const tree = readTree(folder);
    for (const path of ["kustomization.yaml", "t.yaml"]) expect(tree[path]?.split(digest)).toHaveLength(5);
  });
});
