import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startRegistry } from "../support/registry.mjs";
import { type Ended, executable, type RunOptions, run } from "./command.ts";
import { describeWith } from "./tools.ts";
import { folderOf, type Tree, treeOf } from "./workspace.ts";

describeWith(["kpt"], "kpt pkg update of a package with pins", () => {
  let registry: Awaited<ReturnType<typeof startRegistry>> | undefined;
  const host = (): string => registry?.host ?? "";
  const digestOf = (repository: string, tag: string): string => registry?.digestOf(repository, tag) ?? "";
  beforeAll(async () => {
    registry = await startRegistry({ any: true });
  });
  afterAll(() => registry?.close());

  test("shows after unpin what upstream changed alone, and the lock gives the other digests again", async () => {
    const site = await downstream();
    await pin(site, "lock=create");
    await pin(site, "mode=unpin");
    await commit(site);
    const digest = digestOf("site/db", "16");
    registry?.move("site/db", "16");

    await update(site);

    expect(await changedLines(site, "web.yaml")).toStrictEqual([
      `-    image: ${host()}/site/web:1 # the front`,
      `+    image: ${host()}/site/web:2 # the front`,
    ]);
    await pin(site);
    const { "web.yaml": web = "", "image-lock.yaml": lock = "" } = treeOf(site);
    expect(web).toContain(`image: ${host()}/site/web:2@${digestOf("site/web", "2")} # the front\n`);
    expect(web).toContain(`image: ${host()}/site/db:16@${digest}\n`);
    expect(lock).toContain(`"${host()}/site/web:2":\n    digest: ${digestOf("site/web", "2")}\n`);
  });

  test("loses the pin of an image that upstream has changed", async () => {
    const site = await downstream();
    await pin(site, "lock=create");
    await commit(site);

    await update(site);

    const { "web.yaml": web = "" } = treeOf(site);
    expect(web).toContain(`image: ${host()}/site/web:2 # the front\n`);
    expect(web).toContain(`image: ${host()}/site/db:16@sha256:`);
  });

  test("is refused for pins and for the lock where it only winds forward", async () => {
    const site = await downstream();
    await pin(site, "lock=create");
    await commit(site);

    // kpt names them in any order.
    await expect(update(site, "--strategy", "fast-forward")).rejects.toThrow(
      /modified: \[(?:image-lock\.yaml web\.yaml|web\.yaml image-lock\.yaml)\]/,
    );
  });

  /** A package with two versions, and a copy of the first. */
  async function downstream(): Promise<string> {
    const upstream = folderOf(shop("1"));
    await commit(upstream);
    await git(upstream, "tag", "v1");
    writeFileSync(join(upstream, "shop/web.yaml"), shop("2")["shop/web.yaml"] ?? "");
    await commit(upstream);
    await git(upstream, "tag", "v2");
    const folder = folderOf({});
    await kpt(folder, ["pkg", "get", `file://${upstream}.git/shop@v1`, "site"]);
    return join(folder, "site");
  }

  function shop(version: string): Tree {
    return {
      "shop/Kptfile": "apiVersion: kpt.dev/v1\nkind: Kptfile\nmetadata:\n  name: shop\n",
      "shop/web.yaml": `apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
  - name: web
    image: ${host()}/site/web:${version} # the front
  - name: db
    image: ${host()}/site/db:16
`,
    };
  }
});

/** The lines of a file that differ from what is committed. */
async function changedLines(folder: string, file: string): Promise<readonly string[]> {
  const { stdout } = await git(folder, "diff", "--unified=0", "--", file);
  return stdout.split("\n").filter((line) => /^[-+](?![-+])/.test(line));
}

async function commit(folder: string): Promise<void> {
  await git(folder, "init", "--quiet");
  await git(folder, "add", ".");
  await git(folder, "commit", "--quiet", "-m", "state");
}

function git(folder: string, ...args: readonly string[]): Promise<Ended> {
  return succeed("git", ["-C", folder, "-c", "user.name=a", "-c", "user.email=a@example.org", ...args]);
}

function pin(site: string, ...options: readonly string[]): Promise<Ended> {
  return kpt(site, ["fn", "eval", ".", "--exec", executable, "--", "report=problems", ...options]);
}

function update(site: string, ...flags: readonly string[]): Promise<Ended> {
  return kpt(site, ["pkg", "update", ".@v2", ...flags]);
}

/** What kpt fetches it keeps in a folder of its own. */
function kpt(cwd: string, args: readonly string[]): Promise<Ended> {
  return succeed("kpt", args, { cwd, env: { KPT_CACHE_DIR: folderOf({}) } });
}

async function succeed(command: string, args: readonly string[], options: RunOptions = {}): Promise<Ended> {
  const ended = await run(command, args, options);
  if (ended.code !== 0) throw new Error(ended.stderr);
  return ended;
}
