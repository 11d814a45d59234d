/** Keys in a row, of which the first is found that leaves an image with the digest of another, however many do not. */
import type { ImageParts } from "../krm/input.ts";
import { imageParts } from "./found-images.ts";
import type { PartWrite } from "./part-write.ts";

/** Such a row: its first key, and of its keys that say a part the first, and the first that says another. */
export interface StaleWrites extends Readonly<Record<keyof ImageParts, FirstSaid>> {
  readonly first: RowWrite;
}

interface FirstSaid {
  readonly first: RowWrite | undefined;
  readonly other: RowWrite | undefined;
}

interface RowWrite {
  readonly write: PartWrite;
  /** How many keys are behind it. */
  readonly behind: number;
}

/** Puts a key in front of a row. */
export function inFrontOf(row: StaleWrites | undefined, write: PartWrite): StaleWrites {
  const first = { write, behind: row === undefined ? 0 : row.first.behind + 1 };
  return { first, name: firstSaid("name", first, row), tag: firstSaid("tag", first, row) };
}

function firstSaid(part: keyof ImageParts, own: RowWrite, row: StaleWrites | undefined): FirstSaid {
  const behind = row?.[part] ?? { first: undefined, other: undefined };
  const said = own.write.says[part];
  if (said === undefined) return behind;
  return { first: own, other: said === behind.first?.write.says[part] ? behind.other : behind.first };
}

/** The first of a row that leaves an image with the digest of another. */
export function firstOfAnother(row: StaleWrites, parts: ImageParts | undefined): PartWrite | undefined {
  if (parts === undefined) return row.first.write;
  const found = imageParts.flatMap((part) => {
    const { first, other } = row[part];
    return (first?.write.says[part] === parts[part] ? other : first) ?? [];
  });
  const [nearest] = found.sort((one, other) => other.behind - one.behind);
  return nearest?.write;
}
