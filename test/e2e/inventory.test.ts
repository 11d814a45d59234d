import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { executable, run } from "./command.ts";
import { describeWith } from "./tools.ts";
import { folderOf } from "./workspace.ts";

const [one, two, three] = ["1", "2", "3"].map((digit) => `sha256:${digit.repeat(64)}`);

describeWith(["kustomize"], "--inventory kustomize", () => {
  test.each([
    ["tags", ""],
    ["pins", "pinned"],
  ])("gives kustomize the digests that it states, for sources with %s", async (_, source) => {
    const images = [
      ["localhost:5000/team/app:1.0", one],
      ["[::1]:5000/team/app:1.0", two],
      ["nginx", two],
      ["docker.io/library/nginx:1.27", three],
      ["1password/connect:1", one],
      ["redis:7", three],
      ["docker.io/redis:7", three],
      ["registry.example.org/on:y", two],
    ] as const;
    const pinned = pod(images.map(([image, digest]) => `${image}@${digest}`));
    const folder = folderOf({
      "web.yaml": source === "pinned" ? pinned : pod(images.map(([image]) => image)),
    });

    const taken = await inventory(pinned, join(folder, "images.yaml"));
    const built = await build(folder);

    expect(taken).toMatchObject({ code: 0, stdout: pinned, stderr: "" });
    expect(built.match(/(?<=image: '?)[^\s']+/g)).toStrictEqual(
      images.map(([image, digest]) => `${image.replace(/:[^:/]*$/, "")}@${digest}`),
    );
  });

  test("changes no image whose tag it can't tell from another, and says which", async () => {
    const mixed = pod([`busybox:1@${one}`, `busybox:2@${two}`, "redis:7", `redis:8@${one}`]);
    const folder = folderOf({ "web.yaml": mixed });

    const taken = await inventory(mixed, join(folder, "images.yaml"));
    const built = await build(folder);

    expect(taken.stderr).toBe(
      `[warning] "busybox:1@${one}", "busybox:2@${two}": left out, since kustomize sets one digest for each name
[warning] "redis:7", "redis:8@${one}": left out, since kustomize sets one digest for each name
`,
    );
    expect(built.match(/(?<=image: '?)[^\s']+/g)).toStrictEqual(mixed.match(/(?<=image: ").*(?=")/g));
  });
});

function inventory(stream: string, output: string) {
  const args = ["--inventory", "kustomize", "--output", output, "-d", "mode=unpin", "-d", "exclude=*"];
  return run(executable, args, { input: stream });
}

/** What kustomize makes of the resources with the `images` that were taken. */
async function build(folder: string): Promise<string> {
  const images = readFileSync(join(folder, "images.yaml"), "utf8");
  writeFileSync(join(folder, "kustomization.yaml"), `resources: [web.yaml]\n${images}`);
  const built = await run("kustomize", ["build", folder]);
  expect(built.code, built.stderr).toBe(0);
  return built.stdout;
}

function pod(images: readonly string[]): string {
  const containers = images.map((image, index) => `  - name: c${index}\n    image: "${image}"\n`);
  return `apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
${containers.join("")}`;
}
