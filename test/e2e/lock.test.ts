import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { lockText } from "../support/lock-text.ts";
import { startRegistry } from "../support/registry.mjs";
import { type Ended, executable, repository, run } from "./command.ts";
import { describeWith, pinImage } from "./tools.ts";
import { changedTextLines, copyOf, folderOf, type Tree, treeOf } from "./workspace.ts";

type Registry = Awaited<ReturnType<typeof startRegistry>>;

describeWith(["kpt", "image"], "a lock in a kpt package, container", () => {
  const registry = useRegistry();

  test("renders what ran until a person says otherwise", async () => {
    const image = `${registry().host}/site/kpt:1`;
    const site = folderOf(kptPackage(image));
    const first = registry().digestOf("site/kpt", "1");
    const second = (): string => registry().digestOf("site/kpt", "1");

    // A lock is made with network, and the source keeps its tags.
    await succeed("kpt", evalArgs(site, ["--network"], "lock=create"));
    await succeed("kpt", evalArgs(site, [], "mode=unpin"));
    const committed = await commit(site);
    expect(committed["image-lock.yaml"]).toContain(`digest: ${first}\n`);
    expect(committed["web.yaml"]).toContain(`image: ${image}\n`);

    // The tag moves, and a render without network knows nothing of it.
    registry().move("site/kpt", "1");
    await succeed("kpt", ["fn", "render", site]);
    const rendered = filesOf(site);
    expect(rendered["web.yaml"]).toContain(`image: ${image}@${first}\n`);
    expect(rendered["db/db.yaml"]).toContain(`image: ${image}@${first}\n`);

    // A check with network tells.
    const checked = await run("kpt", evalArgs(site, ["--network"], "mode=check", "check.drift=error"));
    expect(checked.code).toBe(1);
    expect(checked.stderr).toContain(`the tag now means ${second()}, not ${first}`);
    expect(filesOf(site)).toStrictEqual(rendered);

    // An update moves text and lock.
    await succeed("kpt", evalArgs(site, ["--network"], "mode=update"));
    const updated = filesOf(site);
    expect(updated["image-lock.yaml"]).toContain(`digest: ${second()}\n`);
    expect(updated["web.yaml"]).toContain(`image: ${image}@${second()}\n`);

    // A rollback by git runs what ran.
    await succeed("git", ["-C", site, "checkout", "--quiet", "--", "."]);
    expect(filesOf(site)).toMatchObject(committed);
    await succeed("kpt", ["fn", "render", site]);
    expect(filesOf(site)).toStrictEqual(rendered);
  });

  test("fails a render that it does not know an image of, and says what adds it", async () => {
    const image = `${registry().host}/site/kpt:2`;
    const site = folderOf(kptPackage(image));

    const ended = await run("kpt", ["fn", "render", site]);

    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain("lock=create");
  });
});

describeWith(["kpt"], "the lock of a sub-package in a kpt package, executable", () => {
  test("does not count for the root by saying its path twice, of which kpt overwrites one", async () => {
    const image = "registry.example/site/kpt:1";
    const paths = ["", "internal."].flatMap((prefix) =>
      ["dep/lock.yaml", "image-lock.yaml"].map(
        (path) => `    ${prefix}config.kubernetes.io/path: "${path}"\n`,
      ),
    );
    const site = folderOf({
      Kptfile: "apiVersion: kpt.dev/v1\nkind: Kptfile\nmetadata:\n  name: site\n",
      "web.yaml": pod(image),
      "dep/lock.yaml": lockText({ [image]: `sha256:${"1".repeat(64)}` }).replace(
        "annotations:\n",
        `annotations:\n${paths.join("")}`,
      ),
    });

    const ended = await run("kpt", ["fn", "eval", site, "--exec", executable, "--", "lock=frozen"]);

    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain("is there twice");
    expect(readFileSync(join(site, "web.yaml"), "utf8")).toBe(pod(image));
  });
});

describeWith(["kpt", "image"], "examples/kpt-lock, container", () => {
  test("renders its lock's digests without network, into another folder", async () => {
    const source = lockExample();
    const before = treeOf(source);
    const rendered = join(folderOf({}), "out");

    await succeed("kpt", ["fn", "render", source, "--output", rendered]);

    const digest = /digest: (?<digest>\S+)/.exec(before["image-lock.yaml"] ?? "")?.groups?.digest;
    expect(changedTextLines(before["web.yaml"] ?? "", treeOf(rendered)["web.yaml"] ?? "")).toStrictEqual([
      {
        from: "image: ghcr.io/stefanprodan/podinfo:6.4.0 # the site",
        to: `image: ghcr.io/stefanprodan/podinfo:6.4.0@${digest} # the site`,
      },
    ]);
    expect(treeOf(rendered)["image-lock.yaml"]).toBe(before["image-lock.yaml"]);
  });

  test("renders to the same bytes again, and says the same of it", async () => {
    const copies = ["one", "two"].map(lockExample);
    const results = copies.map(() => folderOf({}));
    for (const copy of copies) {
      // A digest that is another than the lock's gets a warning, on stderr too.
      const web = readFileSync(join(copy, "web.yaml"), "utf8");
      const other = web
        .replace("name: web", "name: other")
        .replace("6.4.0", `6.4.0@sha256:${"1".repeat(64)}`);
      writeFileSync(join(copy, "other.yaml"), other);
    }

    for (const [index, copy] of copies.entries())
      await succeed("kpt", ["fn", "render", copy, "--results-dir", results[index] ?? ""]);

    const [[one, two], [said, saidAgain]] = [copies.map(treeOf), results.map(treeOf)];
    expect(one).toStrictEqual(two);
    expect(said?.["results.yaml"]).toContain("has another digest than the lock");
    expect(said).toStrictEqual(saidAgain);
  });
});

