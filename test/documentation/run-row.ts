/** Runs a command of the documentation in a folder of its own, and compares what happens with its row. */
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { afterAll, beforeAll, expect, onTestFinished } from "vitest";
import { type Ended, executable, run } from "../e2e/command.ts";
import { type Registry, startRegistry } from "../support/registry.mjs";
import type { CommandRow, RunRow } from "./command-row.ts";
import { repository } from "./commands.ts";
import { fileRows } from "./file-rows.ts";
import { type NamedHosts, startNamedHosts } from "./named-hosts.ts";
import { orchestratorRows } from "./orchestrator-rows.ts";
import { otherRows } from "./other-rows.ts";
import { pipeRows } from "./pipe-rows.ts";
import { type Facts, filesOf } from "./sites.ts";

/** What is known of each command that the documentation shows. */
export const commandRows: Readonly<Record<string, CommandRow>> = {
  ...fileRows,
  ...pipeRows,
  ...orchestratorRows,
  ...otherRows,
};

/** A cluster that takes everything. */
export const cluster = { kubectl: "cat > applied.yaml" };

/** Starts registries for the tests of a file; gives what runs a row. */
export function useRows(
  standIns: Readonly<Record<string, string>>,
): (command: string, row: RunRow) => Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "pin-digests-docs-"));
  let hosts: NamedHosts | undefined;
  let plain: Registry | undefined;
  let env: Readonly<Record<string, string>> = {};
  let facts: Facts | undefined;

  beforeAll(async () => {
    hosts = await startNamedHosts(join(folder, "certificate.pem"));
    plain = await startRegistry({ any: true });
    const old = hosts.registry.digestOf("library/nginx", "1.27");
    plain.digestOf("library/nginx", "1.27");
    const current = hosts.registry.move("library/nginx", "1.27");
    plain.move("library/nginx", "1.27");
    const app = hosts.registry.digestOf("acme/app", "v1");
    facts = { host: plain.host, old, current, app };
    const bin = join(folder, "bin");
    mkdirSync(bin);
    symlinkSync(executable, join(bin, "pin-digests"));
    for (const [name, script] of Object.entries(standIns)) {
      writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`);
      chmodSync(join(bin, name), 0o755);
    }
    env = {
      ...hosts.env,
      ...author,
      HOME: folder,
      PATH: `${bin}${delimiter}${process.env.PATH}`,
      HOST: plain.host,
      OLD: old,
      CURRENT: current,
      APP: app,
    };
  });
  afterAll(async () => {
    await hosts?.close();
    await plain?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  return async (command, row) => {
    if (facts === undefined) throw new Error("the registries are not there");
    const site = mkdtempSync(join(folder, "site-"));
    onTestFinished(() => rmSync(site, { recursive: true, force: true }));
    fill(site, row, facts);
    const cwd = join(site, row.folder ?? "");
    const inShell = (script: string, more: Readonly<Record<string, string>> = {}): Promise<Ended> => {
      const variables = Object.entries({ ...kept(), ...env, ...more }).map((entry) => entry.join("="));
      return run("env", ["-i", ...variables, "bash", "-o", "pipefail", "-c", script], { cwd });
    };

    const before = await inShell(row.before ?? "true");
    const files = readFiles(site);
    const ended = await inShell(edited(command, row), row.offline === true ? { HTTPS_PROXY: nobody } : {});
    const written = differences(files, readFiles(site));
    const afterwards = await inShell(row.afterwards ?? "true");

    const told = `${ended.stdout}${ended.stderr}`;
    expect(before.code, before.stdout + before.stderr).toBe(0);
    expect(ended.code, told).toBe(row.code ?? 0);
    if (row.stdout !== undefined) expect(ended.stdout).toMatch(row.stdout);
    if (row.stderr !== undefined) expect(ended.stderr).toMatch(row.stderr);
    expect(written, told).toEqual(row.writes ?? []);
    expect(afterwards.code, `${row.afterwards}\n${afterwards.stdout}${afterwards.stderr}`).toBe(0);
  };
}

/** Of the environment of the test, what containers need: a proxy or a login of whoever runs it must not count. */
function kept(): Readonly<Record<string, string>> {
  const runtime = { KPT_FN_RUNTIME: "podman", KRM_FN_RUNTIME: "podman" };
  const settings = process.env.CONTAINERS_CONF;
  return settings === undefined ? runtime : { ...runtime, CONTAINERS_CONF: settings };
}

const author = {
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_AUTHOR_NAME: "a",
  GIT_AUTHOR_EMAIL: "a@example.org",
  GIT_COMMITTER_NAME: "a",
  GIT_COMMITTER_EMAIL: "a@example.org",
};

// Where nothing listens.
const nobody = "http://127.0.0.1:1";

function fill(site: string, { site: name }: RunRow, facts: Facts): void {
  // Functions in containers are nobody, who must get in.
  chmodSync(site, 0o755);
  if (name === "examples") {
    cpSync(join(repository, "examples"), join(site, "examples"), { recursive: true });
    symlinkSync(join(repository, "dist"), join(site, "dist"));
  }
  for (const [path, text] of Object.entries(filesOf(name, facts))) {
    mkdirSync(dirname(join(site, path)), { recursive: true });
    writeFileSync(join(site, path), text);
  }
}

function edited(command: string, { edits = {} }: RunRow): string {
  return Object.entries(edits).reduce((text, [from, to]) => text.replaceAll(from, () => to), command);
}

function readFiles(folder: string): ReadonlyMap<string, string> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .filter((path) => !path.startsWith(".git/"));
  return new Map(paths.map((path) => [path, readFileSync(join(folder, path), "utf8")]));
}

function differences(
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): readonly string[] {
  const paths = new Set([...before.keys(), ...after.keys()]);
  return [...paths].filter((path) => before.get(path) !== after.get(path)).sort();
}
