import { onTestFinished, test } from "vitest";
import { answerIndex } from "../support/manifests.ts";
import { startQuirkServer } from "../support/quirk-server.ts";
import { type Run, runExecutable } from "./executable.ts";
import { list, pod } from "./manifests.ts";
import { expectPinned } from "./reading.ts";

/** Runs the executable where a process may have so many files and sockets open. */
async function runWithFiles(limit: number, input: string): Promise<Run> {
  const script = `ulimit -n ${limit} && exec "$0" "$@"`;
  return runExecutable(input, { node: ["/bin/sh", "-c", script, process.execPath] });
}

test.runIf(process.platform === "linux")(
  "asks more registries than the process may have sockets",
  async () => {
    const servers = await Promise.all(
      Array.from({ length: 80 }, (_, at) =>
        startQuirkServer((_, response) => answerIndex(response), { host: `127.0.0.${at + 1}` }),
      ),
    );
    onTestFinished(async () => {
      await Promise.all(servers.map((server) => server.close()));
    });
    const images = servers.flatMap(({ host }) => [`${host}/app:1`, `${host}/app:2`, `${host}/job:1`]);

    const run = await runWithFiles(64, list(...images.map((image) => pod(`image: ${image}`))));

    expectPinned(run, images);
  },
);
