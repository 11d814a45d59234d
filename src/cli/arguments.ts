/** What a command line asks for, and what one asks for that is empty. */
import type { AdmissionOptions, ExplanationForm, ReportForm } from "../report/report-form.ts";
import type { Command, Verb } from "./verbs.ts";

/** What a command line asks for. */
export interface Arguments {
  readonly help: boolean;
  readonly version: boolean;
  /** The schema to print. */
  readonly schema: SchemaName | undefined;
  /** The command, also where only its help is wanted. */
  readonly command: Command | undefined;
  /** The command, where something is to be run. */
  readonly verb: Verb | undefined;
  /** Files and folders; where there is none, the input is stdin. */
  readonly paths: readonly string[];
  /** Globs of files that are values of charts. */
  readonly values: readonly string[];
  readonly diff: boolean;
  readonly color: Color;
  readonly functionConfig: string | undefined;
  readonly overrides: ReadonlyMap<string, string>;
  readonly lock: string | undefined;
  readonly updateLock: boolean;
  readonly prune: boolean;
  /** The time that counts in place of the clock's, in milliseconds. */
  readonly now: number | undefined;
  readonly report: ReportRequest | undefined;
  readonly explanation: ExplanationOptions | undefined;
}

/** What there is a JSON Schema of. */
export type SchemaName = "PinDigests" | "ImageLock" | "Results";

/** When to use colours; `auto` where a person looks who does not forbid it. */
export type Color = "auto" | "always" | "never";

/** A report beside the output, and the file that it goes to; `-` for stdout. */
export interface ReportRequest {
  readonly form: ReportForm;
  readonly file: string;
  /** Whether the report is all that is wanted, so that no stream goes out. */
  readonly isAlone: boolean;
  /** What it demands of a cluster, where it is a policy. */
  readonly admission?: AdmissionOptions | undefined;
}

/** A table of what was found, or the same as JSON. */
export interface ExplanationOptions {
  readonly form: ExplanationForm;
  /** A file, or "-" for stdout. */
  readonly output: string;
  /** Whether the explanation is all that is wanted, so that nothing is pinned. */
  readonly isAlone: boolean;
}

/** What an empty command line asks for: the function, as orchestrators call it. */
export const noArguments: Arguments = {
  help: false,
  version: false,
  schema: undefined,
  command: undefined,
  verb: undefined,
  paths: [],
  values: [],
  diff: false,
  color: "auto",
  functionConfig: undefined,
  overrides: new Map(),
  lock: undefined,
  updateLock: false,
  prune: false,
  now: undefined,
  report: undefined,
  explanation: undefined,
};
