/** Commands that the documentation shows: each is one that the program takes. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readArguments } from "../src/cli/arguments.ts";

const root = join(import.meta.dirname, "..");

const pages = [
  "README.md",
  ...filesOf("docs", /^(?!CHANGELOG).*\.md$/),
  ...readdirSync(join(root, "examples")).flatMap((name) => filesOf(join("examples", name), /^README\.md$/)),
];

function filesOf(folder: string, names: RegExp): readonly string[] {
  return readdirSync(join(root, folder))
    .filter((name) => names.test(name))
    .map((name) => join(folder, name));
}

/** The commands of a page, in blocks for a shell and in code within text. */
function commandsOf(page: string): readonly string[] {
  const text = readFileSync(join(root, page), "utf8");
  const blocks = [...text.matchAll(/^ *```(?:shell|sh|bash)\n(?<code>.*?)^ *```/gms)].flatMap(({ groups }) =>
    (groups?.code ?? "").replaceAll(/\\\n\s*/g, " ").split("\n"),
  );
  const spans = [...text.replaceAll(/^ *```.*?^ *```/gms, "").matchAll(/`(?<code>[^`\n]+)`/g)].map(
    ({ groups }) => groups?.code ?? "",
  );
  return [...blocks, ...spans].flatMap((line) =>
    [
      ...line.matchAll(
        /(?:^\s*|\| |exec |--exec ")pin-digests(?<rest>(?: (?:'[^']*'|"[^"]*"|[^|><#&"`])*)?)/g,
      ),
    ].map(({ groups }) => groups?.rest?.trim() ?? ""),
  );
}

/** The words of a command, as a shell parts them. */
function wordsOf(command: string): readonly string[] {
  return [...command.matchAll(/(?:'[^']*'|"[^"]*"|\S)+/g)].map(([word]) => word.replaceAll(/['"]/g, ""));
}

describe("the documentation", () => {
  test("shows commands on many pages", () => {
    expect(pages.flatMap(commandsOf).length).toBeGreaterThan(40);
  });

  test.each(
    pages.flatMap((page) =>
      [...new Set(commandsOf(page).filter(Boolean))].map((command) => [page, command] as const),
    ),
  )("of %s shows a command that is taken: pin-digests %s", (_, command) => {
    // An ellipsis stands for what a reader knows.
    const words = wordsOf(command).filter((word) => !word.includes("…"));

    expect(() => readArguments(words)).not.toThrow();
  });
});
