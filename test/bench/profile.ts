import { mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { type Command, run } from "./command.ts";
import { printTable, time } from "./table.ts";

/** Runs a command of Node with the profiler, says where the profile lies, and which functions took the most. */
export async function profile(name: string, command: Command): Promise<void> {
  const folder = `${process.cwd()}/coverage/profile/${name}`;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const flags = ["--cpu-prof", "--cpu-prof-interval=200", `--cpu-prof-dir=${folder}`];
  await run({ ...command, args: [...flags, ...command.args] });
  const [file = ""] = readdirSync(folder);
  const path = `${folder}/${file}`;
  // As --cpu-prof writes it.
  const taken = JSON.parse(readFileSync(path, "utf8")) as CpuProfile;
  const selfTimes = selfTimesOf(taken);
  const total = [...selfTimes.values()].reduce((sum, each) => sum + each, 0);
  const most = [...selfTimes].toSorted(([, one], [, other]) => other - one).slice(0, MOST);
  const rows = most.map(([where, took]) => [where, time(took), `${((took / total) * 100).toFixed(1)} %`]);
  printTable(`${name}: ${time(total)}, in ${path}`, ["function", "self time", ""], rows);
}

const MOST = 25;

/** https://chromedevtools.github.io/devtools-protocol/tot/Profiler/#type-Profile */
interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  }[];
  readonly samples: readonly number[];
  /** Microseconds. */
  readonly timeDeltas: readonly number[];
}

/** Milliseconds by function. */
function selfTimesOf({ nodes, samples, timeDeltas }: CpuProfile): ReadonlyMap<string, number> {
  const names = new Map(
    nodes.map(({ id, callFrame: { functionName, url, lineNumber } }) => {
      const file = url.split("/").at(-1) ?? "";
      const name = functionName === "" ? "(anonymous)" : functionName;
      return [id, file === "" ? name : `${name} ${file}:${lineNumber + 1}`];
    }),
  );
  const times = new Map<string, number>();
  for (const [index, sample] of samples.entries()) {
    const name = names.get(sample) ?? "";
    times.set(name, (times.get(name) ?? 0) + (timeDeltas[index] ?? 0) / 1_000);
  }
  return times;
}
