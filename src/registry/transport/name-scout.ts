/**
 * Names are looked up in threads, for which Node waits at its end, and which a silent DNS server keeps for minutes. Where the
 * process can't end without them, another kind of look-up goes first, which nobody waits for: only when the server has said
 * something about a name, be it that there is none, is it looked up.
 */
import { Resolver } from "node:dns";
import { isIP } from "node:net";
import { readTextFile } from "../../fs/read.ts";
import { codeOf } from "../../fs/system-error.ts";
import { Failure } from "./failure.ts";

/** Resolves when a look-up of the name will come back soon. Rejects with a Failure where nobody answers. */
export type NameScout = (name: string) => Promise<void>;

/** Makes a scout, which asks for each name once. */
export function createNameScout(): NameScout {
  const answers = new Map<string, Promise<void>>();
  let known: Promise<ReadonlySet<string>> | undefined;

  async function scout(name: string): Promise<void> {
    known ??= namesOfHosts();
    if ((await known).has(name)) return;
    const resolver = new Resolver();
    // A look-up asks for both kinds of addresses.
    const ask = (type: "A" | "AAAA"): Promise<void> =>
      new Promise((resolve, reject) => {
        resolver.resolve(name, type, (error: Error | null) =>
          isSilence(error) ? reject(silence(error)) : resolve(),
        );
      });
    await Promise.all([ask("A"), ask("AAAA")]);
  }

  return (name) => {
    if (isToldElsewhere(name)) return Promise.resolve();
    const answer = answers.get(name) ?? scout(name);
    answers.set(name, answer);
    // What has failed is asked again by the next attempt.
    answer.catch(() => answers.delete(name));
    return answer;
  };
}

/** No server of the DNS is asked for an address, for this machine, or for a neighbour that answers for itself. */
function isToldElsewhere(host: string): boolean {
  const name = host.replace(/^\[|\]$/g, "");
  return isIP(name) !== 0 || /(?:^|\.)(?:localhost|local)$/i.test(name);
}

async function namesOfHosts(): Promise<ReadonlySet<string>> {
  try {
    const lines = (await readTextFile("/etc/hosts")).split("\n");
    return new Set(lines.flatMap((line) => line.replace(/#.*/, "").trim().split(/\s+/).slice(1)));
  } catch {
    // Windows has it elsewhere, and some images have none: then the server knows all names.
    return new Set();
  }
}

function isSilence(error: Error | null): error is Error {
  const code = error === null ? undefined : codeOf(error);
  return code === "ETIMEOUT" || code === "ECANCELLED";
}

function silence(cause: Error): Failure {
  return new Failure("timeout", { detail: "ETIMEDOUT", retry: "always", cause });
}
