import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";

/** Text files by their paths in a folder. */
export type Tree = Readonly<Record<string, string>>;

/** A new folder that holds these files until the test ends. */
export function folderOf(tree: Tree): string {
  const folder = mkdtempSync(join(tmpdir(), "e2e-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  // Functions in containers are nobody, who must get in where a file is mounted.
  chmodSync(folder, 0o755);
  for (const [path, text] of Object.entries(tree)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

/** A copy of a folder, or of one file, that is there until the test ends. */
export function copyOf(source: string, name = ""): string {
  const folder = folderOf({});
  cpSync(source, join(folder, name), { recursive: true });
  return join(folder, name);
}

/** The files of a folder. */
export function treeOf(folder: string): Tree {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  const paths = files.map(({ parentPath, name }) => join(parentPath, name).slice(folder.length + 1)).sort();
  return Object.fromEntries(paths.map((path) => [path, readFileSync(join(folder, path), "utf8")]));
}

/** A line that is not as it was. */
export interface ChangedLine {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

/** How two states of a folder differ, which must hold the same files of as many lines. */
export function changedLines(before: Tree, after: Tree): readonly ChangedLine[] {
  const files = Object.keys(before);
  if (Object.keys(after).join("\n") !== files.join("\n")) {
    throw new Error(`files were ${files.join(", ")} and are ${Object.keys(after).join(", ")}`);
  }
  return files.flatMap((file) =>
    changedTextLines(before[file] ?? "", after[file] ?? "").map((line) => ({ file, ...line })),
  );
}

/** How two texts of as many lines differ; lines without their indentation. */
export function changedTextLines(before: string, after: string): readonly { from: string; to: string }[] {
  const from = before.split("\n");
  const to = after.split("\n");
  if (from.length !== to.length) throw new Error(`${from.length} lines became ${to.length}:\n${after}`);
  return from.flatMap((line, index) => {
    const other = to[index] ?? "";
    return line === other ? [] : [{ from: line.trim(), to: other.trim() }];
  });
}
