/** What readers written in Go make of texts, by the program in `go/`, which runs as long as it is asked. */
import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { type Node, nodeOfJson, type Reading } from "./meaning.ts";

/** What two readers make of a text. */
export interface GoReadings {
  /** kpt and kustomize read so. */
  readonly v3: Reading;
  /** What is sent to the API server. */
  readonly kubectl: Reading;
}

/** The program, which answers one text after the other. */
export interface GoReaders {
  read(text: string): Promise<GoReadings>;
  close(): void;
}

/** Starts the program. */
export function startGoReaders(executable: string): GoReaders {
  const process: ChildProcess = spawn(executable, { stdio: ["pipe", "pipe", "inherit"] });
  const { stdin, stdout } = process;
  if (stdin === null || stdout === null) throw new Error("the program must have pipes");
  const lines = createInterface({ input: stdout })[Symbol.asyncIterator]();
  return {
    async read(text) {
      stdin.write(`${JSON.stringify(text)}\n`);
      const { value, done } = await lines.next();
      if (done) throw new Error("the program must answer each text");
      const { v3, kubectl } = JSON.parse(value);
      // Empty documents are passed over, and a comment behind JSON is one.
      const objects = readingOf(kubectl, nodeOfJson)?.filter(({ tag }) => tag !== "null");
      return { v3: readingOf(v3, contentOf), kubectl: objects };
    },
    close: () => stdin.end(),
  };
}

interface Answer {
  readonly documents?: readonly unknown[];
  readonly error?: string;
}

function readingOf({ documents = [], error }: Answer, toNode: (document: unknown) => Node): Reading {
  return error === undefined ? documents.map(toNode) : undefined;
}

/** The node of a document. The program has the shape of ours. */
function contentOf(document: unknown): Node {
  const { children } = document as Node;
  return children[0] ?? (document as Node);
}
