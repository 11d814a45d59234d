import { setMaxListeners } from "node:events";
import type { Authorizer } from "./auth/authorizer.ts";
import type { Ping } from "./ping.ts";
import type { Guard } from "./transport/address-guard.ts";
import type { Endpoint } from "./transport/endpoint.ts";
import { hasTrait } from "./transport/error-code.ts";
import { Failure, isMute } from "./transport/failure.ts";

/** What is known about a host, and is true for all its repositories. */
export interface Host {
  readonly endpoint: Endpoint;
  readonly authorizer: Authorizer;
  /** Where its API has answered; undefined until it has. */
  readonly base: URL | undefined;
  /**
   * Runs a task against each URL that the host may have until one answers, and from then on against that one. A guard holds
   * for what is asked besides.
   */
  reach<Result>(task: Task<Result>, guard?: Guard): Promise<Result>;
  /** Aborted with the run, or with a Failure that all requests under way would end in. */
  readonly signal: AbortSignal;
  /** Whether it is known to answer a GET where a HEAD gets no answer. */
  readonly isHeadMute: boolean;
  learnHeadIsMute(): void;
  /** Finds out once whether there is a limit of pulls at an origin, its own or another to which it sends. */
  limitOfPulls(origin: string, ask: () => Promise<Failure | undefined>): Promise<Failure | undefined>;
  /** Lets the first come alone, and the others when it has said what it learned, has failed to, or takes too long. */
  inTurn<Result>(task: (learned: () => void) => Promise<Result>): Promise<Result>;
}

/** Asks at a URL; `last` where there is no other to try. */
type Task<Result> = (base: URL, last: boolean) => Promise<Result>;

/** Where a task was tried. */
interface Asked {
  readonly url: URL;
  readonly guard: Guard | undefined;
}

/** What a Host is made from. */
export interface HostOptions {
  readonly endpoint: Endpoint;
  readonly authorizer: Authorizer;
  /** That of the run. */
  readonly run: AbortSignal;
  /** Asks whether an API is at a URL. */
  readonly knock: (at: Omit<Ping, "connection">) => Promise<Knock>;
}

/** What came of that; unclear where it may be a server that is to be asked by another scheme. */
export type Knock = "answered" | "unclear" | "unanswered";

