import type { ChildProcessWithoutNullStreams } from "node:child_process";

/** How a process ended, and what it wrote. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: Buffer;
  readonly stderr: Buffer;
}

/** Gives a process its input, and waits for its end. */
export async function endOf(
  child: ChildProcessWithoutNullStreams,
  input: string | Buffer = "",
): Promise<Ended> {
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => stdout.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => stderr.push(chunk));
  // A program that refuses its arguments need not read: a broken pipe is its right.
  child.stdin.on("error", () => undefined);
  child.stdin.end(input);

  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });

  return { code, stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr) };
}
