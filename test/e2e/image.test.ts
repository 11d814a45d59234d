import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { type Ended, repository, run } from "./command.ts";
import { useFixture } from "./fixture.ts";
import { describeWith, pinImage } from "./tools.ts";
import { folderOf } from "./workspace.ts";

describeWith(["image"], "the image", () => {
  test("runs as nobody, from an exec form", async () => {
    const format = "{{.Config.User}} {{json .Config.Entrypoint}} {{json .Config.Cmd}}";

    const ended = await run("podman", ["image", "inspect", pinImage, "--format", format]);

    expect(ended.stdout.trim()).toMatch(/^65534:65534 \["node","\/app\/dist\/main.js"\] (null|\[\])$/);
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
      expect(message).toContain("--network");
      expect(message).toContain("--allow-network");
    }
    expect(ended.stderr.split("\n")[0]).toBe("pin-digests: nothing was changed: 3 errors");
  });
});

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