/** Makes a Host of which nothing is known yet. */
export function createHost({ endpoint, authorizer, run, knock }: HostOptions): Host {
  const ending = new AbortController();
  const signal = AbortSignal.any([run, ending.signal]);
  setMaxListeners(0, signal);
  const limits = new Map<string, Promise<Failure | undefined>>();
  let base: URL | undefined;
  let dead: Failure | undefined;
  let mute = 0;
  let presence: Promise<URL | undefined> | undefined;
  let isHeadMute = false;
  let mayAll = false;
  let probe: Promise<void> | undefined;

  async function bury(failure: Failure, { url, guard }: Asked): Promise<void> {
    // What befell a request elsewhere, at a realm or where a redirect has led, says nothing of this host.
    const isOwn = failure.origin === url.origin;
    if (isOwn && failure.code === "pull-limit") {
      dead = failure;
      // It lasts for hours, and those who wait for the host would wait for nothing.
      ending.abort(failure);
    }
    if (base !== undefined || !condemns(failure, isOwn)) return;
    if (!isMute(failure)) {
      dead = failure;
      return;
    }
    mute += 1;
    // A server that is silent or hangs up may be so for some images alone. What is true of it must not depend on which come
    // first, so it is asked for none.
    if (mute < 2) return;
    presence ??= findBase(guard);
    const found = await presence;
    if (base !== undefined) return;
    if (found === undefined) dead = failure;
    else {
      base = found;
      mayAll = true;
    }
  }

  async function findBase(guard: Guard | undefined): Promise<URL | undefined> {
    let unclear: URL | undefined;
    for (const base of endpoint.urls) {
      const answer = await knock({ base, signal, guard });
      if (answer === "answered") return base;
      if (answer === "unclear") unclear ??= base;
    }
    return unclear;
  }

  async function reach<Result>(task: Task<Result>, guard?: Guard): Promise<Result> {
    const [first, second] = base === undefined ? endpoint.urls : [base];
    if (first === undefined) throw new Failure("address", { host: endpoint.name, detail: "no address" });
    if (second === undefined) return attempt({ url: first, guard }, (url) => task(url, true));
    let wantsFirst = speaksOther;
    try {
      return await attempt({ url: first, guard }, (url) => task(url, false), wantsOther);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      // Whoever sends to another address speaks this scheme.
      const isElsewhere = error.origin !== undefined && error.origin !== first.origin;
      if (isElsewhere) base ??= first;
      if (isElsewhere ? error.retry === "never" : !wantsOther(error)) throw error;
      // So this is the way, or another image has found meanwhile that it is; it was tried just once.
      if (base === first) return attempt({ url: first, guard }, (url) => task(url, true));
      if (isUnclear(error)) wantsFirst = (failure) => speaksOther(failure) || saysNothing(failure);
      // What hangs up on both may hang up on all, or refuse in no words the scheme that is wrong.
      if (hangsUp(error)) wantsFirst = (failure) => speaksOther(failure) || hangsUp(failure);
    }
    try {
      return await attempt({ url: second, guard }, (url) => task(url, true), wantsFirst);
    } catch (error) {
      if (base === second || !(error instanceof Failure) || !wantsFirst(error)) throw error;
    }
    // It has failed the first time for a reason of its own.
    return attempt({ url: first, guard }, (url) => task(url, true));
  }

  /** Notes what is learned of the host, but for failures that another scheme may mend. */
  async function attempt<Result>(
    asked: Asked,
    task: (base: URL) => Promise<Result>,
    isMended: (failure: Failure) => boolean = () => false,
  ): Promise<Result> {
    try {
      const result = await task(asked.url);
      base = asked.url;
      return result;
    } catch (error) {
      if (error instanceof Failure && (base !== undefined || !isMended(error))) await bury(error, asked);
      throw error;
    }
  }

  async function goAhead<Result>(task: (learned: () => void) => Promise<Result>): Promise<Result> {
    let letIn: () => void = () => undefined;
    const mine = new Promise<void>((resolve) => {
      letIn = () => {
        if (probe === mine) probe = undefined;
        resolve();
      };
    });
    probe = mine;
    // What the first asks for may hang, where the next is there at once.
    const patience = setTimeout(() => {
      mayAll = true;
      letIn();
    }, PATIENCE);
    try {
      return await task(() => {
        mayAll ||= base !== undefined;
        letIn();
      });
    } finally {
      clearTimeout(patience);
      letIn();
    }
  }

  return {
    endpoint,
    authorizer,
    get base() {
      return base;
    },
    reach,
    get isHeadMute() {
      return isHeadMute;
    },
    learnHeadIsMute() {
      isHeadMute = true;
    },
    signal,
    limitOfPulls(origin, ask) {
      const limit = limits.get(origin) ?? ask();
      limits.set(origin, limit);
      return limit;
    },
    async inTurn(task) {
      while (!mayAll && probe !== undefined) await probe;
      if (dead !== undefined) throw dead;
      return mayAll ? task(() => undefined) : goAhead(task);
    },
  };
}

const PATIENCE = 2_000;

/** Tells whether a server says that it wants the other scheme: in its words, or an alert, by hanging up, or not at all. */
function wantsOther(failure: Failure): boolean {
  const { code } = failure;
  return speaksOther(failure) || code === "unreachable" || code === "refused" || isUnclear(failure);
}

/** Tells whether something came that means nothing here: it may be of another scheme, in words that nobody knows. */
function isUnclear(failure: Failure): boolean {
  const { code, status } = failure;
  return !speaksOther(failure) && (status === 400 || (code === "not-a-registry" && status === undefined));
}

function hangsUp(failure: Failure): boolean {
  return failure.code === "unreachable" && isMute(failure);
}

function saysNothing(failure: Failure): boolean {
  return failure.code === "timeout" || hangsUp(failure);
}

function speaksOther({ code }: Failure): boolean {
  return code === "http-on-https" || code === "https-on-http";
}

/** Tells whether a failure would come again for every other repository, so that they need not wait for it. */
function condemns({ code }: Failure, isOwn: boolean): boolean {
  return hasTrait(code, "lasting") && (isOwn || code === "proxy" || code === "certificate-file");
}
