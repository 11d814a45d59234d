/** Outputs that the documentation shows are what a run prints. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parseDigest } from "../../src/image/digest.ts";
import { canonicalName } from "../../src/image/reference.ts";
import { pinDigests } from "../../src/pin-digests.ts";
import { digest, makeTree, planTree, pod } from "../files/tree.ts";
import { readPage, repository } from "./commands.ts";

describe("the documentation", () => {
  test("shows in the README what pinning changes", async () => {
    const [, diff = ""] = /```diff\n(.*?)```/s.exec(readPage("README.md")) ?? [];
    const side = (sign: string): string =>
      diff.replaceAll(new RegExp(`^[^ ${sign}].*\n`, "gm"), "").replaceAll(/^./gm, "");
    const digests = new Map(
      [...diff.matchAll(/^\+.*image: "?(?<name>\S+)@(?<digest>sha256:\w+)/gm)].map(({ groups }) => [
        groups?.name ?? "",
        parseDigest(groups?.digest ?? ""),
      ]),
    );
    const pod = "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  template:\n";

    const { text, ok } = await pinDigests(pod + side("-"), {
      resolveDigest: async (image) => {
        const [, digest] = [...digests].find(([name]) => canonicalName(image).includes(name)) ?? [];
        if (digest === undefined) throw new Error(`the README has no digest of ${canonicalName(image)}`);
        return digest;
      },
    });

    expect(digests.size).toBe(2);
    expect({ text, ok }).toEqual({ text: pod + side("+"), ok: true });
  });

  test("shows the lock that a run makes", async () => {
    const folder = makeTree({ "web.yaml": pod("nginx:1.27") });

    const { locks } = await planTree(folder, { options: { lock: "create" } });

    const made = locks.map(({ text }) => text).join();
    expect(made).toContain("nginx:1.27");
    for (const page of ["README.md", "docs/lock.md"]) {
      const [, shown = ""] = /```yaml\n# image-lock\.yaml\n(.*?)```/s.exec(readPage(page)) ?? [];
      expect(shown.replace(/ +# .*$/m, "").replace(/sha256:\w+/, digest)).toBe(made);
    }
  });

  const source = readdirSync(join(repository, "src"), { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".ts"))
    .map((path) => readFileSync(join(repository, "src", path), "utf8"))
    .join("\n");

  test("names every environment variable that is read", () => {
    const page = readPage("docs/logins.md");
    const names = [
      ...source.matchAll(/(?:\benv|nvironment)\??\.([A-Z][A-Z0-9_]+)/g),
      ...source.matchAll(/"((?:AWS|AZURE|GOOGLE|GCE|NODE|SSL|PIN)_[A-Z0-9_]*[A-Z0-9])"/g),
      ...[...source.matchAll(/\{ ([^{}]+) \} = [\w.]*(?:env|environment);/g)].flatMap(([, members = ""]) => [
        ...members.matchAll(/\b([A-Z][A-Z0-9_]+)\b/g),
      ]),
    ].map(([, name = ""]) => name);
    // It goes from one thread of the program to another.
    const own = new Set(["PIN_DIGESTS_DEEP"]);

    expect(names).toEqual(
      expect.arrayContaining(["HOME", "DOCKER_CONFIG", "SSL_CERT_FILE", "GITHUB_TOKEN", "NO_COLOR"]),
    );
    expect(names.filter((name) => !own.has(name) && !page.includes(`\`${name}\``))).toEqual([]);
  });

  test("explains messages that the program has", () => {
    const rows = [...readPage("docs/troubleshooting.md").matchAll(/^\| (?<message>[^|]+) \| .+ \|$/gm)]
      .map(({ groups }) => groups?.message ?? "")
      .filter((message) => message !== "the message says");

    const parts = rows.flatMap((message) =>
      // Ellipses and numbers stand for what differs, brackets for a note.
      message
        .split(/…|, (?=the )|HTTP \w+|\(a warning\)/)
        .map((part) => part.replace(/^,? |,? ?$/g, "").trim())
        .filter((part) => part !== ""),
    );

    expect(parts.length).toBeGreaterThan(rows.length - 1);
    expect(parts.filter((part) => !source.includes(part))).toEqual([]);
  });
});
