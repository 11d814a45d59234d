/** `npm run bench`: measures all, or what is named; `-- --list` names all, `-- --profile NAME` says where time goes. */
import { cpus, totalmem } from "node:os";
import { parseArgs } from "node:util";
import type { Benchmark } from "./benchmark.ts";
import { compare } from "./compare.ts";
import { files } from "./files.ts";
import { image } from "./image.ts";
import { LIBRARY, runLibrary } from "./library-process.ts";
import { BusyMachineError } from "./machine.ts";
import { memory } from "./memory.ts";
import { network } from "./network.ts";
import { inOrchestrators } from "./orchestrators.ts";
import { profile } from "./profile.ts";
import { REGISTRY, serveRegistry } from "./registry-process.ts";
import { startUp } from "./start-up.ts";
import { text } from "./text.ts";

const benchmarks: readonly Benchmark[] = [
  startUp,
  text,
  files,
  network,
  inOrchestrators,
  image,
  memory,
  // Last, since it may find the machine busy.
  compare,
];

const [role, detail = ""] = process.argv.slice(2);
if (role === REGISTRY) await serveRegistry(JSON.parse(detail));
else if (role === LIBRARY) await runLibrary(detail);
else await main().catch(fail);

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    options: { list: { type: "boolean" }, profile: { type: "string" } },
    allowPositionals: true,
  });
  if (values.list) {
    for (const { name, summary } of benchmarks) console.log(`${name.padEnd(15)}${summary}`);
    return;
  }
  if (values.profile !== undefined) {
    const { name, typical } = find(values.profile);
    await typical((command) => profile(name, command));
    return;
  }
  const chosen = positionals.length === 0 ? benchmarks : positionals.map(find);
  const gigabytes = Math.round(totalmem() / 2 ** 30);
  console.log(`Node ${process.version}, ${cpus().length} cores (${cpus()[0]?.model}), ${gigabytes} GiB`);
  for (const { name, measure } of chosen) {
    console.log(`\n## ${name}`);
    await measure();
  }
}

function fail(error: unknown): void {
  if (!(error instanceof BusyMachineError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}

function find(name: string): Benchmark {
  const found = benchmarks.find((each) => each.name === name);
  if (found !== undefined) return found;
  throw new Error(
    `a benchmark must be one of ${benchmarks.map((each) => each.name).join(", ")}, not "${name}"`,
  );
}
