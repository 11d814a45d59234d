import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type Ended, executable, run } from "./command.ts";
import { useFixture } from "./fixture.ts";
import { describeWith, identityImage, pinImage } from "./tools.ts";
import { changedLines, changedTextLines, folderOf, type Tree, treeOf } from "./workspace.ts";

describeWith(["kpt", "docker-registry"], "kpt fn eval, executable", () => {
  const fixture = useFixture();

  test("changes image lines alone", async () => {
    const site = fixture.site();

    const ended = await evaluate(site, ["--exec", executable]);

    expect(ended.code, ended.stderr).toBe(0);
    expect(changedLines(await identity(), treeOf(site))).toStrictEqual(fixture.pinned);
  });

  test("changes nothing the second time", async () => {
    const site = fixture.site();
    await evaluate(site, ["--exec", executable]);
    const once = treeOf(site);

    const ended = await evaluate(site, ["--exec", executable]);

    expect(ended.code, ended.stderr).toBe(0);
    expect(treeOf(site)).toStrictEqual(once);
  });

  test("pins what a selector matches", async () => {
    const site = fixture.site();

    const ended = await evaluate(site, ["--exec", executable, "--match-kind", "CronJob"]);

    expect(ended.code, ended.stderr).toBe(0);
    expect(changedLines(await identity(), treeOf(site))).toStrictEqual([fixture.pinned[1]]);
  });

  test("takes options after --", async () => {
    const site = fixture.site();

    const ended = await evaluate(site, [
      "--exec",
      executable,
      "--match-kind",
      "StatefulSet",
      "--",
      "tag=drop",
    ]);

    expect(ended.code, ended.stderr).toBe(0);
    expect(changedLines(await identity(), treeOf(site))).toStrictEqual([
      {
        file: "db/db.yaml",
        from: `image: ${fixture.host}/site/db:16`,
        to: `image: ${fixture.host}/site/db@${fixture.digest("site/db:16")}`,
      },
    ]);
  });

  test("takes options from a file", async () => {
    const site = fixture.site();
    const config = join(
      folderOf({ "config.yaml": pinDigests("exclude: ['*/site/tools:*']") }),
      "config.yaml",
    );

    const ended = await evaluate(site, ["--exec", executable, "--fn-config", config]);

    expect(ended.code, ended.stderr).toBe(0);
    expect(changedLines(await identity(), treeOf(site))).toStrictEqual([
      fixture.pinned[0],
      fixture.pinned[3],
    ]);
  });

  test("refuses an unknown option and changes nothing", async () => {
    const site = fixture.site();

    const ended = await evaluate(site, ["--exec", executable, "--", "exclud=x"]);

    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain("exclude");
    expect(treeOf(site)).toStrictEqual(treeOf(fixture.site()));
  });

  test("pins none where one image can't be pinned", async () => {
    const job = { "jobs/late.yaml": pod(`${fixture.host}/site/absent:1`) };
    const site = fixture.site(job);

    const ended = await evaluate(site, ["--exec", executable]);

    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain(`${fixture.host}/site/absent:1`);
    expect(treeOf(site)).toStrictEqual(treeOf(fixture.site(job)));
  });

  test("tells each change as a result", async () => {
    const site = fixture.site();
    const results = folderOf({});

    const ended = await evaluate(site, ["--exec", executable, "--results-dir", results]);

    expect(ended.code, ended.stderr).toBe(0);
    const text = readFileSync(join(results, "results.yaml"), "utf8");
    expect(text.match(/proposedValue: .*/g)).toHaveLength(4);
    expect(text).toContain(`proposedValue: ${fixture.host}/site/db:16@${fixture.digest("site/db:16")}`);
    expect(text).toContain("path: db/db.yaml");
  });

  async function identity(): Promise<Tree> {
    const site = fixture.site();
    await evaluate(site, ["--exec", "cat"]);
    return treeOf(site);
  }
});

