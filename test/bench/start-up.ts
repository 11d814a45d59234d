import type { Benchmark } from "./benchmark.ts";
import { bareNode, type Command, pinDigests } from "./command.ts";
import { type Figures, measureInTurn, measurePeak } from "./measure.ts";
import { startRegistryProcess } from "./registry-process.ts";
import { maybe, megabytes, printTable, time, times } from "./table.ts";
import { deployments, imageLock, imageNames, pinned, resourceList } from "./workload.ts";

/** One Deployment: what a run costs before it does anything. */
export const startUp: Benchmark = {
  name: "start-up",
  summary: "one Deployment, pinned, locked or to be asked for, beside `node -e 0`",
  measure: measureStartUp,
  typical: (profile) => profile(pinnedDeployment()),
};

/** The executable over one Deployment that is pinned already. */
export function pinnedDeployment(): Command {
  return pinDigests(resourceList(deployments(1, IMAGES.map(pinned))));
}

const IMAGES = imageNames(["registry.example"], 3);
const RUNS = 21;

async function measureStartUp(): Promise<void> {
  const registry = await startRegistryProcess({ latency: 0, tokens: false });
  try {
    const commands = {
      "node -e 0": bareNode,
      pinned: pinnedDeployment(),
      locked: pinDigests(resourceList([imageLock(IMAGES), ...deployments(1, IMAGES)]), "-d", "lock=frozen"),
      "one image asked for on loopback": pinDigests(
        resourceList(deployments(1, imageNames([registry.host], 1))),
      ),
    };
    const figures = await measureInTurn(commands, RUNS);
    const rows: (readonly string[])[] = [];
    const bare = figures["node -e 0"];
    const barePeak = await measurePeak(bareNode);
    for (const [name, command] of Object.entries(commands)) {
      const own = figures[name as keyof typeof commands];
      const peak = await measurePeak(command);
      rows.push([name, ...timesOf(own, bare), megabytes(peak), times(peak / barePeak)]);
    }
    printTable(`Start-up, median of ${RUNS}`, HEADER, rows);
  } finally {
    await registry.stop();
  }
}

const HEADER = ["", "wall", "min–max", "beside node", "CPU", "peak memory", "beside node"];

function timesOf({ wall, cpu }: Figures, bare: Figures): readonly string[] {
  const range = `${wall.min.toFixed(0)}–${wall.max.toFixed(0)} ms`;
  return [time(wall.median), range, times(wall.median / bare.wall.median), maybe(cpu, time)];
}
