/** Files that no rename can replace, which is known before anything is done. */
import { accessSync, constants, readFileSync, type Stats, statSync } from "node:fs";
import { dirname } from "node:path";
import { isSystemError } from "./system-error.ts";

/** Says why a file that is there can't be replaced; undefined where nothing speaks against it. */
export type ReplaceCheck = (target: string, file: { readonly uid: Stats["uid"] }) => string | undefined;

/** Makes the check of a run, which looks at the mounts of the system and at each folder once. */
export function createReplaceCheck(): ReplaceCheck {
  let mounts: ReadonlySet<string> | undefined;
  const owners = new Map<string, readonly number[]>();
  return (target, { uid }) => {
    mounts ??= mountPoints();
    if (mounts.has(target))
      return "it is mounted by itself, so it can't be replaced: mount its folder instead";
    const folder = dirname(target);
    const mayReplace = owners.get(folder) ?? ownersOf(folder);
    owners.set(folder, mayReplace);
    const own = mayReplace.length === 0 ? undefined : ownUid();
    if (own === undefined || own === uid || mayReplace.includes(own)) return undefined;
    return "it belongs to somebody else, and in its folder (with the sticky bit) only owners replace files";
  };
}

/** Why the system lets a file not be written, which a rename would replace all the same; undefined where it does. */
export function readOnlyFault(path: string): ErrorOptions | undefined {
  try {
    accessSync(path, constants.W_OK);
    return undefined;
  } catch (error) {
    if (!isSystemError(error, "EACCES", "EPERM", "EROFS")) throw error;
    return { cause: error };
  }
}

/** Who may replace the files of others in a folder with the sticky bit; empty for any other folder. */
function ownersOf(folder: string): readonly number[] {
  const { mode, uid } = statSync(folder);
  return (mode & STICKY) === 0 ? [] : [0, uid];
}

const STICKY = 0o1000;

/** As a container has those of the files that it was given by name. */
function mountPoints(): ReadonlySet<string> {
  const lines = readIfThere("/proc/self/mountinfo").split("\n");
  return new Set(
    lines.flatMap((line) => {
      const place = line.split(" ", 5)[4];
      return place === undefined ? [] : place.replaceAll(/\\([0-7]{3})/g, fromOctal);
    }),
  );
}

function fromOctal(_: string, digits: string): string {
  return String.fromCharCode(Number.parseInt(digits, 8));
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    // Only Linux has it.
    if (!isSystemError(error)) throw error;
    return "";
  }
}

/** Undefined where the system does not say whose a process is. */
function ownUid(): number | undefined {
  return statSync("/proc/self", { throwIfNoEntry: false })?.uid;
}
