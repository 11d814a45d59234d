import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";

/** A folder that is removed when the test ends. */
export interface Workspace {
  readonly path: string;
  /** Writes a file, an object as JSON, and gives its path. */
  write(name: string, content: string | object): string;
  /** Writes a shell script that is run as `docker-credential-NAME`, with `bin` on PATH. */
  writeHelper(name: string, script: string): void;
  /** A PATH that finds the helpers and a shell's commands. */
  readonly searchPath: string;
}

export function createWorkspace(): Workspace {
  const path = mkdtempSync(join(tmpdir(), "credentials-"));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));

  function write(name: string, content: string | object, mode = 0o600): string {
    const file = join(path, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, typeof content === "string" ? content : JSON.stringify(content), { mode });
    return file;
  }

  return {
    path,
    searchPath: `${join(path, "bin")}:/usr/bin:/bin`,
    write: (name, content) => write(name, content),
    writeHelper(name, script) {
      write(`bin/docker-credential-${name}`, `#!/bin/sh\n${script}\n`, 0o755);
    },
  };
}
