/** Folders of files, and runs over them in the process of the test. */
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";
import { type FilesOptions, type FilesPlan, planFiles } from "../../src/files/plan-files.ts";
import { stageFiles } from "../../src/files/write-files.ts";
import { type Digest, parseDigest } from "../../src/image/digest.ts";
import { canonicalName, type ImageReference } from "../../src/image/reference.ts";
import { formatResult } from "../../src/krm/result.ts";

/** The digest of every image. */
export const digest: Digest = parseDigest(`sha256:${"1".repeat(64)}`);

/** A pod, on seven lines. */
export function pod(image: string, name = "web"): string {
  return `apiVersion: v1\nkind: Pod\nmetadata:\n  name: ${name}\nspec:\n  containers:\n  - image: ${image} # kept\n`;
}

/** Makes a folder with files, by their paths; it is removed after the test. */
export function makeTree(
  files: Readonly<Record<string, string | Uint8Array>>,
  parent: string = tmpdir(),
): string {
  const folder = realpathSync(mkdtempSync(join(parent, "pin-digests-files-")));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

/** All regular files of a folder, hidden ones too, by their paths. */
export function readTree(folder: string): Readonly<Record<string, string>> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
  return Object.fromEntries(paths.sort().map((path) => [path, readFileSync(join(folder, path), "utf8")]));
}

/** What a run over files did. */
export interface TreeRun extends FilesPlan {
  /** As they are told. */
  readonly lines: readonly string[];
  /** The images that were asked for. */
  readonly asked: readonly string[];
}

/** Plans a run over paths of a folder, all of it unless told. Every image has one digest, but for those in `missing/`. */
export async function planTree(
  folder: string,
  options: Partial<FilesOptions> & { readonly options?: Readonly<Record<string, string>> } = {},
  paths: readonly string[] = ["."],
): Promise<TreeRun> {
  const asked: string[] = [];
  const resolveDigest = async (image: ImageReference): Promise<Digest> => {
    asked.push(canonicalName(image));
    if (image.repository.startsWith("missing/")) throw new Error(`${canonicalName(image)} is not there`);
    return digest;
  };
  const plan = await planFiles(paths, {
    folder,
    isValues: () => false,
    wants: { images: false, explanations: false },
    resolveDigest,
    overrides: new Map(Object.entries(options.options ?? {})),
    ...options,
  });
  return { ...plan, lines: plan.results.map(formatResult), asked };
}

/** Plans a run and writes the files. */
export async function pinTree(...args: Parameters<typeof planTree>): Promise<TreeRun> {
  const plan = await planTree(...args);
  const staged = stageFiles(plan.changes, process);
  const left = staged.commit();
  staged.discard();
  return { ...plan, lines: [...plan.lines, ...[...staged.warnings, ...left].map(formatResult)] };
}
