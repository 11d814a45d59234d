import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Benchmark } from "./benchmark.ts";
import type { Command } from "./command.ts";
import { measureInTurn } from "./measure.ts";
import { pinnedDeployment } from "./start-up.ts";
import { megabytes, printTable, time, times } from "./table.ts";

/** The image beside the Node image that it is built on. */
export const image: Benchmark = {
  name: "image",
  summary: "size, layers and start of the container beside those of its base image ($NODE_IMAGE)",
  measure: measureImage,
  typical: (profile) => profile(pinnedDeployment()),
};

const BASE = process.env.NODE_IMAGE ?? process.env.E2E_NODE_IMAGE ?? "localhost/node:24";
const OWN = "localhost/pin-digests:bench";
const RUNS = 9;

async function measureImage(): Promise<void> {
  if (!succeeds("buildah", ["--version"]) || !succeeds("podman", ["run", "--rm", BASE, "true"])) {
    console.log(`left out: it needs buildah and podman that run ${BASE}, or the image that NODE_IMAGE names`);
    return;
  }
  // chroot: no more isolation is to be had in a container.
  const flags = ["--isolation", "chroot", "--timestamp", "0", "--build-arg", `NODE_IMAGE=${BASE}`];
  succeed("buildah", ["bud", "--quiet", ...flags, "-t", OWN, "."]);
  try {
    printSizes(sizesOf(BASE), sizesOf(OWN));
    await measureStart();
  } finally {
    succeed("podman", ["rmi", OWN]);
  }
}

interface Sizes {
  readonly unpacked: number;
  /** Of each layer, compressed. */
  readonly layers: readonly number[];
}

function printSizes(base: Sizes, own: Sizes): void {
  const row = (name: string, { unpacked, layers }: Sizes): readonly string[] => [
    name,
    `${layers.length}`,
    megabytes(sum(layers)),
    times(sum(layers) / sum(base.layers)),
    megabytes(unpacked),
    times(unpacked / base.unpacked),
  ];
  const header = ["", "layers", "on the wire", "", "unpacked", ""];
  printTable("Size", header, [row(BASE, base), row("pin-digests", own)]);
  const added = own.layers.slice(base.layers.length);
  console.log(`\nadded on the wire: ${sum(added)} bytes in ${added.length} layers`);
}

function sizesOf(name: string): Sizes {
  const folder = mkdtempSync(join(tmpdir(), "pin-digests-bench-"));
  try {
    succeed("podman", ["push", "--quiet", "--compress", name, `dir:${folder}`]);
    // An image manifest, as podman writes it.
    const { layers } = JSON.parse(readFileSync(join(folder, "manifest.json"), "utf8")) as {
      readonly layers: readonly { readonly size: number }[];
    };
    const unpacked = Number(succeed("podman", ["image", "inspect", "--format", "{{.Size}}", name]));
    return { unpacked, layers: layers.map(({ size }) => size) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function measureStart(): Promise<void> {
  const { input = "" } = pinnedDeployment();
  const figures = await measureInTurn(
    { base: podman([BASE, "node", "-e", "0"], input), own: podman([OWN], input) },
    RUNS,
  );
  const { base, own } = figures;
  const row = (name: string, wall: typeof base.wall): readonly string[] => [
    name,
    time(wall.median),
    `${wall.min.toFixed(0)}–${wall.max.toFixed(0)} ms`,
    times(wall.median / base.wall.median),
  ];
  printTable(
    `Start in podman, median of ${RUNS}`,
    ["", "wall", "min–max", ""],
    [
      row("the base image, node -e 0", base.wall),
      row("pin-digests, one Deployment that is pinned", own.wall),
    ],
  );
}

function podman(args: readonly string[], input: string | Buffer): Command {
  // The base image may name authorities, which Node takes long to read.
  const bare = ["--network", "none", "--env", "NODE_EXTRA_CA_CERTS="];
  return { file: "podman", args: ["run", "--rm", "-i", ...bare, ...args], input };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((all, each) => all + each, 0);
}

function succeeds(file: string, args: readonly string[]): boolean {
  return spawnSync(file, args, { stdio: "ignore" }).status === 0;
}

function succeed(file: string, args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(file, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${file} ${args.join(" ")} ended with ${status}: ${stderr}`);
  return stdout;
}
