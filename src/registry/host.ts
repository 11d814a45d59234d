import type { Authorizer } from "./authorizer.ts";
import type { Endpoint } from "./endpoint.ts";
import type { RegistryErrorCode } from "./errors.ts";
import { Failure } from "./failure.ts";

/** What is known about a host, and is true for all its repositories. */
export interface Host {
  readonly endpoint: Endpoint;
  readonly authorizer: Authorizer;
  /** Where its API has answered; undefined until it has. */
  readonly base: URL | undefined;
  /** Runs a task against each URL that the host may have until one answers, and from then on against that one. */
  reach<Result>(task: (base: URL, last: boolean) => Promise<Result>): Promise<Result>;
  /** Lets the first come alone, and the others when it has said what it learned, or has failed to. */
  inTurn<Result>(task: (learned: () => void) => Promise<Result>): Promise<Result>;
}

/** Makes a Host of which nothing is known yet. */
export function createHost(endpoint: Endpoint, authorizer: Authorizer): Host {
  let base: URL | undefined;
  let dead: Failure | undefined;
  let known = false;
  let probe: Promise<void> | undefined;

  async function reach<Result>(task: (base: URL, last: boolean) => Promise<Result>): Promise<Result> {
    const urls = base === undefined ? endpoint.urls : [base];
    let first: Failure | undefined;
    for (const [index, url] of urls.entries()) {
      const last = index === urls.length - 1;
      try {
        const result = await task(url, last);
        base = url;
        return result;
      } catch (error) {
        if (!(error instanceof Failure)) throw error;
        if (!last && base === undefined && NO_TLS.has(error.code)) {
          first = error;
          continue;
        }
        // A server that wants TLS after all has hung up on it for a reason of its own.
        const failure = error.code === "http-on-https" ? (first ?? error) : error;
        if (condemns(failure, url, base !== undefined)) dead = failure;
        throw failure;
      }
    }
    throw new Failure("address", { host: endpoint.name, detail: "no address" });
  }

  return {
    endpoint,
    authorizer,
    get base() {
      return base;
    },
    reach,
    async inTurn(task) {
      while (probe !== undefined) await probe;
      if (dead !== undefined) throw dead;
      if (known) return task(() => undefined);
      let open: () => void = () => undefined;
      probe = new Promise((resolve) => {
        open = resolve;
      });
      const learned = () => {
        known ||= base !== undefined;
        probe = undefined;
        open();
      };
      try {
        return await task(learned);
      } finally {
        if (!known) learned();
      }
    },
  };
}

// A server that speaks no TLS answers in plain text, hangs up, waits for more, or listens at port 80 only.
const NO_TLS: ReadonlySet<RegistryErrorCode> = new Set([
  "https-on-http",
  "unreachable",
  "timeout",
  "refused",
]);

const DEADLY: ReadonlySet<RegistryErrorCode> = new Set([
  "dns",
  "refused",
  "unreachable",
  "timeout",
  "tls",
  "wrong-ca",
  "https-on-http",
  "certificate-file",
  "proxy",
]);

/** Tells whether a failure would come again for every other repository, so that they need not wait for it. */
function condemns(failure: Failure, url: URL, answered: boolean): boolean {
  if (failure.code === "pull-limit") return true;
  if (answered || !DEADLY.has(failure.code)) return false;
  return failure.code === "proxy" || failure.code === "certificate-file" || failure.host === url.host;
}
