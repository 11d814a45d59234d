import type { Benchmark } from "./benchmark.ts";
import { type Command, pinDigests, run } from "./command.ts";
import { idleMachine } from "./machine.ts";
import { measureInTurn } from "./measure.ts";
import { createNamedHost } from "./named-host.ts";
import { allPeers, type Peer, type PeerInput } from "./peer.ts";
import { type RegistryProcess, type RegistrySettings, startRegistryProcess } from "./registry-process.ts";
import { printTable, time, times } from "./table.ts";
import { deployments, imageNames, resourceList, stream } from "./workload.ts";

/** The one table: ours and all others on the same input with the same registries, in one run on a machine that is idle. */
export const compare: Benchmark = {
  name: "compare",
  summary: "beside k8s-digester, kbld, crane and skopeo, where they are; only on an idle machine",
  measure: measureAll,
  typical: (profile) =>
    withRegistry({ latency: 0, tokens: false }, (registry) =>
      profile(ownCommand(inputOf({ deployments: 100, images: 150 }, registry))),
    ),
};

interface Cell {
  readonly deployments: number;
  readonly images: number;
}

interface Scenario {
  readonly name: string;
  readonly registry: RegistrySettings;
  readonly cells: readonly Cell[];
  /** At a name that is not loopback's, as the registries of the world. */
  readonly isSecure?: true;
}

const ONE: Cell = { deployments: 1, images: 3 };
const HUNDRED: Cell = { deployments: 100, images: 150 };
const THOUSAND: Cell = { deployments: 1_000, images: 150 };
const TEN_THOUSAND: Cell = { deployments: 10_000, images: 150 };

const SCENARIOS: readonly Scenario[] = [
  {
    name: "open, 0 ms",
    registry: { latency: 0, tokens: false },
    cells: [ONE, HUNDRED, THOUSAND, TEN_THOUSAND],
  },
  { name: "open, 25 ms", registry: { latency: 25, tokens: false }, cells: [ONE, THOUSAND] },
  { name: "tokens, 25 ms", registry: { latency: 25, tokens: true }, cells: [ONE, THOUSAND, TEN_THOUSAND] },
  {
    name: "tokens, HTTPS, 25 ms",
    registry: { latency: 25, tokens: true },
    cells: [ONE, THOUSAND],
    isSecure: true,
  },
];

/** Milliseconds from which on one run must do. */
const LONG = 5_000;
const RUNS = 5;

const HERE: readonly Peer[] = allPeers.filter(({ isHere }) => isHere);

async function measureAll(): Promise<void> {
  const load = await idleMachine();
  const missing = allPeers.filter(({ isHere }) => !isHere).map(({ name }) => name);
  const rows: (readonly string[])[] = [];
  const host = createNamedHost();
  if (host === undefined) missing.push("HTTPS at a name");
  for (const { name, registry: settings, cells, isSecure = false } of SCENARIOS) {
    if (isSecure && host === undefined) continue;
    await withRegistry({ ...settings, ...(isSecure && host && { https: host }) }, async (registry) => {
      for (const cell of cells) {
        const label = `${name}: ${cell.deployments.toLocaleString("en")} × ${cell.images}`;
        const input = { ...inputOf(cell, registry), isSecure };
        rows.push([
          label,
          ...(await measureCell(input, isSecure && host ? host.inside : (command) => command)),
        ]);
      }
    });
  }
  host?.remove();
  const leftOut = missing.length === 0 ? "" : `; left out, since they are not here: ${missing.join(", ")}`;
  const title = `Deployments × images, median of ${RUNS}, and how many times what pin-digests takes; ${load}${leftOut}`;
  printTable(title, ["", OWN, ...HERE.map(({ name }) => name)], rows);
}

const OWN = "pin-digests";

/** What takes long has one run, the others take turns with our own. */
async function measureCell(
  input: PeerInput,
  inside: (command: Command) => Command,
): Promise<readonly string[]> {
  const took = new Map<string, number>();
  const quick: Record<string, Command> = { [OWN]: inside(ownCommand(input)) };
  for (const peer of HERE) {
    const command = inside(peer.command(input));
    const { wall } = await run(command);
    took.set(peer.name, wall);
    if (wall < LONG) quick[peer.name] = command;
  }
  const figures = await measureInTurn(quick, RUNS);
  for (const [name, { wall }] of Object.entries(figures)) took.set(name, wall.median);
  const own = took.get(OWN) ?? Number.NaN;
  const others = HERE.map(({ name }) => {
    const wall = took.get(name) ?? Number.NaN;
    return wall === Number.POSITIVE_INFINITY ? time(wall) : `${time(wall)} (${times(wall / own)})`;
  });
  return [time(own), ...others];
}

function inputOf({ deployments: count, images }: Cell, { host }: RegistryProcess): PeerInput {
  const names = imageNames([host], images);
  const texts = deployments(count, names);
  return { list: resourceList(texts), stream: stream(texts), images: names, isSecure: false };
}

function ownCommand({ list }: PeerInput): Command {
  return pinDigests(list);
}

async function withRegistry(
  settings: RegistrySettings,
  task: (registry: RegistryProcess) => Promise<void>,
): Promise<void> {
  const registry = await startRegistryProcess(settings);
  try {
    await task(registry);
  } finally {
    await registry.stop();
  }
}
