/** What a run over images came to, in a line: `12 images checked: 10 pinned, 1 moved, 1 unknown`. */

import type { Result } from "../krm/result.ts";
import { counted } from "../text/counted.ts";

/** What became of each image, by its text, and what was done about them. */
export interface Tally {
  readonly done: "checked" | "looked up";
  readonly states: ReadonlyMap<string, string>;
}

/** How the findings of a check are counted, those first that matter most; what has none is pinned. */
const stateOfClass: ReadonlyMap<string, string> = new Map([
  ["disallowed", "not allowed"],
  ["unsigned", "not signed"],
  ["wrong-tag", "with another tag's digest"],
  ["gone", "gone"],
  ["unpinned", "unpinned"],
  ["platform", "without a platform"],
  ["drift", "moved"],
  ["unreachable", "not reached"],
  ["unknown", "unknown"],
]);

// Of what is no reference at all, a check says so without a class.
const invalid = "invalid";

const states = [invalid, ...stateOfClass.values()];

/** Counts the images that a check has looked at, by what it told of each. */
export function checkTally(images: readonly string[], results: readonly Result[]): Tally {
  const tally = new Map<string, string>(images.map((image) => [image, "pinned"]));
  for (const { tags, field, severity, registryFailure } of results) {
    const image = registryFailure?.image ?? field?.currentValue;
    const isInvalid = severity === "error" && tags?.class === undefined;
    const state = isInvalid ? invalid : stateOfClass.get(tags?.class ?? "");
    if (image === undefined || state === undefined) continue;
    const known = tally.get(image);
    // A lock's entry has a digest in the place of an image.
    if (known === undefined && state !== "unknown" && state !== invalid) continue;
    if (known === undefined || rankOf(state) < rankOf(known)) tally.set(image, state);
  }
  return { done: "checked", states: tally };
}

/** An image that was looked up, with what was written for it; undefined where it could not be had. */
export interface LookedUp {
  readonly before: string;
  readonly after: string | undefined;
}

/** Counts the images that an update has looked up. */
export function updateTally(images: readonly LookedUp[]): Tally {
  const states = new Map(images.map(({ before, after }) => [before, updateState(before, after)]));
  return { done: "looked up", states };
}

function updateState(before: string, after: string | undefined): string {
  if (after === undefined) return "failed";
  if (after === before) return "unchanged";
  return before.includes("@") ? "moved" : "pinned";
}

/** Writes a tally: what one wants to know always, and the other states where there is such an image. */
export function formatTally({ done, states: tally }: Tally, where = ""): string {
  const counts = new Map<string, number>(alwaysCounted[done].map((state) => [state, 0]));
  for (const state of [...tally.values()].sort((one, other) => rankOf(one) - rankOf(other)))
    counts.set(state, (counts.get(state) ?? 0) + 1);
  const total = `${counted(tally.size, "image")} ${done}${where}`;
  if (tally.size === 0) return total;
  return `${total}: ${[...counts].map(([state, count]) => `${count} ${state}`).join(", ")}`;
}

const alwaysCounted = {
  checked: ["pinned", "moved"],
  "looked up": ["moved", "unchanged"],
} as const satisfies Record<Tally["done"], readonly string[]>;

function rankOf(state: string): number {
  const rank = states.indexOf(state);
  return rank < 0 ? states.length : rank;
}
