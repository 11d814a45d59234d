/** How busy the machine is: what runs beside a benchmark is in its figures. */
import { cpus, loadavg } from "node:os";
import { setTimeout } from "node:timers/promises";

/** A benchmark that can't be believed now. */
export class BusyMachineError extends Error {
  override readonly name = "BusyMachineError";
}

/**
 * Waits until the machine is idle, and says so in words for the head of a table.
 *
 * @throws {BusyMachineError} where it does not become idle in a while.
 */
export async function idleMachine(): Promise<string> {
  const cores = cpus().length;
  let least = 1;
  for (let second = 0; second < PATIENCE; second += 1) {
    const before = processorTimes();
    await setTimeout(1_000);
    const busy = busyShare(before, processorTimes());
    least = Math.min(least, busy);
    const [load = 0] = loadavg();
    if (busy <= BUSY_MAX)
      return `load ${load.toFixed(2)}, ${percent(busy)} of ${cores} cores busy with other things`;
  }
  throw new BusyMachineError(
    `the machine must be idle, with at most ${percent(BUSY_MAX)} of its ${cores} cores busy, but for ${PATIENCE} seconds it was at least ${percent(least)}: end what else runs, and try again`,
  );
}

/** The build before may still be in its last moments. */
const PATIENCE = 15;
const BUSY_MAX = 0.1;

interface ProcessorTimes {
  readonly idle: number;
  readonly total: number;
}

function processorTimes(): ProcessorTimes {
  let [idle, total] = [0, 0];
  for (const { times } of cpus()) {
    idle += times.idle;
    total += times.idle + times.user + times.nice + times.sys + times.irq;
  }
  return { idle, total };
}

function busyShare(before: ProcessorTimes, after: ProcessorTimes): number {
  const total = after.total - before.total;
  return total === 0 ? 1 : 1 - (after.idle - before.idle) / total;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(0)} %`;
}
