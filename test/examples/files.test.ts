/** The recipes for repositories: hooks of pre-commit, the action for GitHub and the script for Flux, run as they stand. */
import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { delimiter, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { executable } from "../conformance/executable.ts";
import { makeTree, pod, readTree } from "../files/tree.ts";
import { endOf } from "../support/ended.ts";
import { type Registry, startRegistry } from "../support/registry.mjs";
import { hangLimit } from "../support/time-limit.ts";

const root = join(import.meta.dirname, "../..");

let registry: Registry;

beforeAll(async () => {
  registry = await startRegistry({ any: true });
});

afterAll(() => registry.close());

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a script in a folder, with `pin-digests` on the PATH. */
async function run(
  folder: string,
  command: readonly string[],
  env: Record<string, string> = {},
): Promise<Ended> {
  const [file = "", ...args] = command;
  const path = [binOf(), process.env.PATH].join(delimiter);
  const child = spawn(file, args, {
    cwd: folder,
    env: { ...git, ...env, PATH: path },
    stdio: "pipe",
    timeout: hangLimit,
    killSignal: "SIGKILL",
  });
  const { code, stdout, stderr } = await endOf(child);
  return { code, stdout: stdout.toString(), stderr: stderr.toString() };
}

function binOf(): string {
  const folder = makeTree({});
  mkdirSync(join(folder, "bin"));
  symlinkSync(executable, join(folder, "bin/pin-digests"));
  return join(folder, "bin");
}

const git = {
  HOME: "/nonexistent",
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_AUTHOR_NAME: "a",
  GIT_AUTHOR_EMAIL: "a@example.org",
  GIT_COMMITTER_NAME: "a",
  GIT_COMMITTER_EMAIL: "a@example.org",
};

function pinned(image: string): string {
  return pod(`${image}@${registry.digestOf("app", "v1")}`);
}

function readYaml(path: string): unknown {
  return parse(readFileSync(join(root, path), "utf8"));
}

describe("the hooks of pre-commit", () => {
  // Checked: the tests below fail where they are not.
  const hooks = readYaml(".pre-commit-hooks.yaml") as readonly Hook[];
  interface Hook {
    readonly id: string;
    readonly entry: string;
    readonly args: readonly string[];
    readonly language: string;
    readonly files: string;
    readonly pass_filenames: boolean;
  }
  const commandOf = (id: string): readonly string[] => {
    const hook = hooks.find((each) => each.id === id);
    return [...(hook?.entry ?? "").split(" "), ...(hook?.args ?? [])];
  };

  test("pin the files of a repository, and check that they are pinned", async () => {
    const image = `${registry.host}/app:v1`;
    const folder = makeTree({ "a/web.yaml": pod(image) });

    const before = await run(folder, commandOf("pin-digests-check"));
    const pin = await run(folder, commandOf("pin-digests"));
    const after = await run(folder, commandOf("pin-digests-check"));

    expect([before.code, pin.code, after.code]).toEqual([1, 0, 0]);
    expect(readTree(folder)).toEqual({ "a/web.yaml": pinned(image) });
  });

  test("run where a file is committed that may hold images, and get no names", () => {
    for (const { files, language, pass_filenames: names } of hooks) {
      const matches = (path: string): boolean => new RegExp(files).test(path);
      expect(["a/b.yaml", "a.yml", "c.json", "x/Kustomization", "Kustomization"].map(matches)).not.toContain(
        false,
      );
      expect(["a.md", "yaml", "MyKustomization"].map(matches)).not.toContain(true);
      expect({ language, names }).toEqual({ language: "node", names: false });
    }
  });

  test("are those that the example names", () => {
    const config = readYaml("examples/pre-commit/.pre-commit-config.yaml");

    expect(config).toMatchObject({ repos: [{ hooks: [{ id: hooks[0]?.id }] }] });
  });
});

describe("the action for GitHub", () => {
  // Checked: the tests below fail where it is not.
  const action = readYaml(".github/actions/pin-digests/action.yml") as {
    readonly inputs: Readonly<Record<string, { readonly default: string }>>;
    readonly runs: {
      readonly steps: readonly { readonly run: string; readonly env?: Record<string, string> }[];
    };
  };

  interface Step {
    readonly uses?: string;
    readonly run?: string;
    readonly with?: Readonly<Record<string, string>>;
  }

  /** The steps of the one job of an example. */
  function stepsOf(name: string): readonly Step[] {
    // Checked: the tests fail where it is not.
    const { jobs } = readYaml(`examples/github-action/${name}.yaml`) as {
      readonly jobs: Readonly<Record<string, { readonly steps: readonly Step[] }>>;
    };
    return Object.values(jobs).flatMap(({ steps }) => steps);
  }

  /** Runs all steps as a runner does, until one fails. */
  async function runAction(folder: string, inputs: Readonly<Record<string, string>> = {}): Promise<Ended> {
    let ended: Ended = { code: 0, stdout: "", stderr: "" };
    for (const { run: script, env = {} } of action.runs.steps) {
      const filled = Object.entries(env).map(([name, text]) => [
        name,
        text.replace(
          /^\$\{\{ inputs\.(?<input>\w+) \}\}$/,
          (_, input) => inputs[input] ?? action.inputs[input]?.default ?? "",
        ),
      ]);
      ended = await run(folder, ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script], {
        ...Object.fromEntries(filled),
        GITHUB_ACTION_PATH: join(root, ".github/actions/pin-digests"),
      });
      if (ended.code !== 0) break;
    }
    return ended;
  }

  test("annotates what is not pinned, and fails", async () => {
    const image = `${registry.host}/app:v1`;
    const folder = makeTree({
      "a/web.yaml": pod(image),
      "b/web.yaml": pinned(image),
      "c d.yaml": pod(image),
    });

    const check = await runAction(folder, { paths: "b\na\n" });
    const pin = await runAction(folder, {
      command: "pin",
      paths: "a b",
      args: "--lock-mode off --report problems",
    });

    expect(check.code).toBe(1);
    expect(check.stdout).toMatch(
      /^::error file=a\/web\.yaml,line=7,col=12,title=pin-digests%3A unpinned::.*\n$/,
    );
    expect({ ...pin, stderr: "" }).toEqual({ code: 0, stdout: "", stderr: "" });
    expect(readTree(folder)).toEqual({
      "a/web.yaml": pinned(image),
      "b/web.yaml": pinned(image),
      "c d.yaml": pod(image),
    });
    expect((await runAction(folder, { paths: "a b" })).code).toBe(0);
  });

  test("takes no input for a command of the shell", async () => {
    const folder = makeTree({ "web.yaml": pod(`${registry.host}/app:v1`) });

    const { code } = await runAction(folder, {
      command: "$(touch x)",
      paths: ". ; touch y",
      args: "`touch z`",
    });

    expect(code).not.toBe(0);
    expect(Object.keys(readTree(folder))).toEqual(["web.yaml"]);
  });

  test.each(["workflow", "update"])("is the one that %s.yaml uses, with inputs that it has", (name) => {
    const used = stepsOf(name).find(({ uses }) => uses?.includes("/.github/actions/pin-digests@"));

    expect(Object.keys(action.inputs)).toEqual(
      expect.arrayContaining(Object.keys(used?.with ?? { none: "" })),
    );
  });

  test("opens a pull request with the report where a tag has moved, and none where nothing has", async () => {
    const image = `${registry.host}/app:v1`;
    const old = pod(`${image}@sha256:${"1".repeat(64)}`);
    const folder = makeTree({ "site/clusters/web.yaml": old, "site/apps/db.yaml": pinned(image) });
    const site = join(folder, "site");
    const inSite = (script: string): Promise<Ended> => run(site, ["bash", "-euo", "pipefail", "-c", script]);
    await run(folder, ["git", "init", "--quiet", "--bare", "origin"]);
    await inSite("git init -q && git add . && git commit -qm first && git remote add origin ../origin");
    const [update, open] = stepsOf("update").slice(-2);
    // The second is asked to edit what the first could not create.
    const gh = "gh() { echo gh $1 $2; [[ $2 == edit ]]; };";
    const week = async (): Promise<Ended> => {
      const pinning = await runAction(site, update?.with);
      expect(pinning.code, pinning.stderr).toBe(0);
      return inSite(`${gh} ${open?.run}`);
    };

    const first = await week();
    const second = await week();

    expect([first.code, second.code], first.stderr + second.stderr).toEqual([0, 0]);
    expect(first.stdout).toMatch(/^gh pr create\ngh pr edit\n$/m);
    expect(second.stdout).toBe("");
    expect(readTree(folder)["report.md"]).toContain("0 moved");
    const pushed = spawnSync("git", ["log", "--format=%s", "update-images"], { cwd: join(folder, "origin") });
    expect(pushed.stdout.toString()).toBe("Update image digests\nfirst\n");
  });
});

