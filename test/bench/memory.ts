import { fork } from "node:child_process";
import { once } from "node:events";
import type { Benchmark } from "./benchmark.ts";
import { node } from "./command.ts";
import { type Held, LIBRARY } from "./library-process.ts";
import { startRegistryProcess } from "./registry-process.ts";
import { megabytes, printTable } from "./table.ts";

/** What a process that lives long keeps of each run. */
export const memory: Benchmark = {
  name: "memory",
  summary: "1,000 runs of the library in one process: heap, sockets, listeners",
  measure: () => withRegistry(measureMemory),
  typical: (profile) => withRegistry((host) => profile({ file: node, args: [SCRIPT, LIBRARY, host] })),
};

const [, SCRIPT = ""] = process.argv;

async function measureMemory(host: string): Promise<void> {
  const child = fork(SCRIPT, [LIBRARY, host], { execArgv: ["--expose-gc"] });
  const told: Held[] = [];
  // As the other side sends it.
  child.on("message", (held) => told.push(held as Held));
  const [code] = await once(child, "exit");
  if (code !== 0) throw new Error(`the runs of the library ended with ${code}`);
  const rows = told.map(({ runs, heap, external, resources, listeners }) => [
    `${runs}`,
    megabytes(heap),
    megabytes(external),
    resources.join(", ") || "none",
    `${listeners}`,
  ]);
  const header = ["runs", "heap", "outside it", "what keeps the process alive", "listeners"];
  printTable("One process after so many runs with 10 images each, garbage collected", header, rows);
}

async function withRegistry(task: (host: string) => Promise<void>): Promise<void> {
  const registry = await startRegistryProcess({ latency: 0, tokens: true });
  try {
    await task(registry.host);
  } finally {
    await registry.stop();
  }
}
