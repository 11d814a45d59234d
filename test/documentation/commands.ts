/** The commands that the documentation shows. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { usage } from "../../src/cli/help/usage.ts";
import { type Command, commands } from "../../src/cli/verbs.ts";

/** The root of the repository. */
export const repository: string = join(import.meta.dirname, "../..");

/** The pages for users; the history of changes shows what no longer is, too. */
const pages: readonly string[] = [
  "README.md",
  ...readdirSync(join(repository, "docs"))
    .filter((name) => name.endsWith(".md") && name !== "CHANGELOG.md")
    .map((name) => `docs/${name}`),
  ...readdirSync(join(repository, "examples"))
    .map((name) => `examples/${name}/README.md`)
    .filter((path) => existsSync(join(repository, path))),
];

/** Every command of all pages and of `--help`, each once, with where it is shown. */
export function documentedCommands(): ReadonlyMap<string, readonly string[]> {
  const shown = [
    ...pages.map((page) => [page, commandsOf(readPage(page))] as const),
    ...helps.map((command) => [`${command ?? ""} --help`.trim(), examplesOf(usage(command))] as const),
  ];
  const found = new Map<string, string[]>();
  for (const [place, lines] of shown) {
    for (const line of new Set(lines)) found.set(line, [...(found.get(line) ?? []), place]);
  }
  return found;
}

// Checked: these are the keys of the table of commands.
const helps = [undefined, ...(Object.keys(commands) as Command[])];

/** The text of a page. */
export function readPage(page: string): string {
  return readFileSync(join(repository, page), "utf8");
}

/** Lines of blocks for a shell, and code in text that runs pin-digests. */
function commandsOf(page: string): readonly string[] {
  const blocks = [...page.matchAll(/^ *```(?:shell|sh|bash)\n(?<code>.*?)^ *```/gms)];
  const spans = [...page.replaceAll(/^ *```.*?^ *```/gms, "").matchAll(/`(?<code>[^`\n]+)`/g)];
  return [
    ...blocks.flatMap(({ groups }) => linesOf(groups?.code ?? "")),
    ...spans
      .map(({ groups }) => (groups?.code ?? "").replaceAll("\\|", "|"))
      .filter((code) => /^pin-digests .|\| pin-digests|--exec "?pin-digests/.test(code)),
  ];
}

/** The commands of a block: a line that goes on, a loop, and what holds for the lines below are a part of one command. */
function linesOf(block: string): readonly string[] {
  const lines = block
    .replaceAll(/ *\\\n\s*/g, " ")
    .replaceAll(/; do\n(?<body>[^\n]*)\ndone$/gm, (_, body: string) => `; do ${body.trim()}; done`)
    .split("\n")
    .map((line) => line.replace(/(?:^|\s+)# .*$/, "").trim())
    .filter((line) => line !== "");
  const context = lines.filter((line) => /^(?:cd|set) /.test(line)).map((line) => `${line} && `);
  return lines.filter((line) => !/^(?:cd|set) /.test(line)).map((line) => context.join("") + line);
}

function examplesOf(help: string): readonly string[] {
  const [, text = ""] = /^Examples:\n(.*?)\n\n/ms.exec(help) ?? [];
  return text
    .split("\n")
    .filter((line) => !line.startsWith("  #"))
    .map((line) => line.trim());
}