describe("the script for Flux", () => {
  const script = join(root, "examples/flux/pin.sh");

  test("commits what it has pinned, and nothing where nothing has moved", async () => {
    const image = `${registry.host}/app:v1`;
    const folder = makeTree({ "clusters/web.yaml": pod(image), "other.txt": "mine\n" });
    const logOf = (): readonly string[] =>
      spawnSync("git", ["log", "--format=%s"], { cwd: folder, encoding: "utf8" }).stdout.trim().split("\n");
    await run(folder, ["sh", "-c", "git init -q && git add clusters && git commit -qm first"]);

    const first = await run(folder, [script, "clusters"]);
    const second = await run(folder, [script, "clusters"]);

    expect([first.code, second.code], first.stderr + second.stderr).toEqual([0, 0]);
    expect(logOf()).toEqual(["Move images to the digests of their tags", "first"]);
    const status = spawnSync("git", ["status", "--porcelain"], { cwd: folder, encoding: "utf8" }).stdout;
    expect(status).toBe("?? other.txt\n");
    expect(readFileSync(join(folder, "clusters/web.yaml"), "utf8")).toBe(pinned(image));
    expect(readFileSync(join(folder, "clusters/image-lock.yaml"), "utf8")).toContain(
      registry.digestOf("app", "v1"),
    );
  });

  test("commits nothing where an image can't be had", async () => {
    const folder = makeTree({ "web.yaml": pod("127.0.0.1:1/app:v1") });
    await run(folder, ["sh", "-c", "git init -q && git add . && git commit -qm first"]);

    const { code } = await run(folder, [script]);

    expect(code).not.toBe(0);
    expect(readTree(folder)["web.yaml"]).toBe(pod("127.0.0.1:1/app:v1"));
  });
});
