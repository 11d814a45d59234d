/** Makes undici cost less in a process that ends soon. */
import { subscribe } from "node:diagnostics_channel";

/** Holds for all of the process, so that only a process of our own may be tuned. Takes the version of its V8. */
export function tuneForUndici(v8Version: string): void {
  // undici looks whether Node has this class, and to tell, Node loads another undici, which it has built in: 6 ms.
  Reflect.deleteProperty(globalThis, "Headers");
  // Later versions may not know the flags.
  if (Number.parseInt(v8Version, 10) <= 13) subscribe("undici:client:beforeConnect", keepParserPlain);
}

/**
 * Keeps V8 from optimising undici's parser, which is WebAssembly: it would begin after a few answers and take 40 to 80 ms, and
 * the process would wait for that. Flags make V8 refuse the code caches of what is loaded later, so they come last.
 */
async function keepParserPlain(): Promise<void> {
  const { setFlagsFromString } = await import("node:v8");
  // Given after the start, the first does not stand for the others.
  for (const flag of ["--liftoff-only", "--no-wasm-tier-up", "--no-wasm-dynamic-tiering"]) {
    setFlagsFromString(flag);
  }
}
