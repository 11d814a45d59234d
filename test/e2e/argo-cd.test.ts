import { readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { type Ended, executable, repository, run } from "./command.ts";
import { describeWith } from "./tools.ts";
import { changedTextLines, copyOf, folderOf } from "./workspace.ts";

const example = join(repository, "examples/argo-cd-plugin");
const digest = "sha256:57a654ace69ec02ba8973093b6a786faa15640575fbf0dbb603db55aca2ccec8";

describeWith(["kustomize5"], "examples/argo-cd-plugin", () => {
  test("generates what kustomize builds, pinned by the lock", async () => {
    const plain = await run("kustomize5", ["build", join(example, "app")]);

    const generated = await generate(copyOf(join(example, "app")));

    expect(generated).toMatchObject({ code: 0, stderr: "" });
    const image = "image: ghcr.io/stefanprodan/podinfo:6.4.0";
    expect(changedTextLines(plain.stdout, generated.stdout)).toStrictEqual([
      { from: `- ${image}`, to: `- ${image}@${digest}` },
    ]);
  });

  test("fails where the lock lacks an image, and where kustomize fails", async () => {
    const kustomization =
      "resources: [web.yaml]\nimages: [{name: ghcr.io/stefanprodan/podinfo, newTag: 6.5.0}]\n";
    const unlocked = copyOf(join(example, "app"));
    const broken = folderOf({ "kustomization.yaml": kustomization, "image-lock.yaml": lockText() });

    writeFileSync(join(unlocked, "kustomization.yaml"), kustomization);

    const first = await generate(unlocked);
    const second = await generate(broken);

    expect(first).toMatchObject({ code: 1, stdout: "" });
    expect(first.stderr).toContain('lacks 1 image: "ghcr.io/stefanprodan/podinfo:6.5.0"');
    expect(second.code).toBe(1);
    expect(second.stderr).toContain("web.yaml");
  });
});

/** Runs the plugin as argocd-cmp-server does: in the folder of the application, with no more environment than that has. */
async function generate(folder: string): Promise<Ended> {
  const plugin = parse(readFileSync(join(example, "plugin.yaml"), "utf8"));
  const { command, args } = plugin.spec.generate;
  const tools = folderOf({});
  const kustomize = await run("sh", ["-c", "command -v kustomize5"]);
  symlinkSync(kustomize.stdout.trim(), join(tools, "kustomize"));
  symlinkSync(executable, join(tools, "pin-digests"));
  const env = [
    `PATH=${[tools, process.env.PATH].join(delimiter)}`,
    "ARGOCD_APP_NAME=web",
    "ARGOCD_APP_NAMESPACE=production",
    "ARGOCD_APP_REVISION=0000000000000000000000000000000000000000",
    "KUBE_VERSION=1.36",
    // Else bash takes a socket for the shell of a network, and reads files of the user.
    "SHLVL=1",
  ];
  return run("env", ["-i", ...env, ...command, ...args], { cwd: folder });
}

function lockText(): string {
  return readFileSync(join(example, "app/image-lock.yaml"), "utf8");
}
