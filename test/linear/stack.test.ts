import { expect, test } from "vitest";
import { pinDigests } from "../../src/pin-digests.ts";
import { listOf, lockOf, podItem, podOf } from "./pinning.ts";
import { repeat } from "./shape.ts";

/** More than the arguments of a call may be, and than calls may be nested. */
const many = 130_000;

test.each([
  ["aliases of an image", podOf(`  containers:\n  - image: &i nginx:1\n${"  - image: *i\n".repeat(many)}`)],
  [
    "aliases of it elsewhere",
    podOf(`  a: &i nginx:1\n  b: [${repeat(many, "*i", ",")}]\n  containers:\n  - image: *i\n`),
  ],
  [
    "images that aliases share",
    podOf(`  containers: &c\n${"  - image: nginx:1\n".repeat(many)}  initContainers: *c\n`),
  ],
  [
    "keys that a merge key brings in",
    podOf(`  x: &d {${repeat(many, (i) => `k${i}: v`, ",")}}\n  containers:\n  - {<<: *d, image: nginx:1}\n`),
  ],
  [
    "maps that a merge key names",
    podOf(`  x: &d {k: v}\n  containers:\n  - {<<: [${repeat(many, "*d", ",")}], image: nginx:1}\n`),
  ],
  ["one key", podOf(`  containers:\n  - name: a\n${"    image: nginx:1\n".repeat(many)}`)],
  ["documents", repeat(many / 5, podOf("  containers:\n  - image: nginx:1\n"), "---\n")],
  [
    "results",
    listOf(
      podItem("    containers:\n    - image: nginx:1\n"),
      `results:\n${"- {message: m}\n".repeat(many)}`,
    ),
  ],
])("reads many: %s", async (_, text) => {
  const lock = { text: lockOf(["nginx:1"]), update: false };

  const { ok, changes } = await pinDigests(text, { lock });

  expect(ok).toBe(true);
  expect(changes).toBeGreaterThan(0);
});
