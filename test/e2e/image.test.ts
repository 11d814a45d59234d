import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { type Ended, repository, run } from "./command.ts";
import { useFixture } from "./fixture.ts";
import { describeWith, nodeImage, pinImage } from "./tools.ts";
import { folderOf } from "./workspace.ts";

describeWith(["image"], "the image", () => {
  test("runs as nobody, from an exec form", async () => {
    const format = "{{.Config.User}} {{json .Config.Entrypoint}} {{json .Config.Cmd}}";

    const ended = await run("podman", ["image", "inspect", pinImage, "--format", format]);

    expect(ended.stdout.trim()).toMatch(/^65534:65534 \["node","\/app\/dist\/main.js"\] (null|\[\])$/);
  });

  test("says what it is in the labels of the OCI", async () => {
    const { version } = JSON.parse(readFileSync(join(repository, "package.json"), "utf8"));

    const ended = await run("podman", ["image", "inspect", pinImage, "--format", "{{json .Config.Labels}}"]);

    expect(JSON.parse(ended.stdout)).toMatchObject({
      "org.opencontainers.image.title": "pin-digests",
      "org.opencontainers.image.description": "KRM function that pins container images by digest",
      "org.opencontainers.image.version": version,
      "org.opencontainers.image.licenses": "Apache-2.0",
      "org.opencontainers.image.base.name": nodeImage,
    });
  });

  test("pins its own base by digest", () => {
    const dockerfile = readFileSync(join(repository, "Dockerfile"), "utf8");

    expect(dockerfile).toMatch(
      /^ARG NODE_IMAGE=docker\.io\/library\/node:24-bookworm-slim@sha256:[0-9a-f]{64}$/m,
    );
  });

  test("runs on a base with Node and nothing else", async () => {
    const base = "localhost/pin-digests-base:e2e";
    const small = "localhost/pin-digests:e2e-small";
    const context = folderOf({ Dockerfile: smallBase });
    await succeed("buildah", [...bud, "--build-arg", `NODE_IMAGE=${nodeImage}`, "-t", base, context]);
    const bases = ["--build-arg", `NODE_IMAGE=${nodeImage}`, "--build-arg", `RUNTIME_IMAGE=${base}`];
    await succeed("buildah", [...bud, ...bases, "-t", small, repository]);
    const input = pod(`nginx@sha256:${"1".repeat(64)}`);

    const flags = ["--rm", "-i", "--network", "none", "--read-only", "--read-only-tmpfs=false"];
    const ended = await run("podman", ["run", ...flags, small], { input });
    await succeed("podman", ["rmi", small, base]);

    expect(ended).toStrictEqual({ code: 0, stdout: input, stderr: "" });
  });

  test("holds what runs and nothing else", async () => {
    const listed = await shell("cd /app && ls -A . && find . -name node_modules -o -name '*.ts'");
    const unreadable = await shell("find /app ! -perm -o=r -o -type d ! -perm -o=x");

    expect(listed.stdout).toBe("LICENSE\ndist\npackage.json\n");
    expect(unreadable).toStrictEqual({ code: 0, stdout: "", stderr: "" });
  });

  test("tells its version and its usage", async () => {
    const { version } = JSON.parse(readFileSync(join(repository, "package.json"), "utf8"));

    const told = await podman(["--network", "none"], ["--version"]);
    const help = await podman(["--network", "none"], ["--help"]);

    expect(told).toStrictEqual({ code: 0, stdout: `${version}\n`, stderr: "" });
    expect(help).toMatchObject({ code: 0, stdout: expect.stringContaining("Usage"), stderr: "" });
  });

  test("answers each request behind a server that starts its entrypoint, as Porch's wrapper does", async () => {
    const format = "{{json .Config.Entrypoint}}";
    const { stdout } = await run("podman", ["image", "inspect", pinImage, "--format", format]);
    const entrypoint: readonly string[] = JSON.parse(stdout);
    const list = resourceList([`nginx@sha256:${"1".repeat(64)}`]);

    // Who calls it has put a program of its own in the place of the entrypoint, and tells it what that was.
    const flags = ["run", "--rm", "-i", "--network", "none", "--read-only", "--entrypoint", "node", pinImage];
    const ended = await run("podman", [...flags, "-e", wrapper, "--", ...entrypoint], { input: list });

    expect(ended).toMatchObject({ code: 0, stderr: "" });
    const { stdout: pinned, stderr, status } = JSON.parse(ended.stdout)[1];
    expect({ stdout: pinned, stderr, status }).toEqual({ stdout: list, stderr: "", status: 0 });
    expect(JSON.parse(ended.stdout)[0]).toEqual(JSON.parse(ended.stdout)[1]);
  });

  test("ends without network, with every item as it was and an error for each image", async () => {
    const images = ["nginx:1.27", "ghcr.io/acme/shop:2", "127.0.0.1:5000/app:1"];
    const input = resourceList(images);

    const ended = await podman(["--network", "none"], [], input);

    expect(ended.code).toBe(1);
    expect(ended.stdout.startsWith(input)).toBe(true);
    const { items, results } = parse(ended.stdout);
    expect(items).toStrictEqual(parse(input).items);
    expect(results).toHaveLength(images.length);
    for (const [index, { severity, message, field }] of results.entries()) {
      expect(severity).toBe("error");
      expect(field.currentValue).toBe(images[index]);
      expect(message).toContain(`can't resolve ${JSON.stringify(images[index])}`);
    }
    // What to do about it is said once.
    expect(results[0].message).toContain("--network");
    expect(results[0].message).toContain("--allow-network");
    expect(ended.stderr.split("\n")[0]).toBe("pin-digests: nothing was changed: 3 errors");
  });
});

