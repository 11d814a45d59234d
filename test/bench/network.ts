import type { Benchmark } from "./benchmark.ts";
import { type Command, pinDigests, run } from "./command.ts";
import { measureInTurn } from "./measure.ts";
import { createNamedHost, type NamedHost } from "./named-host.ts";
import { type RegistryProcess, type Seen, startRegistryProcess } from "./registry-process.ts";
import { printTable, time, times } from "./table.ts";
import { deployments, imageNames, pinned, resourceList } from "./workload.ts";

/** What the network costs: round trips, and how many of them there are. */
export const network: Benchmark = {
  name: "network",
  summary:
    "3,000 references to 1–1,000 images on registries of tokens, 25 ms away: time, requests, connections",
  measure: measureNetwork,
  typical: (profile) =>
    withRegistries(1, (registries) => profile(pinDigests(listOf(registries, { images: 150 })))),
};

const LATENCY = 25;
const DEPLOYMENTS = 1_000;
const RUNS = 5;

interface Case {
  readonly images: number;
  readonly registries: number;
  /** At a name that is not loopback's, as the registries of the world. */
  readonly isSecure?: true;
}

const CASES: readonly Case[] = [
  { images: 1, registries: 1 },
  { images: 10, registries: 1 },
  { images: 100, registries: 1 },
  { images: 150, registries: 1 },
  { images: 150, registries: 3 },
  { images: 1_000, registries: 1 },
  { images: 3, registries: 1, isSecure: true },
  { images: 150, registries: 1, isSecure: true },
];

async function measureNetwork(): Promise<void> {
  const rows: (readonly string[])[] = [];
  const add = (row: readonly string[]): void => void rows.push(row);
  const host = createNamedHost();
  if (host === undefined) console.log("left out, since it is not to be had here: HTTPS at a name");
  for (const each of CASES) {
    if (each.isSecure && host === undefined) continue;
    const named = each.isSecure ? host : undefined;
    await withRegistries(
      each.registries,
      (registries) => measureCase(each, registries, named).then(add),
      named,
    );
  }
  host?.remove();
  const title = `${DEPLOYMENTS * 3} references, ${LATENCY} ms a round trip, median of ${RUNS}`;
  printTable(title, [...CASE_HEADER, "wall", "bound", "of the bound", ...SEEN_HEADER], rows);
  await measureRefusals();
}

const CASE_HEADER = ["images", "registries", "by"];
const SEEN_HEADER = ["HEAD", "tokens", "other", "connections", "at once"];

async function measureCase(
  each: Case,
  registries: readonly RegistryProcess[],
  named: NamedHost | undefined,
): Promise<readonly string[]> {
  const plain = pinDigests(listOf(registries, each));
  const asking = named?.inside(plain) ?? plain;
  const still = pinDigests(listOf(registries, each, pinned));
  const seen = await seenDuring(asking, registries);
  const figures = await measureInTurn({ asking, still }, RUNS);
  const bound = roundsFor(each.images / each.registries) * LATENCY + figures.still.wall.median;
  const { median } = figures.asking.wall;
  const counts = [seen.heads, seen.tokens, seen.gets, seen.connections, seen.atOnce].map(String);
  return [
    `${each.images}`,
    `${each.registries}`,
    each.isSecure ? "HTTPS" : "HTTP",
    time(median),
    time(bound),
    times(median / bound),
    ...counts,
  ];
}

/**
 * The first image of a registry learns what it demands, and gets a token: three requests, one after the other. Then a
 * token and a HEAD for each image, eight at once in the first two rounds, and twice as many in each that follows, up to 64.
 */
function roundsFor(images: number): number {
  let rounds = 3;
  let atOnce = 8;
  for (let left = 2 * (images - 1); left > 0; left -= atOnce) {
    if (rounds > 4) atOnce = Math.min(atOnce * 2, 64);
    rounds += 1;
  }
  return rounds;
}

async function measureRefusals(): Promise<void> {
  const images = 30;
  const registry = await startRegistryProcess({ latency: LATENCY, tokens: true, refuseOneIn: 5 });
  try {
    const command = pinDigests(listOf([registry], { images }));
    const { wall } = await run(command);
    const { heads, tokens, gets, refused } = await registry.seen();
    const [all, needed] = [heads + tokens + gets, 1 + 2 * images];
    const cells = [images, needed, refused, all, all - needed - refused].map(String);
    const header = ["images", "requests needed", "refused", "sent", "too many", "wall"];
    printTable("One request in five is answered with 429 and `Retry-After: 1`", header, [
      [...cells, time(wall)],
    ]);
  } finally {
    await registry.stop();
  }
}

async function withRegistries(
  count: number,
  task: (registries: readonly RegistryProcess[]) => Promise<void>,
  https?: NamedHost,
): Promise<void> {
  const settings = { latency: LATENCY, tokens: true, ...(https && { https }) };
  const registries = await Promise.all(Array.from({ length: count }, () => startRegistryProcess(settings)));
  try {
    await task(registries);
  } finally {
    await Promise.all(registries.map((registry) => registry.stop()));
  }
}

function listOf(
  registries: readonly RegistryProcess[],
  { images }: Pick<Case, "images">,
  write = (image: string) => image,
): string {
  const hosts = registries.map(({ host }) => host);
  return resourceList(deployments(DEPLOYMENTS, imageNames(hosts, images).map(write)));
}

async function seenDuring(command: Command, registries: readonly RegistryProcess[]): Promise<Seen> {
  await run(command);
  const seen = await Promise.all(registries.map((registry) => registry.seen()));
  return seen.reduce((one, other) => ({
    heads: one.heads + other.heads,
    gets: one.gets + other.gets,
    tokens: one.tokens + other.tokens,
    refused: one.refused + other.refused,
    connections: one.connections + other.connections,
    atOnce: Math.max(one.atOnce, other.atOnce),
  }));
}
