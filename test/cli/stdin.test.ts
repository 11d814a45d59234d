import { spawnSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { runExecutable } from "../conformance/executable.ts";
import { isMissing } from "../support/missing.ts";
import { runInTerminal } from "../support/pseudo-terminal.ts";

const hasScript = spawnSync("script", ["--version"]).status === 0;

describe("a command without a PATH", () => {
  test.each(["pin", "update", "check", "unpin", "explain", "images"])(
    "`%s` asks for one where nothing is on stdin",
    async (verb) => {
      expect(await runExecutable("", { args: [verb] })).toMatchObject({
        code: 2,
        stdout: "",
        stderr: `pin-digests: \`${verb}\` is given no PATH, and stdin is empty: did you mean \`${verb} .\`?\n`,
      });
    },
  );

  test.skipIf(isMissing("script, of util-linux", hasScript))("does not wait for a terminal", async () => {
    const text = "pin-digests: no PATH is given, and stdin is a terminal: give a PATH, or pipe manifests in";

    expect(await runInTerminal("$PIN")).toEqual({
      code: 2,
      text: `${text}: did you mean \`pin-digests check .\`?\n`,
    });
    expect(await runInTerminal("$PIN update -d tag=drop")).toEqual({
      code: 2,
      text: `${text}: did you mean \`update .\`?\n`,
    });
    expect(await runInTerminal("$PIN </dev/null")).toMatchObject({ code: 1 });
  });
});
