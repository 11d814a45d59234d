import type { Benchmark } from "./benchmark.ts";
import { type Command, pinDigests, run } from "./command.ts";
import { measureInTurn } from "./measure.ts";
import { measureOrchestrators } from "./orchestrators.ts";
import { allPeers, type Peer, type PeerInput } from "./peer.ts";
import { type RegistryProcess, startRegistryProcess } from "./registry-process.ts";
import { printTable, time, times } from "./table.ts";
import { deployments, imageNames, resourceList, stream } from "./workload.ts";

/** Others that do the same on the same input with the same registry, and what can't be done in less. */
export const peers: Benchmark = {
  name: "peers",
  summary: "crane, skopeo, kbld and k8s-digester where they are; an identity function in kpt and kustomize",
  measure: measurePeers,
  typical: (profile) =>
    withRegistry(0, (registry) => profile(ownCommand(inputOf({ resources: 100, images: 150 }, registry)))),
};

interface Cell {
  readonly resources: number;
  readonly images: number;
}

// A resource has three images.
const CELLS: readonly Cell[] = [
  { resources: 1, images: 1 },
  { resources: 1, images: 3 },
  ...[100, 1_000, 10_000].flatMap((resources) => [1, 10, 150].map((images) => ({ resources, images }))),
];

/** Milliseconds from which on one run must do. */
const LONG = 5_000;
const RUNS = 3;

async function measurePeers(): Promise<void> {
  for (const { name, isHere } of allPeers)
    if (!isHere) console.log(`left out, since it is not here: ${name}`);
  for (const latency of [0, 25]) {
    await withRegistry(latency, async (registry) => {
      const rows = await measureCells(registry);
      const title = `Seconds for each, and how many times what pin-digests took; ${latency} ms a round trip`;
      printTable(title, ["resources", "images", "pin-digests", ...HERE.map(({ name }) => name)], rows);
    });
  }
  await withRegistry(25, ({ host }) => measureOrchestrators(host));
}

const HERE: readonly Peer[] = allPeers.filter(({ isHere }) => isHere);

async function measureCells(registry: RegistryProcess): Promise<readonly (readonly string[])[]> {
  const rows: (readonly string[])[] = [];
  const known = new Map<string, number>();
  for (const cell of CELLS) {
    const key = ({ name, dependsOn }: Peer): string =>
      [name, ...dependsOn.map((each) => cell[each])].join(" ");
    const unknown = HERE.filter((peer) => !known.has(key(peer)));
    const took = await measureBeside(inputOf(cell, registry), unknown);
    for (const peer of unknown) known.set(key(peer), took.get(peer.name) ?? Number.NaN);
    const own = took.get(OWN) ?? Number.NaN;
    const cells = HERE.map((peer) => {
      const wall = known.get(key(peer)) ?? Number.NaN;
      return wall === Number.POSITIVE_INFINITY ? time(wall) : `${time(wall)} (${times(wall / own)})`;
    });
    rows.push([`${cell.resources}`, `${cell.images}`, time(own), ...cells]);
  }
  return rows;
}

const OWN = "pin-digests";

/** Milliseconds by name; a peer that takes long has one run, the others take turns with our own. */
async function measureBeside(input: PeerInput, peers: readonly Peer[]): Promise<ReadonlyMap<string, number>> {
  const took = new Map<string, number>();
  const quick: Record<string, Command> = { [OWN]: ownCommand(input) };
  for (const { name, command } of peers) {
    const { wall } = await run(command(input));
    took.set(name, wall);
    if (wall < LONG) quick[name] = command(input);
  }
  const figures = await measureInTurn(quick, RUNS);
  for (const [name, { wall }] of Object.entries(figures)) took.set(name, wall.median);
  return took;
}

function inputOf({ resources, images }: Cell, { host }: RegistryProcess): PeerInput {
  const names = imageNames([host], images);
  const texts = deployments(resources, names);
  return {
    list: resourceList(texts),
    stream: stream(texts),
    images: names,
    references: Array.from({ length: resources * 3 }, (_, index) => names[index % images] ?? ""),
  };
}

function ownCommand({ list }: PeerInput): Command {
  return pinDigests(list);
}

async function withRegistry(
  latency: number,
  task: (registry: RegistryProcess) => Promise<void>,
): Promise<void> {
  const registry = await startRegistryProcess({ latency, tokens: true });
  try {
    await task(registry);
  } finally {
    await registry.stop();
  }
}