describeWith(["kpt", "docker-registry"], "kpt fn eval, streams", () => {
  const fixture = useFixture();

  test("pins between source and sink", async () => {
    const site = fixture.site();
    const sourced = await run("kpt", ["fn", "source", site]);
    const [same, pinned] = [folderOf({}), folderOf({})];

    const once = await run(executable, [], { input: sourced.stdout });
    const twice = await run(executable, [], { input: once.stdout });
    await run("kpt", ["fn", "sink", join(same, "site")], { input: sourced.stdout });
    const sunk = await run("kpt", ["fn", "sink", join(pinned, "site")], { input: twice.stdout });

    expect([once.code, twice.code, sunk.code]).toStrictEqual([0, 0, 0]);
    expect(twice.stdout).toBe(once.stdout);
    expect(changedLines(treeOf(join(same, "site")), treeOf(join(pinned, "site")))).toStrictEqual(
      fixture.pinned,
    );
  });

  test("pins manifests on stdin and unwraps them", async () => {
    const input = `# Source: pods\n${pod(`${fixture.host}/site/web:1.4`)}---\n${pod(`${fixture.host}/site/db:16`)}`;
    const flags = ["fn", "eval", "-", "-o", "unwrap", "--exec"];

    const same = await run("kpt", [...flags, "cat"], { input });
    const pinned = await run("kpt", [...flags, executable], { input });

    expect(pinned.code, pinned.stderr).toBe(0);
    expect(changedTextLines(same.stdout, pinned.stdout)).toStrictEqual([
      {
        from: `image: ${fixture.host}/site/web:1.4`,
        to: `image: ${fixture.host}/site/web:1.4@${fixture.digest("site/web:1.4")}`,
      },
      {
        from: `image: ${fixture.host}/site/db:16`,
        to: `image: ${fixture.host}/site/db:16@${fixture.digest("site/db:16")}`,
      },
    ]);
  });
});

describeWith(["kpt", "docker-registry", "image"], "kpt fn eval, container", () => {
  const fixture = useFixture();

  test("changes image lines alone", async () => {
    const [same, pinned] = [fixture.site(), fixture.site()];

    await evaluate(same, ["--image", identityImage]);
    const ended = await evaluate(pinned, ["--image", pinImage, "--network"]);

    expect(ended.code, ended.stderr).toBe(0);
    expect(changedLines(treeOf(same), treeOf(pinned))).toStrictEqual(fixture.pinned);
  });

  test("says which flag gives it network", async () => {
    const site = fixture.site();
    const results = folderOf({});

    const ended = await evaluate(site, ["--image", pinImage, "--results-dir", results]);

    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain("nothing was changed");
    expect(readFileSync(join(results, "results.yaml"), "utf8")).toContain("kpt fn eval --network");
    expect(treeOf(site)).toStrictEqual(treeOf(fixture.site()));
  });

  test("needs no network where all is pinned", async () => {
    const site = fixture.site();
    await evaluate(site, ["--image", pinImage, "--network"]);
    const once = treeOf(site);

    const ended = await evaluate(site, ["--image", pinImage]);

    expect(ended.code, ended.stderr).toBe(0);
    expect(treeOf(site)).toStrictEqual(once);
  });

  test("needs no network where options leave nothing to ask", async () => {
    const [same, excluded] = [fixture.site(), fixture.site()];

    await evaluate(same, ["--image", identityImage]);
    const ended = await evaluate(excluded, ["--image", pinImage, "--", "exclude=*"]);

    expect(ended.code, ended.stderr).toBe(0);
    expect(treeOf(excluded)).toStrictEqual(treeOf(same));
  });

  test("shows its help as documentation", async () => {
    const ended = await run("kpt", ["fn", "doc", "--image", pinImage]);

    expect(ended.code, ended.stderr).toBe(0);
    expect(ended.stdout).toContain("pin-digests");
    expect(ended.stdout).toContain("--function-config");
  });
});

function evaluate(site: string, args: readonly string[]): Promise<Ended> {
  return run("kpt", ["fn", "eval", site, "--truncate-output=false", ...args]);
}

function pinDigests(option: string): string {
  return `apiVersion: fn.kpt.dev/v1alpha1\nkind: PinDigests\nmetadata: {name: pin-digests}\n${option}\n`;
}

function pod(image: string): string {
  const name = image.replace(/[^a-z]+/g, "-");
  return `apiVersion: v1
kind: Pod
metadata:
  name: p${name}
spec:
  containers:
  - name: main
    image: ${image}
`;
}