/** Starts a command twice, each time with the same request on stdin, and tells what came of each. */
const wrapper = `
  const { spawnSync } = require("node:child_process");
  const [file, ...args] = process.argv.slice(1);
  const input = require("node:fs").readFileSync(0);
  const answers = [1, 2].map(() => spawnSync(file, args, { input, encoding: "utf8" }));
  process.stdout.write(JSON.stringify(answers.map(({ stdout, stderr, status }) => ({ stdout, stderr, status }))));
`;

describeWith(["image", "docker-registry"], "the image, confined", () => {
  const fixture = useFixture();

  test.each([
    ["nobody, by name", ["--user", "nobody"]],
    ["nobody, with no home", ["--user", "65534:65534", "--env", "HOME=/nonexistent"]],
    ["whom no file knows", ["--user", "12345:12345"]],
    ["root", ["--user", "0:0"]],
  ])("pins with a read-only root, no capabilities and no temporary files, as %s", async (_, user) => {
    const confined = ["--read-only", "--read-only-tmpfs=false", "--cap-drop", "all"];
    const image = `${fixture.host}/site/web:1.4`;

    const ended = await podman([...confined, "--network", "host", ...user], [], pod(image));

    expect(ended.code, ended.stderr).toBe(0);
    expect(ended.stdout).toBe(pod(`${image}@${fixture.digest("site/web:1.4")}`));
  });
});

describeWith(["image", "docker-registry", "skopeo"], "a pinned reference", () => {
  const fixture = useFixture();

  test("is what a container runtime pulls", async () => {
    const name = `${fixture.host}/site/real`;
    const context = folderOf({ Dockerfile: "FROM scratch\nCOPY Dockerfile /\n" });
    await succeed("buildah", ["bud", "--isolation", "chroot", "-t", `${name}:1`, context]);
    await succeed("podman", ["push", "--tls-verify=false", `${name}:1`]);
    await succeed("podman", ["rmi", `${name}:1`]);

    const pinned = await podman(["--network", "host"], ["-d", "tag=drop"], pod(`${name}:1`));
    const [reference = ""] = /\S+@sha256:\w{64}/.exec(pinned.stdout) ?? [];
    const pulled = await run("podman", ["pull", "--quiet", "--tls-verify=false", reference]);
    const seen = await run("skopeo", ["inspect", "--tls-verify=false", `docker://${name}:1`]);

    expect(pulled.code, pulled.stderr).toBe(0);
    expect(reference).toBe(`${name}@${JSON.parse(seen.stdout).Digest}`);
    await succeed("podman", ["rmi", reference]);
  });
});

const bud = ["bud", "--isolation", "chroot", "--timestamp", "0"];

/** An image with Node, at the place of distroless ones, and the libraries that it needs. */
const smallBase = `ARG NODE_IMAGE
FROM \${NODE_IMAGE} AS full
RUN for file in $(ldd /usr/local/bin/node | grep -o "/[^ ]*"); do install -D "$file" "/small/$file"; done && \\
    install -D /usr/local/bin/node /small/nodejs/bin/node
FROM scratch
COPY --from=full /small /
`;

function podman(flags: readonly string[], args: readonly string[], input = ""): Promise<Ended> {
  return run("podman", ["run", "--rm", "-i", ...flags, pinImage, ...args], { input });
}

/** Runs a command of the base image over the files of the image. */
function shell(command: string): Promise<Ended> {
  return run("podman", [
    "run",
    "--rm",
    "--network",
    "none",
    "--entrypoint",
    "/bin/sh",
    pinImage,
    "-c",
    command,
  ]);
}

async function succeed(command: string, args: readonly string[]): Promise<void> {
  const ended = await run(command, args);
  expect(ended.code, ended.stderr).toBe(0);
}

function resourceList(images: readonly string[]): string {
  const items = images.map((image) => `- ${pod(image).trimEnd().replaceAll("\n", "\n  ")}\n`);
  return `apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems:\n${items.join("")}`;
}

function pod(image: string): string {
  return `apiVersion: v1
kind: Pod
metadata:
  name: app
spec:
  containers:
  - name: app
    image: ${image}
`;
}
