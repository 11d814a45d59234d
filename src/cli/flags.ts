/** The flags of the command line: those of the program, and one for each option that a command line can hold. */
import { literals } from "../config/expressions.ts";
import type { OptionRow } from "../config/option-row.ts";
import { optionTable } from "../config/options.ts";

/** A flag that is no option. */
export interface ProgramFlag {
  readonly type: "boolean" | "string";
  readonly short?: string;
  readonly multiple?: true;
  /** How help writes its value. */
  readonly shown?: string;
  readonly meaning: string;
}

/** The flags that are no options, by their names. */
export const programFlags = {
  "function-config": {
    type: "string",
    short: "f",
    shown: "FILE",
    meaning: "options, as a PinDigests or ConfigMap object",
  },
  "function-config-literal": {
    type: "string",
    short: "d",
    multiple: true,
    shown: "KEY=VALUE",
    meaning: "one option, as in a ConfigMap; wins over the file",
  },
  lock: {
    type: "string",
    shown: "FILE",
    meaning: "a lock outside the input, for kustomize, Helm and plain streams",
  },
  "update-lock": { type: "boolean", meaning: "write what the lock lacks into the file of --lock" },
  prune: { type: "boolean", meaning: "for update: remove the entries of the lock that nothing uses" },
  values: {
    type: "string",
    multiple: true,
    shown: "GLOB",
    meaning: "with a PATH: treat these files as values of charts, too",
  },
  diff: { type: "boolean", meaning: "with a PATH: show what would change, and write nothing" },
  inventory: {
    type: "string",
    shown: "FORM",
    meaning:
      "report which images are used, and where: lock, kustomize, json, table; admission: as a policy with which a cluster lets in only these images; admission-mutating: one that also pins them",
  },
  admission: {
    type: "string",
    shown: "lock|digest",
    meaning: "which digests the policy lets in; lock: those of the lock and of the run; digest: any",
  },
  deny: {
    type: "boolean",
    meaning: "the policy refuses other images; without this flag, it warns and audits",
  },
  exempt: {
    type: "string",
    multiple: true,
    shown: "NAMESPACE",
    meaning: "the policy leaves this namespace alone, like kube-*",
  },
  format: {
    type: "string",
    shown: "FORM",
    meaning: "report what happened: sarif, github (annotations), json, markdown",
  },
  explain: {
    type: "string",
    shown: "FORM",
    meaning: "report, in addition to a run, which rule finds each image: table, json, or fieldspecs",
  },
  output: {
    type: "string",
    short: "o",
    shown: "FILE",
    meaning: 'the file for the report; "-": stdout, in place of the stream',
  },
  now: {
    type: "string",
    shown: "TIME",
    meaning: "for tests: the current time, for --min-age and for ages in reports",
  },
  color: {
    type: "string",
    shown: "auto|always|never",
    meaning: "colours; auto: on a terminal, unless NO_COLOR is set",
  },
  version: { type: "boolean", meaning: "print the version" },
  help: {
    type: "boolean",
    short: "h",
    meaning: "print this help; after a command, the help of that command",
  },
} as const satisfies Readonly<Record<string, ProgramFlag>>;

/** The flag of an option. */
export interface OptionFlag {
  /** Without the dashes: `network-timeout`. */
  readonly name: string;
  /** As a ConfigMap has it: `network.timeout`. */
  readonly option: string;
  readonly row: OptionRow<unknown>;
}

/** The flags of the options that a command line can hold: scalars, lists of scalars, and those of groups. */
export function optionFlags(): readonly OptionFlag[] {
  return Object.entries<OptionRow<unknown>>(optionTable(literals)).flatMap(([option, row]) => {
    const name = row.flag ?? kebabCase(option);
    const members = Object.entries(row.rows ?? {});
    if (members.length === 0) return row.type.traits.shape === "object" ? [] : [{ name, option, row }];
    return members.map(([member, each]) => ({
      name: `${name}-${kebabCase(member)}`,
      option: `${option}.${member}`,
      row: each,
    }));
  });
}

function kebabCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
