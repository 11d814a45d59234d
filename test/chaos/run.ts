/**
 * `npm run chaos -- --seed N --images N`: pins so many images among registries with every kind of fault. `--run N` repeats
 * one run of a seed; `--kills N` kills so many runs that write a lock and a report.
 */
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { type CampaignReport, runCampaign } from "./campaign.ts";
import { runKills } from "./kills.ts";

// Few enough that a run ends soon, and many enough that one spoils the next.
const SIZE = 25;

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
    images: { type: "string", default: "0" },
    kills: { type: "string", default: "0" },
    run: { type: "string" },
    workers: { type: "string", default: String(availableParallelism()) },
  },
});
const [seed, images, kills, workers] = [values.seed, values.images, values.kills, values.workers].map(
  wholeNumber,
);
process.exitCode = await main();

async function main(): Promise<number> {
  const numbers =
    values.run === undefined
      ? Array.from({ length: Math.ceil((images ?? 0) / SIZE) }, (_, number) => number)
      : [wholeNumber(values.run)];
  const start = performance.now();
  const options = { seed: seed ?? 0, workers: workers ?? 1 };
  const report = await runCampaign({ ...options, numbers, size: SIZE });
  if (numbers.length > 0) tell(report, numbers.length);
  const killed = await runKills({ ...options, kills: kills ?? 0 });
  if ((kills ?? 0) > 0)
    console.log(`${kills} runs were killed, ${killed.late} of them too late: ${killed.faults.length} faults`);
  console.log(`seed ${seed}, ${Math.round((performance.now() - start) / 1000)} s`);
  for (const { number, violation } of report.faults) {
    console.error(
      `FAULT in run ${number}: ${violation}\n  again: npm run chaos -- --seed ${seed} --run ${number}`,
    );
  }
  for (const fault of killed.faults)
    console.error(`FAULT: ${fault}\n  again: npm run chaos -- --seed ${seed} --kills ${kills}`);
  return report.faults.length + killed.faults.length === 0 ? 0 : 1;
}

function tell({ kinds, requests, faults }: CampaignReport, runs: number): void {
  const rows = [...kinds].toSorted(([one], [other]) => (one < other ? -1 : 1));
  const total = { pinned: 0, left: 0 };
  for (const [kind, { pinned, left }] of rows) {
    console.log(`${String(pinned).padStart(7)} pinned ${String(left).padStart(7)} left  ${kind}`);
    total.pinned += pinned;
    total.left += left;
  }
  console.log(
    `${runs} runs, ${total.pinned + total.left} images, ${kinds.size} kinds, ${requests} requests: ${total.pinned} pinned, ${total.left} left, ${faults.length} faults`,
  );
}

function wholeNumber(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new Error(`a whole number was wanted, not ${JSON.stringify(text)}`);
}
