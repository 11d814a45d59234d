import { appendFileSync, chmodSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { lockText } from "../support/lock-text.ts";
import { startRegistry } from "../support/registry.mjs";
import { type Ended, executable, repository, run } from "./command.ts";
import { describeWith, pinImage } from "./tools.ts";
import { changedTextLines, copyOf, folderOf, type Tree } from "./workspace.ts";

const [one, two] = ["1", "2"].map((digit) => `sha256:${digit.repeat(64)}`) as [string, string];

const kustomizes = ["kustomize", "kustomize5"] as const;

const ways = kustomizes.flatMap(
  (kustomize) =>
    [
      {
        kustomize,
        tools: [kustomize, "image"],
        way: "container without network",
        source: `container: {image: "${pinImage}"}`,
      },
      { kustomize, tools: [kustomize], way: "executable", source: `exec: {path: ${executable}}` },
    ] as const,
);

for (const { kustomize, tools, way, source } of ways) {
  describeWith(tools, `a lock in ${kustomize}, ${way}`, () => {
    test("is used, and left out of what is built, twice the same", async () => {
      const site = folderOf({
        ...base("nginx:1.27"),
        ...overlay("site", { "nginx:1.27": one }, "lock: frozen"),
      });

      const first = await build(kustomize, join(site, "site"));
      const second = await build(kustomize, join(site, "site"));

      expect(first.code, first.stderr).toBe(0);
      expect(imagesOf(first)).toStrictEqual([`nginx:1.27@${one}`]);
      expect(first.stdout).not.toMatch(/ImageLock|PinDigests/);
      expect(second).toStrictEqual(first);
    });

    test("is each overlay's own, where one kustomization has several", async () => {
      const site = folderOf({
        ...base("nginx:1.27"),
        ...overlay("old", { "nginx:1.27": one }, "lock: frozen"),
        ...overlay("new", { "nginx:1.27": two }, "lock: frozen"),
        "kustomization.yaml": "resources: [old, new]\n",
      });

      const ended = await build(kustomize, site);

      expect(ended.code, ended.stderr).toBe(0);
      expect(imagesOf(ended).toSorted()).toStrictEqual([`nginx:1.27@${one}`, `nginx:1.27@${two}`]);
    });

    test.each([
      [
        "an image that it lacks",
        "lock: frozen",
        "redis:7",
        /\[error\] the lock lacks 1 image: "redis:7"; add it with `kustomize build LAYER \| pin-digests -f CONFIG -d lock=auto --lock FILE --update-lock`/,
      ],
      [
        "a tag without a digest in a check",
        "mode: check\nlock: frozen",
        "nginx:1.27",
        /\[error\] v1\/Pod\/site-web \S+: "[^"]+" has no digest/,
      ],
      [
        "another digest in a check",
        "mode: check\nlock: frozen\ncheck: {drift: error}",
        `nginx:1.27@${two}`,
        /\[error\] v1\/Pod\/site-web \S+: "[^"]+" has another digest than the lock "site-image-lock"/,
      ],
    ])("fails the build for %s, and says why on stderr", async (_, options, image, message) => {
      const site = folderOf({ ...base(image), ...overlay("site", { "nginx:1.27": one }, options) });

      const ended = await build(kustomize, join(site, "site"));

      expect([ended.code, ended.stdout]).toStrictEqual([1, ""]);
      expect(ended.stderr).toMatch(message);
    });
  });

  /** A kustomization with a lock and a transformer beside it. */
  function overlay(name: string, entries: Readonly<Record<string, string>>, options: string): Tree {
    return {
      [`${name}/kustomization.yaml`]: `namePrefix: ${name}-
resources: [../base, image-lock.yaml]
transformers: [pin-digests.yaml]
`,
      [`${name}/pin-digests.yaml`]: `apiVersion: fn.kpt.dev/v1alpha1
kind: PinDigests
metadata:
  name: pin-digests
  annotations:
    config.kubernetes.io/function: |
      ${source}
${options}
`,
      [`${name}/image-lock.yaml`]: lockText(entries),
    };
  }
}

