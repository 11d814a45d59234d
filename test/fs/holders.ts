import { spawn } from "node:child_process";
import { once } from "node:events";
import { onTestFinished } from "vitest";
import { processMark } from "../../src/fs/process-mark.ts";

/** The mark of a process that is there until the test ends, and only waits. */
export function aliveMark(): string {
  const child = spawn("sleep", ["1000"], { stdio: "ignore" });
  onTestFinished(() => void child.kill("SIGKILL"));
  return processMark({ pid: child.pid ?? 0, kill: process.kill });
}

/** The mark of a process that was there. */
export async function deadMark(): Promise<string> {
  const child = spawn("sleep", ["1000"], { stdio: "ignore" });
  const mark = processMark({ pid: child.pid ?? 0, kill: process.kill });
  child.kill("SIGKILL");
  await once(child, "exit");
  return mark;
}

/** The mark of this process with one of its parts changed. */
export function changedMark(part: "machine" | "namespace" | "pid" | "started", value: string): string {
  const parts = processMark(process).split(":");
  parts[{ machine: 1, namespace: 2, pid: 3, started: 4 }[part]] = value;
  return parts.join(":");
}
