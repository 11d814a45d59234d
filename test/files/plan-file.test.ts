import { expect, test } from "vitest";
import { defaultConfig } from "../../src/config/default-config.ts";
import { type FilePlanning, planFile } from "../../src/files/plan-file.ts";
import type { ManifestStream } from "../../src/krm/input.ts";
import { formatResult } from "../../src/krm/result.ts";
import { createResolver } from "../../src/registry/resolve/resolver.ts";
import { openSession } from "../../src/run/connect/open-session.ts";
import { rootOf } from "../../src/yaml/node.ts";
import { scan } from "../../src/yaml/scan.ts";
import { digest, pod } from "./tree.ts";

/** The images of a file, as if each had been found twice. */
const twice: FilePlanning["judge"] = {
  kind: "judge",
  judgementOf: () => ({
    outcomes: async (outcomes) => [...outcomes, ...outcomes],
    others: async () => [],
    likely: (steps) => steps,
  }),
  loggedAt: async () => undefined,
  records: (records) => records,
};

test("changes of a file that contradict each other are told with their place, and none of them is made", async () => {
  const yaml = scan(pod("nginx:1"));
  const input: ManifestStream = {
    kind: "stream",
    yaml,
    items: yaml.documents.map(rootOf),
    file: { path: "a/p.yaml", form: "manifests" },
  };
  const resolver = createResolver(
    () => openSession(defaultConfig, { environment: {}, resolveDigest: async () => digest }, () => []),
    { concurrency: 1 },
  );

  const settle = await planFile(input, {
    config: defaultConfig,
    judge: twice,
    coolDown: undefined,
    resolver,
    lock: undefined,
    wants: { images: false, explanations: false },
  });
  const { edits, fails, results } = await settle();
  await resolver.close({ leaveSockets: false });

  expect({ edits, fails }).toEqual({ edits: [], fails: true });
  expect(results.map(formatResult)[0]).toMatch(
    /^a\/p\.yaml:7:19: \[error\] two changes contradict each other here, so nothing was written: /,
  );
});
