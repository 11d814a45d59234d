import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parse } from "yaml";
import { type Ended, executable, repository, run } from "./command.ts";
import { type DebianRegistry, startDebianRegistry } from "./debian-registry.ts";
import { describeWith } from "./tools.ts";
import { changedTextLines, folderOf, treeOf } from "./workspace.ts";

const example = join(repository, "examples/helm-post-renderer");

describeWith(["helm", "docker-registry"], "examples/helm-post-renderer", () => {
  let registry: DebianRegistry | undefined;
  const digests: string[] = [];

  beforeAll(async () => {
    registry = await startDebianRegistry();
    for (const image of ["acme/shop:2.4.1", "library/nginx:1.27"]) digests.push(await registry.push(image));
  });
  afterAll(() => registry?.stop());

  test("changes image lines alone, and none of a hook", async () => {
    const same = await template("--post-renderer", "cat");
    const pinned = await template("--post-renderer", "./pin-digests.sh", ...rendererArgs("-f", mirrored()));

    expect(pinned.code, pinned.stderr).toBe(0);
    expect(changedTextLines(same.stdout, pinned.stdout)).toStrictEqual([shop(), nginx()]);
    expect(pinned.stdout).toContain('image: "ghcr.io/acme/shop:2.4.1"\n        args: [migrate]');
  });

  test("takes options one by one", async () => {
    const same = await template("--post-renderer", "cat");
    const options = rendererArgs("-f", mirrored(), "-d", "exclude=ghcr.io/acme/*");

    const pinned = await template("--post-renderer", "./pin-digests.sh", ...options);

    expect(pinned.code, pinned.stderr).toBe(0);
    expect(changedTextLines(same.stdout, pinned.stdout)).toStrictEqual([nginx()]);
  });

  test("stops Helm where an image can't be pinned", async () => {
    const options = ["--set", "proxy=nginx:absent", ...rendererArgs("-f", mirrored())];

    const ended = await template("--post-renderer", "./pin-digests.sh", ...options);

    expect(ended.code).toBe(1);
    expect(ended.stdout).toBe("");
    expect(ended.stderr).toContain("nginx:absent");
  });

  test("pins hooks too as a filter behind helm template", async () => {
    const plain = await template();

    const pinned = await run(executable, ["-f", mirrored()], { input: plain.stdout });

    expect(pinned.code, pinned.stderr).toBe(0);
    expect(changedTextLines(plain.stdout, pinned.stdout)).toStrictEqual([shop(), nginx(), shop()]);
  });

  test("gives what a lock has, as a filter and as a post-renderer, and asks nobody", async () => {
    const plain = await template();
    const same = await template("--post-renderer", "cat");
    const lock = join(folderOf({}), "image-lock.yaml");
    const frozen = ["--lock", lock, "-d", "lock=frozen"];

    const made = await run(executable, ["-f", mirrored(), "--lock", lock, "--update-lock"], {
      input: plain.stdout,
    });
    const filtered = await run(executable, frozen, { input: plain.stdout });
    const rendered = await template("--post-renderer", "./pin-digests.sh", ...rendererArgs(...frozen));

    expect(made.code, made.stderr).toBe(0);
    expect(filtered).toMatchObject({ code: 0, stdout: made.stdout });
    expect(rendered.code, rendered.stderr).toBe(0);
    expect(changedTextLines(same.stdout, rendered.stdout)).toStrictEqual([shop(), nginx()]);
  });

  test("takes a chart that renders nothing", async () => {
    const options = ["--post-renderer", "./pin-digests.sh", ...rendererArgs("-f", mirrored())];

    const ended = await run("helm", ["template", "shop", emptyChart(), ...options], { cwd: example });

    expect(ended.code, ended.stderr).toBe(0);
    expect(ended.stdout.trim()).toMatch(/^(# nothing is rendered)?$/);
  });

  test("is laid out as Helm 4 wants a plugin to be", () => {
    const files = treeOf(example);
    const plugin = parse(files["plugin.yaml"] ?? "");

    expect(plugin).toStrictEqual({
      apiVersion: "v1",
      type: "postrenderer/v1",
      name: "pin-digests",
      version: "0.1.0",
      runtime: "subprocess",
      runtimeConfig: { platformCommand: [{ command: expect.stringMatching(/^\$\{HELM_PLUGIN_DIR\}\//) }] },
    });
    const [{ command }] = plugin.runtimeConfig.platformCommand;
    expect(Object.keys(files)).toContain(command.split("/").at(-1));
  });

  function template(...flags: readonly string[]): Promise<Ended> {
    return run("helm", ["template", "shop", "chart", ...flags], { cwd: example });
  }

  function mirrored(): string {
    const config = mirrorConfig(registry?.host ?? "");
    return join(folderOf({ "config.yaml": config }), "config.yaml");
  }

  function shop() {
    return {
      from: 'image: "ghcr.io/acme/shop:2.4.1"',
      to: `image: "ghcr.io/acme/shop:2.4.1@${digests[0]}"`,
    };
  }

  function nginx() {
    return { from: "image: nginx:1.27", to: `image: nginx:1.27@${digests[1]}` };
  }
});

describeWith(["helm4", "docker-registry"], "examples/helm-post-renderer, installed in Helm 4", () => {
  let registry: DebianRegistry | undefined;
  const digests: string[] = [];

  beforeAll(async () => {
    registry = await startDebianRegistry();
    for (const image of ["acme/shop:2.4.1", "library/nginx:1.27"]) digests.push(await registry.push(image));
  });
  afterAll(() => registry?.stop());

  test("changes image lines alone, those of hooks too", async () => {
    const helm = await installed();
    const plain = await helm("template", "shop", "chart");

    const pinned = await helm("template", "shop", "chart", "--post-renderer", "pin-digests", ...mirrored());

    expect(pinned.code, pinned.stderr).toBe(0);
    const shop = {
      from: 'image: "ghcr.io/acme/shop:2.4.1"',
      to: `image: "ghcr.io/acme/shop:2.4.1@${digests[0]}"`,
    };
    const nginx = { from: "image: nginx:1.27", to: `image: nginx:1.27@${digests[1]}` };
    expect(changedTextLines(plain.stdout, pinned.stdout)).toStrictEqual([shop, nginx, shop]);
  });

  test("stops Helm where an image can't be pinned", async () => {
    const helm = await installed();
    const absent = ["--set", "proxy=nginx:absent"];

    const ended = await helm(
      "template",
      "shop",
      "chart",
      ...absent,
      "--post-renderer",
      "pin-digests",
      ...mirrored(),
    );

    expect(ended).toMatchObject({ code: 1, stdout: "" });
    expect(ended.stderr).toContain('plugin "pin-digests" exited with error');
  });

  test("takes a chart that renders nothing", async () => {
    const helm = await installed();

    const ended = await helm(
      "template",
      "shop",
      emptyChart(),
      "--post-renderer",
      "pin-digests",
      ...mirrored(),
    );

    expect(ended.code, ended.stderr).toBe(0);
    expect(ended.stdout.trim()).toBe("");
  });

  /** Helm with the plugin, as the README says to install it, and with nothing of the user's own. */
  async function installed(): Promise<(...args: readonly string[]) => Promise<Ended>> {
    const home = folderOf({});
    const env = {
      HELM_DATA_HOME: home,
      HELM_CACHE_HOME: join(home, "cache"),
      HELM_CONFIG_HOME: join(home, "config"),
    };
    const helm = (...args: readonly string[]) => run("helm4", args, { cwd: example, env });
    const ended = await helm("plugin", "install", example);
    expect(ended.code, ended.stderr).toBe(0);
    return helm;
  }

  function mirrored(): readonly string[] {
    const config = mirrorConfig(registry?.host ?? "");
    return rendererArgs("-f", join(folderOf({ "config.yaml": config }), "config.yaml"));
  }
});

function emptyChart(): string {
  return folderOf({ "Chart.yaml": "apiVersion: v2\nname: empty\nversion: 0.1.0\n" });
}

function mirrorConfig(host: string): string {
  return `apiVersion: fn.kpt.dev/v1alpha1
kind: PinDigests
metadata: {name: pin-digests}
registries: [{prefix: "*", mirrors: ["http://${host}"], only: true}]
`;
}

function rendererArgs(...args: readonly string[]): readonly string[] {
  return args.flatMap((arg) => ["--post-renderer-args", arg]);
}