/** A copy of the example with the Kptfile that its README shows. */
function lockExample(): string {
  const folder = copyOf(join(repository, "examples/kpt-lock"), "kpt-lock");
  const readme = readFileSync(join(folder, "README.md"), "utf8");
  writeFileSync(join(folder, "Kptfile"), /```yaml\n(?<kptfile>[^`]*)```/.exec(readme)?.groups?.kptfile ?? "");
  return folder;
}

describeWith(["kustomize"], "a lock beside a kustomize transformer, executable", () => {
  const registry = useRegistry();

  test("builds what was built until a person says otherwise", async () => {
    const image = `${registry().host}/site/kustomize:1`;
    const first = registry().digestOf("site/kustomize", "1");
    const site = folderOf(overlay(image));
    const lock = join(site, "overlay/image-lock.yaml");
    const base = await succeed("kustomize", ["build", join(site, "base")]);
    const filter = (...args: readonly string[]): Promise<Ended> =>
      run(executable, ["--lock", lock, ...args], { input: base.stdout });

    expect(await filter("--update-lock")).toMatchObject({ code: 0 });
    registry().move("site/kustomize", "1");
    const built = await build(join(site, "overlay"));
    expect(built.stdout).toContain(`image: ${image}@${first}\n`);
    expect(built.stdout).not.toContain("ImageLock");

    const checked = await filter("-d", "mode=check", "-d", "check.drift=error", "-d", "check.unpinned=off");
    expect(checked).toMatchObject({ code: 1, stdout: "" });
    expect(checked.stderr).toContain("the tag now means");

    const old = readFileSync(lock, "utf8");
    expect(await filter("--update-lock", "-d", "mode=update")).toMatchObject({ code: 0 });
    const updated = await build(join(site, "overlay"));
    expect(updated.stdout).toContain(`image: ${image}@${registry().digestOf("site/kustomize", "1")}\n`);

    writeFileSync(lock, old);
    expect((await build(join(site, "overlay"))).stdout).toBe(built.stdout);
  });

  test("does not reach the transformer of an overlay from its base", async () => {
    const image = `${registry().host}/site/base:1`;
    const tree = overlay(image);
    const site = folderOf({
      ...tree,
      "base/kustomization.yaml": "resources: [web.yaml, image-lock.yaml]\n",
      "base/image-lock.yaml": lockText({ [image]: `sha256:${"1".repeat(64)}` }),
      "overlay/kustomization.yaml": "resources: [../base]\ntransformers: [pin-digests.yaml]\n",
    });

    const ended = await buildWith(join(site, "overlay"));

    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain("there is no lock");
  });

  test("is found by a wrapper that names it by its own folder", async () => {
    const image = `${registry().host}/site/wrapper:1`;
    const site = folderOf({
      ...overlay(image),
      "overlay/kustomization.yaml": "resources: [../base]\ntransformers: [pin-digests.yaml]\n",
      "overlay/pin-digests.sh": `#!/bin/sh\nexec ${executable} --lock "$(dirname "$0")/image-lock.yaml"\n`,
      "overlay/image-lock.yaml": lockText({ [image]: `sha256:${"1".repeat(64)}` }),
    });
    const script = join(site, "overlay/pin-digests.sh");
    chmodSync(script, 0o755);
    writeFileSync(join(site, "overlay/pin-digests.yaml"), config(script, "auto"));

    const built = await build(join(site, "overlay"));

    expect(built.stdout).toContain(`image: ${image}@sha256:${"1".repeat(64)}\n`);
  });
});

