import { chmodSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Ended, executable, repository, run } from "./command.ts";
import { type DebianRegistry, startDebianRegistry } from "./debian-registry.ts";
import { describeWith, identityImage, pinImage } from "./tools.ts";
import { changedTextLines, copyOf, folderOf } from "./workspace.ts";

describeWith(["kustomize", "docker-registry"], "examples/kustomize-overlay, executable", () => {
  const registry = useRegistry();

  test("changes image lines alone", async () => {
    const same = await build(overlay("exec", executablePath, "path: /bin/cat"), ["--enable-exec"]);
    const pinned = await build(overlay("exec", executablePath, `path: ${executable}`), ["--enable-exec"]);

    expect(pinned.code, pinned.stderr).toBe(0);
    expect(pinned.stderr).toBe("");
    expect(changedTextLines(same.stdout, pinned.stdout)).toStrictEqual(registry.pinned());
  });

  test("runs as it stands, with the executable on the PATH", async () => {
    const bin = mkdtempSync(join(tmpdir(), "pin-digests-bin-"));
    symlinkSync(executable, join(bin, "pin-digests"));

    const folder = overlay("exec", executablePath, executablePath);
    const pinned = await build(folder, ["--enable-exec"], { PATH: `${bin}${delimiter}${process.env.PATH}` });

    rmSync(bin, { recursive: true });
    expect(pinned.code, pinned.stderr).toBe(0);
    expect(pinned.stdout).toContain("image: nginx:1.27.3@sha256:");
  });

  test("is skipped without a word where executables are not enabled", async () => {
    const ended = await build(overlay("exec", executablePath, `path: ${executable}`));

    expect(ended.code).toBe(0);
    expect(ended.stdout).toContain("image: nginx:1.27.3\n");
  });

  test("fails the build where an image can't be pinned, and says why on stderr", async () => {
    const folder = overlay("exec", executablePath, `path: ${executable}`);
    const kustomization = join(folder, "kustomization.yaml");
    writeFileSync(kustomization, readFileSync(kustomization, "utf8").replace("1.27.3", "absent"));

    const ended = await build(folder, ["--enable-exec"]);

    expect(ended.code).toBe(1);
    expect(ended.stdout).toBe("");
    expect(ended.stderr).toContain("nginx:absent");
  });

  test("keeps what kustomize needs to name generated ConfigMaps", async () => {
    const folders = ["/bin/cat", executable].map((path) => {
      const folder = overlay("exec", executablePath, `path: ${path}`);
      const kustomization = join(folder, "kustomization.yaml");
      const generator = "configMapGenerator:\n- name: page\n  literals: [title=Shop]\nnamePrefix: new-\n";
      writeFileSync(kustomization, readFileSync(kustomization, "utf8") + generator);
      return folder;
    });

    const [same, pinned] = await Promise.all(folders.map((folder) => build(folder, ["--enable-exec"])));

    expect(same?.stdout).toMatch(/name: new-page-\w{10}\n/);
    expect(changedTextLines(same?.stdout ?? "", pinned?.stdout ?? "")).toStrictEqual(registry.pinned());
  });

  function overlay(name: string, from: string, to: string): string {
    return overlayOf(name, { from, to, host: registry.host() });
  }
});

describeWith(["kustomize", "docker-registry", "image"], "examples/kustomize-overlay, container", () => {
  const registry = useRegistry();

  test("changes image lines alone where network is allowed", async () => {
    const same = await buildInContainer(overlay(identityImage), "--network");
    const pinned = await buildInContainer(overlay(pinImage), "--network");

    expect(pinned.code, pinned.stderr).toBe(0);
    expect(changedTextLines(same.stdout, pinned.stdout)).toStrictEqual(registry.pinned());
  });

  test("is refused where network isn't allowed", async () => {
    const ended = await buildInContainer(overlay(pinImage));

    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain("--network");
  });

  function overlay(image: string): string {
    return overlayOf("container", { from: pinImage, to: image, host: registry.host() });
  }

  /** kustomize calls docker, whatever there is. */
  function buildInContainer(folder: string, ...flags: readonly string[]): Promise<Ended> {
    const bin = folderOf({ docker: '#!/bin/sh\nexec podman "$@"\n' });
    chmodSync(join(bin, "docker"), 0o755);
    return run("kustomize", ["build", folder, "--enable-alpha-plugins", ...flags], {
      env: { PATH: `${bin}${delimiter}${process.env.PATH}` },
    });
  }
});

const executablePath = "path: pin-digests";

interface Variant {
  readonly from: string;
  readonly to: string;
  readonly host: string;
}

/** A copy of an overlay that runs another function, whose look-ups all go to one registry. */
function overlayOf(name: string, { from, to, host }: Variant): string {
  const folder = join(copyOf(join(repository, "examples/kustomize-overlay"), "site"), "overlays", name);
  const file = join(folder, "pin-digests.yaml");
  const text = readFileSync(file, "utf8").replace(from, to);
  writeFileSync(file, `${text}registries:\n- {prefix: "*", mirrors: ["http://${host}"], only: true}\n`);
  return folder;
}

function build(
  folder: string,
  flags: readonly string[] = [],
  env: Record<string, string> = {},
): Promise<Ended> {
  return run("kustomize", ["build", folder, "--enable-alpha-plugins", ...flags], { env });
}

function useRegistry() {
  let registry: DebianRegistry | undefined;
  const digests: string[] = [];

  beforeAll(async () => {
    registry = await startDebianRegistry();
    for (const image of ["library/nginx:1.27.3", "library/busybox:1.36"])
      digests.push(await registry.push(image));
  });
  afterAll(() => registry?.stop());

  return {
    host: () => registry?.host ?? "",
    pinned: () => [
      { from: "- image: nginx:1.27.3", to: `- image: nginx:1.27.3@${digests[0]}` },
      { from: "image: busybox:1.36", to: `image: busybox:1.36@${digests[1]}` },
    ],
  };
}
