import { afterAll, beforeAll, expect, test } from "vitest";
import { lockText } from "../support/lock-text.ts";
import { startRegistry } from "../support/registry.mjs";
import { type Ended, executable, run } from "./command.ts";
import { describeWith, pinImage } from "./tools.ts";
import { folderOf, type Tree, treeOf } from "./workspace.ts";

const [one, two] = ["1", "2"].map((digit) => `sha256:${digit.repeat(64)}`);

const ways = [
  { tools: ["kpt", "image"], way: "container without network", source: `image: ${pinImage}`, flags: [] },
  { tools: ["kpt"], way: "executable", source: `exec: ${executable}`, flags: ["--allow-exec"] },
] as const;

const askingWays = [
  { ...ways[0], way: "container with network", flags: ["--allow-network"] },
  { ...ways[1], way: "executable" },
] as const;

for (const { tools, way, source, flags } of askingWays) {
  describeWith(tools, `mode: check as a validator that asks the registry, ${way}`, () => {
    let registry: Awaited<ReturnType<typeof startRegistry>> | undefined;
    beforeAll(async () => {
      registry = await startRegistry({ any: true });
    });
    afterAll(() => registry?.close());

    test("passes until a tag is moved, then fails with both digests, and touches nothing", async () => {
      const image = `${registry?.host}/site/${source.slice(0, 4)}:1`;
      const before = registry?.digestOf(`site/${source.slice(0, 4)}`, "1");
      const options = "{mode: check, report: problems, check.drift: error}";
      const site = folderOf({
        ...files(`${image}@${before}`, `  validators:\n  - ${source}\n    configMap: ${options}\n`),
        "image-lock.yaml": lock({ [image]: before }),
      });
      const committed = treeOf(site);

      const passed = await run("kpt", ["fn", "render", site, "--truncate-output=false", ...flags]);
      const untouched = treeOf(site);
      const after = registry?.move(`site/${source.slice(0, 4)}`, "1");
      const failed = await run("kpt", ["fn", "render", site, "--truncate-output=false", ...flags]);

      expect(passed.code, passed.stderr).toBe(0);
      expect(untouched).toStrictEqual(committed);
      expect(failed.code).toBe(1);
      expect(failed.stderr).toContain(
        `site/${source.slice(0, 4)}:1": the tag now means ${after}, not ${before}`,
      );
      expect(resourcesOf(site)).toStrictEqual(resourcesOfTree(committed));
    });
  });
}

for (const { tools, way, source, flags } of ways) {
  describeWith(tools, `mode: check as a validator of kpt fn render, ${way}`, () => {
    test("passes a package that is as its lock says, and touches nothing", async () => {
      const site = folderOf(files(`nginx:1.27@${one}`, steps({ validators: check })));
      const before = treeOf(site);

      const ended = await render(site);

      expect(ended.code, ended.stderr).toBe(0);
      expect(ended.stderr).toMatch(/\[PASS\] .* in \S+\n\nSuccessfully executed 1 function/);
      expect(treeOf(site)).toStrictEqual(before);
    });

    test.each([
      [
        "has no digest",
        "nginx:1.27",
        /\[error\] v1\/Pod\/web spec\.containers\[0\]\.image: "nginx:1.27" has no digest/,
      ],
      [
        "has another digest than the lock",
        `nginx:1.27@${two}`,
        /\[error\] v1\/Pod\/web \S+: "[^"]+" has another digest than the lock/,
      ],
      ["is not in the lock", "redis:7", /\[error\] v1\/Pod\/web \S+: "redis:7" is not in the lock/],
      [
        "was pinned with the digest of another tag",
        `nginx:1.28@${one}`,
        /\[error\] v1\/Pod\/web \S+: .*1\.27/,
      ],
    ])("fails where an image %s, says so, and touches nothing", async (_, image, message) => {
      const site = folderOf(files(image, steps({ validators: check })));
      const before = resourcesOf(site);

      const ended = await render(site);

      expect(ended.code).toBe(1);
      expect(ended.stderr).toContain("[FAIL]");
      expect(ended.stderr).toMatch(message);
      expect(resourcesOf(site)).toStrictEqual(before);
    });

    test("finds nothing behind a mutator that pins by the same lock", async () => {
      const site = folderOf(files("nginx:1.27", steps({ mutators: pin, validators: check })));
      const before = resourcesOf(site);

      const ended = await render(site);

      expect(ended.code, ended.stderr).toBe(0);
      expect(ended.stderr.match(/\[PASS\]/g)).toHaveLength(2);
      expect(ended.stderr).not.toContain("Results:");
      expect(resourcesOf(site)).toStrictEqual({
        ...before,
        "web.yaml": before["web.yaml"]?.replace("nginx:1.27", `nginx:1.27@${one}`),
      });
    });

    test("finds behind a mutator what it leaves alone, and keeps nothing of either", async () => {
      const site = folderOf({
        ...files("nginx:1.27", steps({ mutators: pin, validators: check })),
        "db.yaml": pod(`nginx:1.27@${two}`).replace("name: web", "name: db"),
      });
      const before = resourcesOf(site);

      const ended = await render(site);

      expect(ended.code).toBe(1);
      expect(ended.stderr).toMatch(
        /\[PASS\][\s\S]*\[FAIL\][\s\S]*v1\/Pod\/db \S+: "[^"]+" has another digest than the lock/,
      );
      expect(resourcesOf(site)).toStrictEqual(before);
    });

    function steps(pipeline: Readonly<Record<string, string>>): string {
      return Object.entries(pipeline)
        .map(([step, options]) => `  ${step}:\n  - ${source}\n    configMap: ${options}\n`)
        .join("");
    }

    function render(site: string): Promise<Ended> {
      return run("kpt", ["fn", "render", site, "--truncate-output=false", ...flags]);
    }
  });
}

const pin = "{lock: frozen, report: problems}";
const check = "{mode: check, lock: frozen, report: problems, check.drift: error, check.unlocked: error}";

function files(image: string, steps: string): Tree {
  return {
    Kptfile: `apiVersion: kpt.dev/v1\nkind: Kptfile\nmetadata:\n  name: site\npipeline:\n${steps}`,
    "image-lock.yaml": lock({ "nginx:1.27": one }),
    "web.yaml": pod(image),
  };
}

function lock(entries: Readonly<Record<string, string | undefined>>): string {
  return `# Reviewed by hand.\n${lockText(entries)}`;
}

function pod(image: string): string {
  return `# The site.
apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
  - name: web # first
    image: ${image} # the front
`;
}

/** The files but the Kptfile: from v1.0.0-beta.65 on, kpt writes into it how the render went. */
function resourcesOf(site: string): Tree {
  return resourcesOfTree(treeOf(site));
}

function resourcesOfTree({ Kptfile: _, ...resources }: Tree): Tree {
  return resources;
}
