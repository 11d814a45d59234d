/** Many runs of the program, each among registries that are spoiled in another way. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Run, runExecutable } from "../conformance/executable.ts";
import { type Hosts, startHosts } from "./hosts.ts";
import { pinnedBy, violations } from "./invariants.ts";
import { configOf, inputOf, makeScenario, type Scenario } from "./scenario.ts";

/** What a campaign is. */
export interface CampaignOptions {
  readonly seed: number;
  /** The numbers of the runs. */
  readonly numbers: readonly number[];
  /** Images in each run. */
  readonly size: number;
  /** Runs at once. */
  readonly workers: number;
  /** Another program than the built one. */
  readonly program?: string;
}

/** What came of it. */
export interface CampaignReport {
  readonly faults: readonly { readonly number: number; readonly violation: string }[];
  /** How often each kind was pinned and left. */
  readonly kinds: ReadonlyMap<string, { readonly pinned: number; readonly left: number }>;
  readonly requests: number;
}

/** Runs a campaign; the first run with a fault ends it. */
export async function runCampaign(options: CampaignOptions): Promise<CampaignReport> {
  const faults: { number: number; violation: string }[] = [];
  const kinds = new Map<string, { pinned: number; left: number }>();
  const left = [...options.numbers];
  let requests = 0;

  function count(scenario: Scenario, run: Run): void {
    const pinned = pinnedBy(run);
    for (const { text, kind } of scenario.images) {
      const counts = kinds.get(kind) ?? { pinned: 0, left: 0 };
      counts[pinned.has(text) ? "pinned" : "left"] += 1;
      kinds.set(kind, counts);
    }
  }

  async function work(): Promise<void> {
    const hosts = await startHosts();
    const folder = await mkdtemp(join(tmpdir(), "chaos-"));
    try {
      for (let number = left.shift(); number !== undefined && faults.length === 0; number = left.shift()) {
        const scenario = makeScenario(options.seed, number, { hosts: hosts.all, size: options.size });
        const bench = {
          scenario,
          hosts,
          folder,
          ...(options.program !== undefined && { program: options.program }),
        };
        const { run, broken, asked } = await tryScenario(bench);
        requests += asked;
        count(scenario, run);
        for (const violation of broken) faults.push({ number, violation });
      }
    } finally {
      await hosts.close();
      await rm(folder, { recursive: true });
    }
  }

  await Promise.all(Array.from({ length: options.workers }, work));
  return { faults, kinds, requests };
}

interface Bench {
  readonly scenario: Scenario;
  readonly hosts: Hosts;
  readonly folder: string;
  readonly program?: string;
}

interface Trial {
  readonly run: Run;
  readonly broken: readonly string[];
  /** Requests. */
  readonly asked: number;
}

async function tryScenario(bench: Bench): Promise<Trial> {
  const { scenario, hosts } = bench;
  const run = await runScenario(bench, inputOf(scenario));
  const asked = hosts.requests();
  const broken = [...violations(scenario, { run, secrets: hosts.secrets(), strays: hosts.strays() })];
  if (broken.length > 0) return { run, broken, asked };
  if (run.code === 0 && pinnedBy(run).size === scenario.images.length) {
    await runScenario(bench, run.stdout);
    if (hosts.requests() > 0) broken.push("a second run asks for what is pinned");
  } else if (!scenario.isUnsettled) {
    const again = await runScenario(bench, inputOf(scenario));
    if (again.stdout !== run.stdout)
      broken.push(`a second run writes something else: ${difference(run.stdout, again.stdout)}`);
    else if (again.stderr !== run.stderr || again.code !== run.code)
      broken.push(`a second run says something else: ${difference(run.stderr, again.stderr)}`);
  }
  return { run, broken, asked };
}

async function runScenario({ scenario, hosts, folder, program }: Bench, input: string): Promise<Run> {
  hosts.begin(scenario.plan);
  const { username, password } = scenario.plan.login;
  const auth = Buffer.from(`${username}:${password}`).toString("base64");
  const auths = hosts.all
    .filter(({ name }) => name === "with a password" || name === "with tokens")
    .map(({ address }) => [address, { auth }] as const);
  await writeFile(join(folder, "config.json"), JSON.stringify({ auths: Object.fromEntries(auths) }));
  const config = join(folder, "config.yaml");
  await writeFile(config, configOf(scenario, hosts.entries));
  return runExecutable(input, {
    args: ["-f", config],
    env: { DOCKER_CONFIG: folder },
    ...(program !== undefined && { program }),
  });
}

/** The first line that is in one text and not in the other. */
function difference(one: string, other: string): string {
  const others = other.split("\n");
  const at = one.split("\n").findIndex((line, index) => line !== others[index]);
  return `${JSON.stringify(one.split("\n")[at])}, then ${JSON.stringify(others[at])}`;
}
