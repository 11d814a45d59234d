/** Which files of a folder are looked into, and what is told of them. */
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, symlinkSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { lockText } from "../support/lock-text.ts";
import { digest, makeTree, pinTree, planTree, pod, readTree } from "./tree.ts";

const pinned = (image: string): string => pod(`${image}@${digest}`);

describe("a run over a folder", () => {
  test("pins all YAML and JSON below it in place, each image asked for once", async () => {
    const json = `{"apiVersion": "v1", "kind": "Pod",\r\n "spec": {"containers": [{"image": "nginx:1"}]}}`;
    const folder = makeTree({
      "a.yaml": pod("nginx:1"),
      "b/c.yml": `# above\n---\n${pod("'nginx:1'")}---\nfoo: bar\n---\n${pod("redis:7")}...\n`,
      "b/d.json": json,
      "b/e.txt": pod("nginx:1"),
      "é ü.yaml": pod("nginx:1"),
    });

    const { asked, ok, counts } = await pinTree(folder);

    expect(readTree(folder)).toEqual({
      "a.yaml": pinned("nginx:1"),
      "b/c.yml": `# above\n---\n${pod(`'nginx:1@${digest}'`)}---\nfoo: bar\n---\n${pinned("redis:7")}...\n`,
      "b/d.json": json.replace("nginx:1", `nginx:1@${digest}`),
      "b/e.txt": pod("nginx:1"),
      "é ü.yaml": pinned("nginx:1"),
    });
    expect(asked).toEqual(["docker.io/library/nginx:1", "docker.io/library/redis:7"]);
    expect({ ok, counts }).toEqual({
      ok: true,
      counts: { files: 4, others: 0, templates: 0, images: 5 },
    });
  });

  test("changes nothing the second time, and asks nobody", async () => {
    const folder = makeTree({
      "a.yaml": pod("nginx:1"),
      "b/kustomization.yaml": "images: [{name: a, newTag: v1}]\n",
    });
    await pinTree(folder);

    const { asked, changes } = await planTree(folder);

    expect({ asked, changes }).toEqual({ asked: [], changes: [] });
  });

  test("keeps byte order marks, line ends and files of other programs as they are", async () => {
    const text = `\ufeff${pod("nginx:1").replaceAll("\n", "\r\n").trimEnd()}`;
    const folder = makeTree({
      "a.yaml": text,
      "b.yaml": "\ufeff# nothing\r\n",
      "c.json": "{}",
      "d.yaml": "",
    });

    await pinTree(folder);

    expect(readTree(folder)).toEqual({
      "a.yaml": text.replace("nginx:1", `nginx:1@${digest}`),
      "b.yaml": "\ufeff# nothing\r\n",
      "c.json": "{}",
      "d.yaml": "",
    });
  });

  test("does not enter hidden folders, node_modules and what ignore files name", async () => {
    const ignored = ["build", "out", "k/gen", "deep/x/skip"];
    const files = [".git", ".hidden", "node_modules/n", "a", "k", "deep/x", "kept/build2", ...ignored];
    const folder = makeTree({
      ...Object.fromEntries(files.map((name) => [`${name}/p.yaml`, pod("nginx:1")])),
      ".gitignore": "/build/\nout\n*.local.yaml\n!keep.local.yaml\n",
      ".git/info/exclude": "excluded.yaml\n",
      ".krmignore": "k/gen\n",
      "deep/x/.gitignore": "skip/\n!again.local.yaml\n",
      "excluded.yaml": pod("nginx:1"),
      "my.local.yaml": pod("nginx:1"),
      "keep.local.yaml": pod("nginx:1"),
      "deep/x/again.local.yaml": pod("nginx:1"),
    });

    const { changes } = await planTree(folder);

    expect(changes.map(({ path }) => path)).toEqual([
      "a/p.yaml",
      "deep/x/again.local.yaml",
      "deep/x/p.yaml",
      "k/p.yaml",
      "keep.local.yaml",
      "kept/build2/p.yaml",
    ]);
  });

  test.each([".gitignore", ".krmignore"])("says which rule of a %s is too long", async (name) => {
    const comment = `# ${"x".repeat(9_000)}`;
    const folder = makeTree({
      "a/p.yaml": pod("nginx:1"),
      [`a/${name}`]: `b\n${comment}\n${"?".repeat(120_000)}\n`,
    });

    await expect(planTree(folder)).rejects.toThrow(
      `${JSON.stringify(join(folder, "a", name))} has a rule in line 3 that is longer than 4096 characters: shorten it`,
    );
  });

  test("heeds the ignore files above it, up to the root of the repository", async () => {
    const folder = makeTree({
      ".git/HEAD": "",
      ".gitignore": "gen\n",
      "apps/web/gen/p.yaml": pod("nginx:1"),
      "apps/web/p.yaml": pod("nginx:1"),
    });

    const { changes } = await planTree(folder, {}, ["apps/web"]);

    expect(changes.map(({ path }) => path)).toEqual(["apps/web/p.yaml"]);
  });

  test("heeds no rules of the repository around another one, but for whether they leave that out", async () => {
    const folder = makeTree({
      ".git/HEAD": "",
      ".gitignore": "a.yaml\nvendored/\n",
      ".krmignore": "b.yaml\n",
      "module/.git": "gitdir: ../.git/modules/module\n",
      "module/.gitignore": "c.yaml\n",
      ...Object.fromEntries(["a", "b", "c", "x/a"].map((name) => [`module/${name}.yaml`, pod("nginx:1")])),
      "tree/.git": "gitdir: ../.git/worktrees/tree\n",
      ".git/worktrees/tree/commondir": "../..\n",
      ".git/info/exclude": "e.yaml\n",
      "tree/a.yaml": pod("nginx:1"),
      "tree/e.yaml": pod("nginx:1"),
      "vendored/.git/HEAD": "",
      "vendored/d.yaml": pod("nginx:1"),
    });

    const { changes } = await planTree(folder);

    expect(changes.map(({ path }) => path)).toEqual(["module/a.yaml", "module/x/a.yaml", "tree/a.yaml"]);
  });

  test("enters what is named, hidden or ignored, and takes a file once", async () => {
    const folder = makeTree({ ".gitignore": "x\n", "x/p.yaml": pod("nginx:1"), ".h/p.yaml": pod("nginx:1") });

    const { changes } = await planTree(folder, {}, ["x/p.yaml", ".h", "./x/../x/p.yaml", "."]);

    expect(changes.map(({ path }) => path)).toEqual(["x/p.yaml", ".h/p.yaml"]);
  });

  test.each(["build", "build/sub", "."])(
    "enters a folder that is named, though rules above leave it out: %s",
    async (named) => {
      const folder = makeTree({
        ".git/HEAD": "",
        ".gitignore": "build/\n",
        "x/.gitignore": "*\n",
        "build/p.yaml": pod("nginx:1"),
        "build/sub/p.yaml": pod("nginx:1"),
        "x/p.yaml": pod("nginx:1"),
      });

      const { changes } = await planTree(folder, {}, [named]);

      const all = ["build/p.yaml", "build/sub/p.yaml"];
      expect(changes.map(({ path }) => path)).toEqual(all.filter((path) => path.startsWith(`${named}/`)));
    },
  );

  test("tells names by their case, as git does", async () => {
    const folder = makeTree({
      ".gitignore": "Build\n",
      "build/p.yaml": pod("nginx:1"),
      "Build/p.yaml": pod("nginx:1"),
    });

    const { changes } = await planTree(folder);

    expect(changes.map(({ path }) => path)).toEqual(["build/p.yaml"]);
  });

  test("takes rules from files alone, not from links, pipes and folders", async () => {
    const outside = makeTree({ rules: "*\n" });
    const folder = makeTree({
      "a/p.yaml": pod("nginx:1"),
      "b/.krmignore/x": "",
      "b/p.yaml": pod("nginx:1"),
      "c/p.yaml": pod("nginx:1"),
    });
    symlinkSync(join(outside, "rules"), join(folder, "a/.gitignore"));
    execFileSync("mkfifo", [join(folder, "c/.gitignore")]);

    const { changes } = await planTree(folder);

    expect(changes.map(({ path }) => path)).toEqual(["a/p.yaml", "b/p.yaml", "c/p.yaml"]);
  });

  test("finds objects whose keys are written with escapes", async () => {
    const folder = makeTree({
      "a.json": String.raw`{"\u0061piVersion": "v1", "\u006bind": "Pod", "spec": {"containers": [{"image": "nginx:1"}]}}`,
      "b.yaml": String.raw`{"api\x56ersion": "v1", "k\U00000069nd": "Pod", "spec": {"containers": [{"image": "nginx:1"}]}}`,
    });

    const { changes } = await planTree(folder);

    expect(changes.map(({ path }) => path)).toEqual(["a.json", "b.yaml"]);
  });

  test("tells of objects in UTF-16, which it can't read", async () => {
    const utf16 = Buffer.from(`\ufeff${pod("nginx:1")}`, "utf16le");
    const folder = makeTree({ "a.yaml": utf16, "b.yaml": Buffer.from(utf16).swap16() });

    const { lines, ok } = await planTree(folder, { options: { mode: "check" } });

    expect(lines).toEqual(
      ["a.yaml", "b.yaml"].map(
        (path) =>
          `${path}:1:1: [error] can't be read, so no image in it is found: must be UTF-8, but holds bytes that are not`,
      ),
    );
    expect(ok).toBe(false);
  });

  test("tells of slips and of setters as in a stream", async () => {
    const slip = pod("nginx:1").replace(
      "metadata:\n",
      "metadata:\n  annotations: {pin-digests.dev/ignore: 'yes'}\n",
    );
    const folder = makeTree({ "a.yaml": pod(`nginx:1 # kpt-set: nginx:\${tag}`), "b.yaml": slip });

    const { lines } = await planTree(folder);

    expect(lines).toEqual([
      expect.stringMatching(
        /^b\.yaml:\d+:\d+: \[warning\] v1\/Pod\/web metadata\.annotations\[[^\]]+\]: opts nothing out/,
      ),
      expect.stringContaining(": pinned "),
      expect.stringMatching(/^a\.yaml:7:12: \[info\] .*: a setter writes this image too/),
      expect.stringContaining(": pinned "),
    ]);
  });

  test("follows links to files within, once, and none that leads outside or nowhere", async () => {
    const outside = makeTree({ "p.yaml": pod("nginx:1") });
    const folder = makeTree({ "a/p.yaml": pod("nginx:1"), "a/.data/q.yaml": pod("redis:7") });
    symlinkSync("p.yaml", join(folder, "a/again.yaml"));
    symlinkSync(".data/q.yaml", join(folder, "a/q.yaml"));
    symlinkSync(join(outside, "p.yaml"), join(folder, "out.yaml"));
    symlinkSync(outside, join(folder, "out"));
    symlinkSync("..", join(folder, "a/loop"));
    symlinkSync("nowhere", join(folder, "b.yaml"));

    const { changes } = await pinTree(folder);

    expect(changes.map(({ path }) => path)).toEqual(["a/p.yaml", "a/q.yaml"]);
    expect(readFileSync(join(folder, "a/.data/q.yaml"), "utf8")).toBe(pinned("redis:7"));
    expect(readFileSync(join(outside, "p.yaml"), "utf8")).toBe(pod("nginx:1"));
  });

  test("passes over what holds no object and templates of charts, and counts them", async () => {
    const folder = makeTree({
      "package.json": `{"kind": 1}`,
      "tsconfig.json": "{ // a comment\n}",
      "mkdocs.yml": "nav: [a]\n",
      "chart/Chart.yaml": "apiVersion: v2\nname: chart\n",
      "chart/templates/a.yaml": `${pod("nginx:1")}---\n# {{ .Values.x }}\n`,
      "chart/templates/plain.yaml": pod("nginx:1"),
      "jinja.yaml": pod("nginx:1").replace("web", "{{ name }}"),
      "broken.yaml": `{{- if .Values.x }}\n${pod("nginx:1")}{{- end }}\n`,
      "alert.yaml": pod("nginx:1").replace("web", '"{{ $labels.x }}"'),
      "folder.yaml/x.txt": "",
    });

    const { counts, lines, changes } = await planTree(folder, { options: { report: "problems" } });

    expect({ counts, lines }).toEqual({
      counts: { files: 2, others: 4, templates: 3, images: 2 },
      lines: [],
    });
    expect(changes.map(({ path }) => path)).toEqual(["alert.yaml", "chart/templates/plain.yaml"]);
  });

  test.each([
    ["nothing", {}],
    ["files of other programs alone", { "package.json": "{}" }],
  ])("warns where there is %s", async (_, files) => {
    const { lines, ok } = await planTree(makeTree(files));

    expect(lines).toEqual([
      "[warning] no file holds a Kubernetes object, so there is nothing to pin: is it the right PATH?",
    ]);
    expect(ok).toBe(true);
  });

  test("tells what can't be read with its place, which is an error of a check and of a file that is named", async () => {
    const folder = makeTree({
      "a.yaml": `${pod("nginx:1")}  bad: [\n`,
      "b.yaml": Buffer.concat([Buffer.from(pod("nginx:1")), Buffer.from([0x23, 0xff, 0x0a])]),
      "c.yaml": pod("nginx:1"),
    });

    const pin = await planTree(folder);
    const check = await planTree(folder, { options: { mode: "check" } });
    const named = await planTree(folder, {}, ["a.yaml"]);

    expect(pin.ok).toBe(true);
    expect(pin.lines.slice(0, 2)).toEqual([
      expect.stringMatching(
        /^a\.yaml:9:1: \[warning\] can't be read, so no image in it is found: must be YAML/,
      ),
      expect.stringMatching(
        /^b\.yaml:8:2: \[warning\] can't be read.* must be UTF-8, but holds bytes that are not$/,
      ),
    ]);
    expect(pin.changes.map(({ path }) => path)).toEqual(["c.yaml"]);
    expect(check.lines.filter((line) => line.includes("[error]"))).toHaveLength(3);
    expect(named).toMatchObject({ ok: false, changes: [] });
  });

  test("tells that a file which is named can't be read, though it may hold no object", async () => {
    const folder = makeTree({ "a.yaml": "a: [\n", "b.yaml": "a: {{ b }}\n", "c.json": "{ // a\n" });

    const named = await planTree(folder, {}, ["a.yaml", "b.yaml", "c.json"]);
    const below = await planTree(folder);

    expect(named).toMatchObject({ ok: false, counts: { templates: 1, others: 1 } });
    expect(named.lines[0]).toMatch(/^a\.yaml:2:1: \[error\] can't be read.*must be YAML/);
    expect(below).toMatchObject({ ok: true, counts: { others: 3 } });
  });

  test("tells of a name that is not UTF-8", async () => {
    const folder = makeTree({ "a.yaml": pod("nginx:1") });
    const place = Buffer.from(`${folder}/b\xff.yaml`, "latin1");
    writeFileSync(place, pod("nginx:1"));
    onTestFinished(() => unlinkSync(place));

    const { lines, changes } = await planTree(folder, { options: { report: "problems" } });

    expect(changes.map(({ path }) => path)).toEqual(["a.yaml"]);
    expect(lines).toEqual([
      "b\ufffd.yaml:1:1: [warning] can't be read, so no image in it is found: its name is not UTF-8: give it another",
    ]);
  });

  test("tells of a file whose documents unfold to too much, and reads the others", async () => {
    const folds = [
      "a: &a [x,x,x,x,x,x,x,x,x,x]",
      ..."abc".split("").map((name, n) => {
        const next = "bcd"[n];
        return `${next}: &${next} [${Array.from({ length: 10 }, () => `*${name}`).join()}]`;
      }),
    ];
    const document = folds.map((line) => `      ${line}\n`).join("");
    const patches = Array.from({ length: 40 }, () => `  - patch: |\n${document}`).join("");
    const flux = `apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: x}\nspec:\n  patches:\n${patches}`;
    const folder = makeTree({ "a.yaml": flux, "b.yaml": pod("nginx:1") });

    const { lines, changes } = await planTree(folder);

    expect(lines[0]).toMatch(/^a\.yaml:1:1: \[warning\] can't be read.*unfolds to more than/);
    expect(changes.map(({ path }) => path)).toEqual(["b.yaml"]);
  });

  test("fails where a path leads nowhere", async () => {
    const folder = makeTree({ "a.yaml": pod("nginx:1") });

    await expect(planTree(folder, {}, ["a.yaml", "b.yaml"])).rejects.toThrow('"b.yaml" is not there');
  });

  test("changes no file where one image of one file can't be resolved, and says where", async () => {
    const folder = makeTree({ "a.yaml": pod("nginx:1"), "b/c.yaml": pod("missing/x:1") });

    const { ok, changes, lines } = await planTree(folder);
    const warned = await planTree(folder, { options: { onError: "warn" } });

    expect({ ok, changes }).toEqual({ ok: false, changes: [] });
    expect(lines[0]).toMatch(
      /^b\/c\.yaml:7:12: \[error\] v1\/Pod\/web spec\.containers\[0\]\.image: .*is not there/,
    );
    expect(warned.changes.map(({ path }) => path)).toEqual(["a.yaml"]);
  });

  test("counts lines as editors do", async () => {
    const text = pod("nginx:1").replace("name: web", 'name: "a\u2028b\u0085c"');
    const folder = makeTree({
      "a.yaml": text,
      "b.yaml": text.replaceAll("\n", "\r"),
      "c.yaml": text.replaceAll("\n", "\r\n"),
    });

    const { lines } = await planTree(folder);

    expect(lines.map((line) => line.split(": ")[0])).toEqual(
      ["a", "b", "c"].map((name) => `${name}.yaml:7:12`),
    );
  });

  test("takes no pipe and no folder for a file", async () => {
    const folder = makeTree({ "a.yaml": pod("nginx:1") });
    mkdirSync(join(folder, "b.yaml"));

    expect((await planTree(folder)).counts).toMatchObject({ files: 1, others: 0 });
  });

  test("opens no device to see what it is", async () => {
    const { lines, ok } = await planTree(makeTree({}), {}, ["/dev/null"]);

    expect(ok).toBe(false);
    expect(lines[0]).toMatch(
      /dev\/null:1:1: \[error\] can't be read, so no image in it is found: is a device, not a regular file$/,
    );
  });

  test("explains what it does beside doing it, also by a lock", async () => {
    const lock = lockText({ "nginx:1": digest });
    const folder = makeTree({
      "image-lock.yaml": lock,
      "p.yaml": pod("nginx:1"),
      "q.yaml": pod(`redis:2@${digest}`),
    });

    const { changes, explanations } = await planTree(folder, {
      wants: { images: false, explanations: "too" },
    });

    expect(changes.map(({ path }) => path)).toEqual(["p.yaml"]);
    expect(explanations.map(({ file, action, reason }) => [file, action, reason])).toEqual([
      ["p.yaml", "pin", expect.stringMatching(/^from the lock "image-lock.yaml"/)],
      ["q.yaml", "keep", "has a digest"],
    ]);
  });

  test("names a field spec that leads nowhere in all files, and none that leads somewhere in one", async () => {
    const fieldSpecs = "fieldSpecs: [{kind: W, path: spec/x}, {kind: W, path: spec/y}]";
    const functionConfig = `apiVersion: fn.kpt.dev/v1alpha1\nkind: PinDigests\n${fieldSpecs}\n`;
    const widget = (spec: string): string =>
      `apiVersion: a.io/v1\nkind: W\nmetadata: {name: w}\nspec: ${spec}\n`;
    const folder = makeTree({ "a.yaml": widget("{x: nginx:1}"), "b.yaml": widget("{}") });

    const { lines } = await planTree(folder, { functionConfig, options: { report: "problems" } });

    expect(lines).toEqual([expect.stringContaining("`fieldSpecs[1]`")]);
  });
});

describe("a check of files", () => {
  test("asks for each digest once, and finds what has none", async () => {
    const folder = makeTree({
      "a.yaml": pod(`nginx:1@${digest}`),
      "b.yaml": pod(`nginx:1@${digest}`),
      "c.yaml": pod("redis:7"),
    });

    const { ok, lines, asked, changes } = await planTree(folder, { options: { mode: "check" } });

    expect({ ok, asked, changes }).toEqual({ ok: false, asked: ["docker.io/library/nginx:1"], changes: [] });
    expect(lines).toEqual([expect.stringMatching(/^c\.yaml:7:12: \[error\] .*has no digest/)]);
  });
});

describe("what selects nothing in any file", () => {
  const withConfig = (options: string) => ({
    functionConfig: `apiVersion: fn.kpt.dev/v1alpha1\nkind: PinDigests\nmetadata: {name: p}\n${options}\n`,
  });
  const files = { "a.yaml": pod("nginx:1"), "b/c.yaml": pod("ghcr.io/acme/app:1") };

  test.each([
    [
      "include: [ghrc.io/*]",
      '"ghrc.io/*" of `include` matches none of the 2 images here: did you mean "ghcr.io/*"?',
    ],
    ["include: [quay.io/*, nginx:*]", '"quay.io/*" of `include` matches none of the 2 images here'],
    ["exclude: [ghrc.io/acme/*]", 'did you mean "ghcr.io/acme/*"?'],
    [
      "resources: {include: [{kind: Pot}]}",
      "`resources.include[0]` matches none of the objects here: did you mean `kind: Pod`?",
    ],
    [
      "resources: {exclude: [{kind: Pdo}]}",
      "`resources.exclude[0]` matches none of the objects here: did you mean `kind: Pod`?",
    ],
    [
      "builtIn: [Podd]",
      '`builtIn[0]`: "Podd" is the kind of nothing in the built-in table and of no object here: did you mean "Pod"?',
    ],
  ])("is told once: %s", async (options, message) => {
    const { results } = await planTree(makeTree(files), withConfig(options));

    const told = results.filter(({ severity }) => severity === "warning");
    expect(told).toEqual([{ severity: "warning", message: expect.stringContaining(message) }]);
  });

  test.each([
    "include: [nginx:*, ghcr.io/*]",
    "exclude: [ghcr.io/acme/*]",
    "resources: {include: [{kind: Pod}], exclude: [{kind: Job}]}",
    "builtIn: [Pod, Job]",
  ])("is not what matches in one of them: %s", async (options) => {
    const { results } = await planTree(makeTree(files), withConfig(options));

    expect(results.filter(({ severity }) => severity !== "info")).toEqual([]);
  });
});
