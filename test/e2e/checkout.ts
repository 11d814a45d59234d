import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { repository } from "./command.ts";

/** Copies what git knows of the repository, and what it is about to know, into a folder. */
export function checkOut(folder: string): void {
  const listed = spawnSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", "-z"], {
    cwd: repository,
    encoding: "utf8",
  });
  const paths = listed.stdout.split("\0").filter((path) => path !== "" && existsSync(join(repository, path)));
  for (const path of paths) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    cpSync(join(repository, path), join(folder, path));
  }
}
