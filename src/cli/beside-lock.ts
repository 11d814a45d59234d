/** The files that belong to a lock, which hold what is too large for it: written before it, and removed behind it. */
import { rmSync } from "node:fs";
import { besidePath, besideReader, writeNew } from "../fs/beside.ts";
import { evidenceFileName } from "../lock/format/evidence-file.ts";

/** Files that lie beside a lock that does not name them yet. */
interface StagedBeside {
  /** Keeps them, since the lock names them now, and removes those that it names no more. */
  keep(): void;
  /** Removes them, unless they were kept. */
  discard(): void;
}

/** A lock that gets a new text. */
interface ChangedLock {
  readonly path: string;
  readonly before: string;
  readonly text: string;
  /** New files that belong to it, by their names. */
  readonly beside?: ReadonlyMap<string, string> | undefined;
}

/** Writes the files that a new text of a lock names. */
export function stageBeside({ path, beside = new Map(), before, text }: ChangedLock): StagedBeside {
  const written: string[] = [];
  const discard = (): void => {
    for (const each of written.splice(0)) rmSync(each, { force: true });
  };
  const readNow = besideReader(path);
  try {
    for (const [name, content] of beside) {
      if (readNow(name) === content) continue;
      const place = besidePath(path, name);
      written.push(place);
      writeNew(place, content);
    }
  } catch (error) {
    discard();
    throw error;
  }
  return {
    keep() {
      written.splice(0);
      const named = new Set(namesIn(text));
      for (const name of namesIn(before).filter((each) => !named.has(each)))
        rmSync(besidePath(path, name), { force: true });
    },
    discard,
  };
}

function namesIn(text: string): readonly string[] {
  return [...text.matchAll(NAMED)].map(({ groups }) => evidenceFileName(groups?.sha256 ?? ""));
}

// As a key, in JSON or in YAML: a digest has no white space behind its colon.
const NAMED = /\bsha256["']?:\s+["']?(?<sha256>[0-9a-f]{64})\b/g;
