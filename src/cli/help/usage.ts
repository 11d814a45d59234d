/** What `--help` prints. */
import { type OptionFlag, optionFlags, type ProgramFlag, programFlags } from "../flags.ts";
import { type Command, type CommandRow, commands } from "../verbs.ts";
import { definitions, paragraph } from "./layout.ts";
import { logins, purpose, withDefault } from "./options-usage.ts";

/** The help of the program, or of one of its commands. */
export function usage(command: Command | undefined): string {
  return command === undefined ? programUsage() : commandUsage(command);
}

function programUsage(): string {
  const rows = Object.entries<CommandRow>(commands);
  return sections([
    purpose,
    `Usage:
  pin-digests [COMMAND] [FLAG]... PATH...
  pin-digests [COMMAND] [FLAG]... < IN > OUT

${paragraph(
  "With a PATH, it changes files in place; a folder stands for all YAML and JSON files below it. Without a PATH, it is a filter for manifests, and a function for kpt and kustomize, which send it a ResourceList.",
  "  ",
)}`,
    `Commands (pin-digests COMMAND --help says more):\n${definitions(
      rows.map(([name, { meaning }]) => [name, meaning]),
    )}`,
    examples([
      ["pin-digests check .", "is every image below this folder pinned?"],
      ["pin-digests --diff .", "what would pinning change?"],
      ["pin-digests .", "pin everything"],
      ["helm template shop ./chart | pin-digests > out.yaml", "pin what a chart renders"],
      ["kpt fn eval PACKAGE --exec pin-digests", "as a function"],
    ]),
    `Flags:\n${definitions(Object.entries<ProgramFlag>(programFlags).map(programFlag))}`,
    `Options, also as -d KEY=VALUE and as fields of a functionConfig:\n${definitions(optionFlags().map(optionFlag))}\n${logins}`,
    `Exit codes:\n${definitions([
      ["0", "every image that should be pinned has its digest; there may be warnings"],
      [
        "1",
        "nothing was changed: an image can't be pinned, check found an error, an option is wrong, or the input holds no Kubernetes resources",
      ],
      ["2", "the command line is wrong, or a file that it names can't be used"],
    ])}`,
  ]);
}

function commandUsage(command: Command): string {
  const { meaning, about, examples: lines } = commands[command];
  const synopsis = command === "schema" ? "[PinDigests|ImageLock|Results]" : "[FLAG]... [PATH]...";
  return sections([
    paragraph(`pin-digests ${command}: ${meaning}`),
    `Usage:\n  pin-digests ${command} ${synopsis}`,
    paragraph(about),
    examples(lines),
    "Flags and options: pin-digests --help",
  ]);
}

function sections(texts: readonly string[]): string {
  return `${texts.join("\n\n")}\n`;
}

function examples(lines: CommandRow["examples"]): string {
  return `Examples:\n${lines.map(([line, meaning]) => `  # ${meaning}\n  ${line}`).join("\n")}`;
}

function programFlag([name, flag]: readonly [string, ProgramFlag]): readonly [string, string] {
  const short = flag.short === undefined ? "    " : `-${flag.short}, `;
  return [`${short}--${name}${flag.shown === undefined ? "" : ` ${flag.shown}`}`, flag.meaning];
}

function optionFlag({ name, row }: OptionFlag): readonly [string, string] {
  const { shown, shape } = row.type.traits;
  return [`--${name} ${shown}${shape === "list" ? "..." : ""}`, withDefault(row)];
}