describeWith(["kustomize5"], "the lock of a base beside a kustomize transformer, executable", () => {
  const image = "registry.example/site/base:1";
  const digest = `sha256:${"1".repeat(64)}`;
  const baseWithLock = {
    ...overlay(image),
    "base/kustomization.yaml": "resources: [web.yaml, image-lock.yaml]\n",
    "base/image-lock.yaml": lockText({ [image]: digest }).replace("name: image-lock", "name: of-base"),
  };
  const buildSite = (tree: Tree): Promise<Ended> =>
    run("kustomize5", ["build", join(folderOf(tree), "overlay"), "--enable-alpha-plugins", "--enable-exec"]);

  test("counts, as docs/lock.md says", async () => {
    const ended = await buildSite({
      ...baseWithLock,
      "overlay/kustomization.yaml": "resources: [../base]\ntransformers: [pin-digests.yaml]\n",
    });

    expect(ended.stdout).toContain(`image: ${image}@${digest}\n`);
  });

  test("fails the build beside a lock of the overlay", async () => {
    const ended = await buildSite(baseWithLock);

    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain("a folder must have one ImageLock");
    expect(ended.stderr).toContain("delete that of a base by a patch");
  });

  test("is kept out by the patch that docs/lock.md shows", async () => {
    const page = readFileSync(join(repository, "docs/lock.md"), "utf8");
    const patch = /```yaml\n(?<patch>patches:\n[^`]*)```/.exec(page)?.groups?.patch ?? "";
    const ended = await buildSite({
      ...baseWithLock,
      "overlay/kustomization.yaml": `resources: [../base]\n${patch.replace("name: image-lock", "name: of-base")}transformers: [pin-digests.yaml]\n`,
    });

    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain("there is no lock");
  });
});

describeWith([], "a lock beside a stream, as Helm writes it", () => {
  const registry = useRegistry();

  test("gives what it gave until a person says otherwise", async () => {
    const image = `${registry().host}/site/helm:1`;
    const lock = join(folderOf({}), "image-lock.yaml");
    const stream = `---\n# Source: shop/templates/web.yaml\n${pod(image)}`;
    const filter = (...args: readonly string[]): Promise<Ended> =>
      run(executable, ["--lock", lock, ...args], { input: stream });

    const first = await filter("--update-lock");
    const old = readFileSync(lock, "utf8");
    registry().move("site/helm", "1");
    const frozen = await filter("-d", "lock=frozen");
    const checked = await filter("-d", "mode=check", "-d", "check.drift=error", "-d", "check.unpinned=off");
    const updated = await filter("--update-lock", "-d", "mode=update");
    writeFileSync(lock, old);
    const again = await filter("-d", "lock=frozen");

    expect(first.stdout).toMatch(/helm:1@sha256:/);
    expect(frozen).toMatchObject({ code: 0, stdout: first.stdout });
    expect(checked).toMatchObject({
      code: 1,
      stdout: "",
      stderr: expect.stringContaining("the tag now means"),
    });
    expect(updated.stdout).toContain(registry().digestOf("site/helm", "1"));
    expect(again.stdout).toBe(first.stdout);
  });
});

function useRegistry(): () => Registry {
  let registry: Registry | undefined;
  beforeAll(async () => {
    registry = await startRegistry({ any: true });
  });
  afterAll(() => registry?.close());
  return () => {
    if (registry === undefined) throw new Error("the registry is not started");
    return registry;
  };
}

async function succeed(command: string, args: readonly string[]): Promise<Ended> {
  const ended = await run(command, args);
  expect(ended.code, ended.stderr).toBe(0);
  return ended;
}

function evalArgs(site: string, flags: readonly string[], ...options: readonly string[]): readonly string[] {
  return ["fn", "eval", site, "--image", pinImage, ...flags, "--", ...options];
}

/** The files of a package, without git's own. */
function filesOf(site: string): Tree {
  return Object.fromEntries(Object.entries(treeOf(site)).filter(([path]) => !path.startsWith(".git/")));
}

/** Commits the files, and gives them. */
async function commit(site: string): Promise<Tree> {
  const tree = filesOf(site);
  const git = ["-C", site, "-c", "user.name=a", "-c", "user.email=a@example.org"];
  await succeed("git", ["init", "--quiet", site]);
  await succeed("git", [...git, "add", "."]);
  await succeed("git", [...git, "commit", "--quiet", "-m", "pin"]);
  return tree;
}

async function build(folder: string): Promise<Ended> {
  const ended = await buildWith(folder);
  expect(ended.code, ended.stderr).toBe(0);
  return ended;
}

function buildWith(folder: string): Promise<Ended> {
  return run("kustomize", ["build", folder, "--enable-alpha-plugins", "--enable-exec"]);
}

function kptPackage(image: string): Tree {
  return {
    Kptfile: `apiVersion: kpt.dev/v1
kind: Kptfile
metadata:
  name: site
pipeline:
  mutators:
  - image: ${pinImage}
    configMap:
      lock: frozen
      report: problems
`,
    "web.yaml": pod(image),
    "db/db.yaml": pod(image).replace("name: web", "name: db"),
  };
}

function overlay(image: string): Tree {
  return {
    "base/kustomization.yaml": "resources: [web.yaml]\n",
    "base/web.yaml": pod(image),
    "overlay/kustomization.yaml": "resources: [../base, image-lock.yaml]\ntransformers: [pin-digests.yaml]\n",
    "overlay/image-lock.yaml": lockText({}),
    "overlay/pin-digests.yaml": config(executable, "frozen"),
  };
}

function config(path: string, lock: string): string {
  return `apiVersion: fn.kpt.dev/v1alpha1
kind: PinDigests
metadata:
  name: pin-digests
  annotations:
    config.kubernetes.io/function: |
      exec: {path: ${path}}
lock: ${lock}
`;
}

function pod(image: string): string {
  return `apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
  - name: web
    image: ${image}
`;
}
