import type { Tool } from "../e2e/tools.ts";
import type { SiteName } from "./sites.ts";

/** What a command of the documentation does, and in which folder that is tried. */
export interface RunRow {
  readonly site: SiteName;
  /** Brings the folder to where the command begins. */
  readonly before?: string;
  /** Where in the site all of it runs. */
  readonly folder?: string;
  /** No registry can be reached. */
  readonly offline?: true;
  /** Real programs that it needs; it then runs end to end. */
  readonly needs?: readonly Tool[];
  /** What a reader puts in another place. */
  readonly edits?: Readonly<Record<string, string>>;
  /** 0 where nothing is said. */
  readonly code?: number;
  readonly stdout?: RegExp;
  readonly stderr?: RegExp;
  /** The files that it changes, makes or removes; none where nothing is said. */
  readonly writes?: readonly string[];
  /** Further commands, which must succeed. */
  readonly afterwards?: string;
}

/** Other tests run the command: a file and the text there that shows it. */
export interface TestedRow {
  readonly testedBy: Readonly<Record<string, string>>;
}

/** Nobody has run the command, for a reason. */
export interface UntestedRow {
  readonly nobody: string;
}

export type CommandRow = RunRow | TestedRow | UntestedRow;
