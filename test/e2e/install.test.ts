import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Registry, startRegistry } from "../support/registry.mjs";
import { checkOut } from "./checkout.ts";
import { type Ended, run } from "./command.ts";
import { describeWith } from "./tools.ts";

describeWith(["npm-registry"], "a clone", () => {
  let folder: string;
  let clone: string;
  let registry: Registry;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "e2e-"));
    clone = join(folder, "clone");
    registry = await startRegistry({ images: { "acme/app:1": {} } });
    checkOut(clone);
    const author = ["-c", "user.name=e2e", "-c", "user.email=e2e@example.com"];
    await succeed("git", ["init", "--quiet"], clone);
    await succeed("git", ["add", "--all"], clone);
    await succeed("git", [...author, "commit", "--quiet", "--message", "all"], clone);
  });

  afterAll(async () => {
    await registry.close();
    rmSync(folder, { recursive: true });
  });

  // In this order: the second needs what the first has not installed, the others what it leaves behind.
  test("is packed by nobody who has not installed what it is built with, which a line says", async () => {
    const { code, stderr } = await npm(["pack"], clone);

    expect(code).not.toBe(0);
    expect(stderr).toContain("run `npm ci` first");
    expect(readdirSync(clone).filter((name) => name.endsWith(".tgz"))).toEqual([]);
  });

  test("is installed from git, and works", async () => {
    const project = newProject({});

    await succeed("npm", ["install", "--no-audit", `git+file://${clone}`], project);

    await expectWorks(join(project, "node_modules/.bin/pin-digests"));
  });

  test("is packed after `npm ci`, and the package works, with the dependencies that its user overrides", async () => {
    await succeed("npm", ["ci", "--no-audit"], clone);
    await succeed("npm", ["pack"], clone);
    const tarball = join(clone, "pin-digests-0.1.0.tgz");
    const project = newProject({});
    const other = newProject({ overrides: { undici: "file:./other-undici" } });
    mkdirSync(join(other, "other-undici"));
    writeFileSync(join(other, "other-undici/package.json"), '{ "name": "undici", "version": "7.30.2" }');
    writeFileSync(join(other, "other-undici/index.js"), 'throw new Error("this is another undici");');

    await succeed("npm", ["install", "--no-audit", tarball], project);
    await succeed("npm", ["install", "--no-audit", tarball], other);

    const program = join(project, "node_modules/pin-digests");
    const dist = readdirSync(join(program, "dist")).sort();
    expect(dist.filter((name) => !name.endsWith(".js"))).toEqual(["library", "package.json", "schema"]);
    expect(dist).toEqual(expect.arrayContaining(["main.js", "program.js"]));
    await expectWorks(join(project, "node_modules/.bin/pin-digests"));
    const overridden = await pin(join(other, "node_modules/.bin/pin-digests"));
    expect([overridden.code, overridden.stdout]).toEqual([1, ""]);
    expect(overridden.stderr).toContain("this is another undici");
  });

  test("is linked after `npm ci`, and works", async () => {
    const prefix = join(folder, "prefix");
    mkdirSync(join(prefix, "lib"), { recursive: true });

    const linked = await run("npm", ["link", "--no-audit"], {
      cwd: clone,
      env: { npm_config_prefix: prefix },
    });

    expect(linked.code, linked.stderr).toBe(0);
    await expectWorks(join(prefix, "bin/pin-digests"));
  });

  function newProject(settings: object): string {
    const project = mkdtempSync(join(folder, "project-"));
    writeFileSync(join(project, "package.json"), JSON.stringify({ private: true, ...settings }));
    return project;
  }

  async function expectWorks(program: string): Promise<void> {
    const { code, stdout, stderr } = await pin(program);

    expect(code, stderr).toBe(0);
    expect(stdout).toBe(pod(`${registry.host}/acme/app:1@${registry.digestOf("acme/app", "1")}`));
  }

  function pin(program: string): Promise<Ended> {
    return run(program, [], { input: pod(`${registry.host}/acme/app:1`) });
  }
});

function pod(image: string): string {
  return `{apiVersion: v1, kind: Pod, metadata: {name: web}, spec: {containers: [{name: web, image: "${image}"}]}}\n`;
}

function npm(args: readonly string[], cwd: string): Promise<Ended> {
  return run("npm", args, { cwd });
}

async function succeed(command: string, args: readonly string[], cwd: string): Promise<void> {
  const { code, stdout, stderr } = await run(command, args, { cwd });
  if (code !== 0) throw new Error(`${command} ${args.join(" ")} ended with ${code}:\n${stdout}${stderr}`);
}
