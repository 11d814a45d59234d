import { test } from "vitest";
import { documentedCommands } from "../documentation/commands.ts";
import { cluster, commandRows, useRows } from "../documentation/run-row.ts";
import { describeWith } from "./tools.ts";

for (const command of documentedCommands().keys()) {
  const row = commandRows[command];
  if (row === undefined || !("site" in row) || row.needs === undefined) continue;
  describeWith(row.needs, command, () => {
    // A kustomize that runs containers calls docker.
    const run = useRows({ ...cluster, docker: 'exec podman "$@"' });

    test("does what the documentation says", () => run(command, row));
  });
}
