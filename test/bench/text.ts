import type { Benchmark } from "./benchmark.ts";
import { bareNode, type Command, pinDigests } from "./command.ts";
import { type Figures, measureInTurn, measurePeak } from "./measure.ts";
import { type Shape, shapes } from "./shape.ts";
import { maybe, megabytes, printTable, time, times } from "./table.ts";
import { deployments, imageLock, imageNames, pinned, resourceList } from "./workload.ts";

/** Much text and no network. */
export const text: Benchmark = {
  name: "text",
  summary:
    "10,000 Deployments without network, up to 100,000, and shapes that could take more than linear time",
  measure: measureText,
  typical: (profile) => profile(pinnedList(10_000)),
};

const IMAGES = imageNames(["registry.example"], 150);
const PINNED = IMAGES.map(pinned);
const RUNS = 5;

function pinnedList(count: number): Command {
  return pinDigests(resourceList(deployments(count, PINNED)));
}

function lockedList(count: number): Command {
  return pinDigests(resourceList([imageLock(IMAGES), ...deployments(count, IMAGES)]), "-d", "lock=frozen");
}

async function measureText(): Promise<void> {
  const floor = await measureInTurn({ bare: bareNode, empty: pinDigests(resourceList([])) }, RUNS);
  await measureLists(floor.bare);
  await measureScale(floor.empty);
  await measureShapes(floor.empty);
}

async function measureLists(bare: Figures): Promise<void> {
  const lists = {
    "10,000 pinned": pinnedList(10_000),
    "10,000 locked": lockedList(10_000),
  };
  const figures = await measureInTurn(lists, RUNS);
  const barePeak = await measurePeak(bareNode);
  const rows: (readonly string[])[] = [];
  for (const [name, command] of Object.entries(lists)) {
    const { wall, cpu } = figures[name as keyof typeof lists];
    const size = sizeOf(command);
    const peak = await measurePeak(command);
    rows.push([
      name,
      megabytes(size),
      time(wall.median),
      `${rate(size, wall.median)} MB/s`,
      maybe(cpu, time),
      maybe(cpu, (each) => `${rate(size, each)} MB/s`),
      megabytes(peak),
      times(peak / size),
      times((peak - barePeak) / size),
    ]);
  }
  const title = `Text from stdin to stdout, median of ${RUNS}; node itself: ${time(bare.wall.median)}, ${megabytes(barePeak)}`;
  const header = ["Deployments", "input", "wall", "", "CPU", "", "peak memory", "of the input", "over node"];
  printTable(title, header, rows);
}

/** What is linear takes twice as long for twice as much, and is as fast for much as for little. */
async function measureScale(empty: Figures): Promise<void> {
  const rows: (readonly string[])[] = [];
  for (const count of [1_000, 10_000, 50_000]) {
    const [once, twice] = [pinnedList(count), pinnedList(count * 2)];
    const figures = await measureInTurn({ once, twice }, 3);
    const took = (of: Figures): number => of.wall.median - empty.wall.median;
    const [size, peak] = [sizeOf(twice), await measurePeak(twice)];
    rows.push([
      `${(count * 2).toLocaleString("en")} pinned`,
      megabytes(size),
      time(figures.twice.wall.median),
      `${rate(size, took(figures.twice))} MB/s`,
      times(took(figures.twice) / took(figures.once)),
      megabytes(peak),
      times(peak / size),
    ]);
  }
  const header = ["Deployments", "input", "wall", "", "of half of it", "peak memory", "of the input"];
  printTable("Scale, median of 3, speed without the start", header, rows);
}

/** Each at two sizes: what is linear takes twice as long for twice as much, what is quadratic four times. */
async function measureShapes(empty: Figures): Promise<void> {
  let plain: number | undefined;
  const rows: (readonly string[])[] = [];
  for (const shape of shapes) {
    const [once, twice] = [shapeOf(shape, shape.count), shapeOf(shape, shape.count * 2)];
    const figures = await measureInTurn({ once, twice }, 3);
    const took = (of: Figures): number => of.wall.median - empty.wall.median;
    const speed = sizeOf(twice) / took(figures.twice);
    plain ??= speed;
    rows.push([
      shape.name(shape.count * 2),
      megabytes(sizeOf(twice)),
      time(figures.twice.wall.median),
      `${(speed / 1e3).toFixed(1)} MB/s`,
      times(speed / plain),
      times(took(figures.twice) / took(figures.once)),
    ]);
  }
  const header = ["", "input", "wall", "", "beside the first", "of half of it"];
  printTable("Shapes, median of 3, without the start", header, rows);
}

function shapeOf(shape: Shape, count: number): Command {
  return pinDigests(shape.text(count));
}

function sizeOf({ input = "" }: Command): number {
  return Buffer.byteLength(input);
}

function rate(bytes: number, milliseconds: number): string {
  return (bytes / milliseconds / 1e3).toFixed(1);
}
