import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runExecutable } from "../conformance/executable.ts";

const FILES = 60;
const MEGABYTE = `# ${"a comment that goes on ".repeat(40)}\n`.repeat(1_100);
// More than a run needs, and less than all the texts take.
const HEAP = "--max-old-space-size=40";

let folder = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "memory-"));
  for (let number = 0; number < FILES; number++) {
    const name = `a-deployment-with-a-long-name-${number}`;
    const image = `registry.example/a-team-with-a-long-name/an-application-${number}:1.0`;
    const text = `${MEGABYTE}apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name}, namespace: a-namespace-of-theirs }
spec: { template: { spec: { containers: [{ name: the-only-container, image: "${image}" }] } } }
`;
    await writeFile(join(folder, `${number}.yaml`), text);
  }
  const entries = Array.from(
    { length: FILES },
    (_, number) =>
      `  registry.example/a-team-with-a-long-name/an-application-${number}:1.0: { digest: sha256:${"a".repeat(64)} }\n`,
  );
  await writeFile(
    join(folder, "image-lock.yaml"),
    `apiVersion: fn.kpt.dev/v1alpha1\nkind: ImageLock\nmetadata: { name: image-lock }\nimages:\n${entries.join("")}`,
  );
});
afterAll(() => rm(folder, { recursive: true }));

test.each([
  { args: ["check", "."], code: 1 },
  { args: [".", "--diff"], code: 0 },
  { args: ["images", "."], code: 0 },
  { args: ["explain", "."], code: 0 },
])("keeps no text of a file that it is done with: $args", async ({ args, code }) => {
  const run = await runExecutable("", {
    args: [...args, "--lock-mode", "frozen"],
    cwd: folder,
    node: [process.execPath, HEAP],
  });

  expect(run.stderr).not.toContain("heap");
  expect(run.code).toBe(code);
});
