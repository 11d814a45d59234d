import dns, { type LookupAddress } from "node:dns";
import { syncBuiltinESMExports } from "node:module";
import { isIP } from "node:net";

/** What names mean while a test runs: the addresses of each look-up in turn, the last of them from then on. */
export type FakeNames = Readonly<Record<string, readonly string[]>>;

/** Makes `dns.lookup` answer these names; all others are looked up as ever. Returns how to undo it. */
export function fakeDns(names: FakeNames): { readonly lookups: string[]; restore(): void } {
  const real = dns.lookup;
  const lookups: string[] = [];
  const fake = (hostname: string, options: unknown, callback: unknown): void => {
    // The casts are of what node:net and the guard pass on, which is options and a callback.
    const answers = names[hostname];
    if (answers === undefined) {
      (real as (...all: unknown[]) => void)(hostname, options, callback);
      return;
    }
    const address =
      answers[Math.min(lookups.filter((name) => name === hostname).length, answers.length - 1)] ?? "";
    lookups.push(hostname);
    const found: LookupAddress = { address, family: isIP(address) };
    const { all } = options as { readonly all?: boolean };
    const reply = callback as (error: null, ...found: unknown[]) => void;
    setImmediate(() => (all === true ? reply(null, [found]) : reply(null, found.address, found.family)));
  };
  set(fake as typeof dns.lookup);
  return { lookups, restore: () => set(real) };
}

function set(lookup: typeof dns.lookup): void {
  dns.lookup = lookup;
  syncBuiltinESMExports();
}
