import { spawnSync } from "node:child_process";
import { cpSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { executable } from "../conformance/executable.ts";

const isRoot = process.getuid?.() === 0;

/** The user who may do least; only root can become another. */
export const nobody = { uid: 65534, gid: 65534 };

/** A folder that every user may enter, and Node may run for; undefined where there is none, or this is not root. */
export const publicFolder = [tmpdir(), "/tmp", "/var/tmp"].find((folder) => {
  const script = `process.chdir(${JSON.stringify(folder)})`;
  return isRoot && spawnSync(process.execPath, ["-e", script], { ...nobody, cwd: "/" }).status === 0;
});

/** Copies the program into a folder, since nobody may enter that of a program which was built for one user. */
export function copyProgram(folder: string): string {
  const dist = join(folder, "dist");
  cpSync(dirname(executable), dist, { recursive: true });
  cpSync(join(dirname(executable), "../package.json"), join(folder, "package.json"));
  return join(dist, basename(executable));
}
