import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Benchmark } from "./benchmark.ts";
import { type Command, pinDigests, run, shell } from "./command.ts";
import { measurePeak } from "./measure.ts";
import { toolFor } from "./peer.ts";
import { startRegistryProcess } from "./registry-process.ts";
import { maybe, megabytes, printTable, time, times } from "./table.ts";
import { deployments, imageLock, imageNames, stream } from "./workload.ts";

/** Files edited in place, beside the same text as a stream and a copy of the files. */
export const files: Benchmark = {
  name: "files",
  summary:
    "10,000 files in place, beside the same text as a stream and `cp -r`, ratchet and frizbee; 100,000 files",
  measure: async () => {
    await withFolder(measureFiles);
    await withFolder(measureBesideOthers);
  },
  typical: (profile) =>
    withFolder(async (folder) => {
      const { tree } = makeTree(folder, 2_000);
      await profile(inPlace(tree));
    }),
};

const IMAGES = imageNames(["registry.example"], 150);
const RUNS = 3;

// A file has 5 KB, of which a Deployment is 1.6.
const filler = `---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: filler}\ndata:\n${Array.from({ length: 60 }, (_, n) => `  KEY_${n}: "a value as people write them, ${n} of many"\n`).join("")}`;

async function withFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "pin-digests-bench-"));
  try {
    await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Made {
  readonly tree: string;
  readonly lock: string;
  readonly text: string;
}

/** Files in folders of a hundred, with a lock that has all of their images. */
function makeTree(folder: string, count: number, images = IMAGES): Made {
  const tree = join(folder, `tree-${count}`);
  const texts = deployments(count, images).map((each) => each + filler);
  for (const [at, text] of texts.entries()) {
    const place = join(tree, `app-${Math.floor(at / 100)}`);
    if (at % 100 === 0) mkdirSync(place, { recursive: true });
    writeFileSync(join(place, `web-${at}.yaml`), text);
  }
  const lock = join(tree, "image-lock.yaml");
  writeFileSync(lock, imageLock(IMAGES));
  return { tree, lock, text: stream(texts) };
}

function inPlace(tree: string): Command {
  return { ...pinDigests("", "."), cwd: tree };
}

async function measureFiles(folder: string): Promise<void> {
  const { tree, lock, text } = makeTree(folder, 10_000);
  // ext4 looks for long where many files were just removed, so none is while this measures.
  const copyOf = (turn: number | string): string => join(folder, `copy-${turn}`);
  const walls = { stream: [0].slice(1), copied: [0].slice(1), files: [0].slice(1) };
  let cpu: number | undefined;
  for (let turn = 0; turn < RUNS; turn += 1) {
    walls.stream.push((await run(pinDigests(text, "--lock", lock))).wall);
    walls.copied.push((await run(shell(`cp -r '${tree}' '${copyOf(turn)}'`, ""))).wall);
    const ended = await run(inPlace(copyOf(turn)));
    walls.files.push(ended.wall);
    cpu = ended.cpu;
  }
  cpSync(tree, copyOf("pinned"), { recursive: true });
  const peak = await measurePeak(inPlace(copyOf("pinned")));
  const [streamed, copied, edited] = [walls.stream, walls.copied, walls.files].map(least);
  const sum = (streamed ?? 0) + (copied ?? 0);
  printTable(
    `10,000 files (${megabytes(text.length)}, 30,000 images of 150, a lock), the least of ${RUNS} runs`,
    ["stream", "cp -r", "in place", "beside both", "CPU", "peak, pinned already"],
    [
      [
        time(streamed ?? 0),
        time(copied ?? 0),
        time(edited ?? 0),
        times((edited ?? 0) / sum),
        maybe(cpu, time),
        megabytes(peak),
      ],
    ],
  );
  const large = makeTree(folder, 100_000);
  const { wall, cpu: largeCpu } = await run(inPlace(large.tree));
  printTable(
    `100,000 files (${megabytes(large.text.length)})`,
    ["in place", "CPU"],
    [[time(wall), maybe(largeCpu, time)]],
  );
}

/** Other programs that edit files in place know no lock: all ask a registry, which answers at once. */
async function measureBesideOthers(folder: string): Promise<void> {
  const registry = await startRegistryProcess({ latency: 0, tokens: false });
  try {
    const { tree, lock } = makeTree(folder, 1_000, imageNames([registry.host], 150));
    rmSync(lock);
    const rows: (readonly string[])[] = [];
    for (const [name, command] of others) {
      const copy = join(folder, "copy");
      const walls: number[] = [];
      for (let turn = 0; command !== undefined && turn < RUNS; turn += 1) {
        rmSync(copy, { recursive: true, force: true });
        cpSync(tree, copy, { recursive: true });
        walls.push((await run({ ...command, cwd: copy })).wall);
      }
      rows.push([name, command === undefined ? "not here" : time(least(walls))]);
    }
    printTable(
      `1,000 files, 150 images at a registry on loopback, the least of ${RUNS} runs`,
      ["", "wall"],
      rows,
    );
  } finally {
    await registry.stop();
  }
}

const ratchet = toolFor("ratchet", "-version");
const frizbee = toolFor("frizbee", "version");

// ratchet knows no Kubernetes, but finds each `image` below `spec` in what it takes for a task of Tekton.
const others: readonly (readonly [name: string, command: Command | undefined])[] = [
  ["pin-digests", pinDigests("", ".")],
  [
    "ratchet, 8 at once",
    ratchet === undefined
      ? undefined
      : shell(`${ratchet} pin -parser tekton -concurrency 8 $(find . -name '*.yaml')`, ""),
  ],
  // It opens all files at once, so that 10,000 are too many.
  [
    "frizbee",
    frizbee === undefined ? undefined : shell(`ulimit -n "$(ulimit -Hn)" && ${frizbee} image "$PWD"`, ""),
  ],
];

function least(values: readonly number[]): number {
  return Math.min(...values);
}