for (const kustomize of kustomizes) {
  for (const way of ["container", "executable"] as const) {
    const tools = way === "container" ? ([kustomize, "image"] as const) : [kustomize];
    describeWith(tools, `examples/kustomize-lock, ${kustomize}, ${way}`, () => {
      const registry = useRegistry();

      test("builds from its lock, and is brought up to date as its README says", async () => {
        const site = lockExample(way, registry().host);
        const [build = "", add = "", move = ""] = commandsOf(site);
        const inSite = (command: string): Promise<Ended> => inShell(kustomize, site, command);
        const plain = await inSite("kustomize build production/tags");
        const digestOf = (tag: string): string => registry().digestOf("stefanprodan/podinfo", tag);
        const pinnedBy = (digest: string) => [
          { from: `- image: ${image}`, to: `- image: ${image}@${digest}` },
        ];
        const image = "ghcr.io/stefanprodan/podinfo:6.4.0";

        const built = await inSite(build);
        expect(built.code, built.stderr).toBe(0);
        expect(changedTextLines(plain.stdout, built.stdout)).toStrictEqual(
          pinnedBy("sha256:57a654ace69ec02ba8973093b6a786faa15640575fbf0dbb603db55aca2ccec8"),
        );

        // A tag that the lock lacks fails the build, and what the message says adds it.
        const tags = join(site, "production/tags/kustomization.yaml");
        const text = readFileSync(tags, "utf8");
        writeFileSync(tags, text.replace("6.4.0", "6.5.0"));
        const lacking = await inSite(build);
        expect([lacking.code, lacking.stdout]).toStrictEqual([1, ""]);
        const [, advice = ""] = /add it with `(kustomize build [^`]*)`/.exec(lacking.stderr) ?? [];
        const places = { LAYER: "production/tags", CONFIG: "production/pin-digests.yaml", FILE: lock };
        const advised = Object.entries(places).reduce((all, [from, to]) => all.replace(from, to), advice);
        expect(await inSite(`${advised} > /dev/null`)).toMatchObject({ code: 0 });
        expect(imagesOf(await inSite(build))).toStrictEqual([
          `ghcr.io/stefanprodan/podinfo:6.5.0@${digestOf("6.5.0")}`,
        ]);

        // So does what the README says.
        writeFileSync(tags, text.replace("6.4.0", "6.6.0"));
        expect(await inSite(add)).toMatchObject({ code: 0, stdout: "" });
        expect(imagesOf(await inSite(build))).toStrictEqual([
          `ghcr.io/stefanprodan/podinfo:6.6.0@${digestOf("6.6.0")}`,
        ]);

        // What tags mean by now is locked, and what nothing uses is not any more.
        writeFileSync(tags, text);
        expect(await inSite(move)).toMatchObject({ code: 0, stdout: "" });
        const moved = await inSite(build);
        expect(moved.stderr).not.toContain("[warning]");
        expect(changedTextLines(plain.stdout, moved.stdout)).toStrictEqual(pinnedBy(digestOf("6.4.0")));
        expect(readFileSync(join(site, lock), "utf8").match(/podinfo:\S+/g)).toStrictEqual([
          "podinfo:6.4.0:",
        ]);
      });
    });
  }
}

const lock = "production/image-lock.yaml";

/** A copy of the example, run in one way, which asks a registry of the test. */
function lockExample(way: "container" | "executable", host: string): string {
  const site = copyOf(join(repository, "examples/kustomize-lock"), "site");
  const config = join(site, "production/pin-digests.yaml");
  const text = readFileSync(config, "utf8");
  if (way === "executable")
    writeFileSync(config, text.replace(/container:\n\s+image: .*/, "exec: {path: pin-digests}"));
  appendFileSync(config, `registries:\n- {prefix: "*", mirrors: ["http://${host}"], only: true}\n`);
  return site;
}

/** The commands of its README that are run in its folder: what builds, what adds, what moves. */
function commandsOf(site: string): readonly string[] {
  const readme = readFileSync(join(site, "README.md"), "utf8");
  const blocks = [...readme.matchAll(/```shell\n([^`]*)```/g)].flatMap(([, block]) => block ?? []);
  return blocks.filter((block) => block.startsWith("kustomize "));
}

/** Runs a command in a folder, with one of the kustomizes and with the program on the PATH. */
async function inShell(kustomize: string, cwd: string, command: string): Promise<Ended> {
  const { stdout } = await run("sh", ["-c", `command -v ${kustomize}`]);
  // What the README says to add for an executable.
  const enabled = command.includes("--enable-alpha-plugins") ? "--enable-exec" : "";
  const bin = folderOf({
    docker: '#!/bin/sh\nexec podman "$@"\n',
    kustomize: `#!/bin/sh\nexec ${stdout.trim()} "$@" ${enabled}\n`,
  });
  for (const name of ["docker", "kustomize"]) chmodSync(join(bin, name), 0o755);
  symlinkSync(executable, join(bin, "pin-digests"));
  return run("sh", ["-c", command], { cwd, env: { PATH: `${bin}${delimiter}${process.env.PATH}` } });
}

describeWith(["kustomize"], "a lock in kustomize that lacks an image", () => {
  const registry = useRegistry();

  test("keeps no addition, which one warning says", async () => {
    const image = `${registry().host}/site/new:1`;
    const config = `apiVersion: fn.kpt.dev/v1alpha1
kind: PinDigests
metadata:
  name: pin-digests
  annotations:
    config.kubernetes.io/function: "exec: {path: ${executable}}"
`;
    const site = folderOf({
      ...base(image),
      "site/kustomization.yaml": "resources: [../base, image-lock.yaml]\ntransformers: [pin-digests.yaml]\n",
      "site/pin-digests.yaml": config,
      "site/image-lock.yaml": lockText({}),
    });

    const ended = await build("kustomize", join(site, "site"));

    expect(ended.code).toBe(0);
    expect(imagesOf(ended)).toStrictEqual([`${image}@${registry().digestOf("site/new", "1")}`]);
    expect(ended.stderr).toBe(`pin-digests: 1 image changed, 1 warning
[warning] 1 image was asked for and is not in a lock, so the next run asks again: "${image}"; a list without paths keeps no changes of a lock: add them with \`kustomize build LAYER | pin-digests -f CONFIG -d lock=auto --lock FILE --update-lock\`, where LAYER is the kustomization that the one with this transformer builds on, and CONFIG is the transformer's file, or by hand
`);
  });
});

function base(image: string): Tree {
  return {
    "base/kustomization.yaml": "resources: [web.yaml]\n",
    "base/web.yaml": `apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
  - name: web
    image: ${image}
`,
  };
}

function imagesOf({ stdout }: Ended): readonly string[] {
  return stdout.match(/(?<=image: )\S+/g) ?? [];
}

function useRegistry() {
  let registry: Awaited<ReturnType<typeof startRegistry>> | undefined;
  beforeAll(async () => {
    registry = await startRegistry({ any: true });
  });
  afterAll(() => registry?.close());
  return () => {
    if (registry === undefined) throw new Error("the registry is there in tests alone");
    return registry;
  };
}

/** kustomize calls docker, whatever there is; a container has no network unless it is asked for. */
function build(kustomize: string, folder: string): Promise<Ended> {
  const bin = folderOf({ docker: '#!/bin/sh\nexec podman "$@"\n' });
  chmodSync(join(bin, "docker"), 0o755);
  return run(kustomize, ["build", folder, "--enable-alpha-plugins", "--enable-exec"], {
    env: { PATH: `${bin}${delimiter}${process.env.PATH}` },
  });
}
