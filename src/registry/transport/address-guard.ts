// A registry names other hosts: the realm where tokens are to be had, the target of a redirect. A hostile one names
// hosts that only this machine can reach. So no host may lie nearer to this machine than the registry that names it,
// by the address that is connected to, not by the name alone: a name may mean another address a moment later.

import { type LookupAddress, lookup } from "node:dns";
import type { LookupFunction } from "node:net";
import type { RegistryErrorCode } from "./error-code.ts";
import { Failure } from "./failure.ts";
import { isLoopbackName, isNearer, nearest, type Reach, reachOfAddress, reachOfLiteral } from "./reach.ts";

/** What a request to a host that a registry has named must keep to. */
export interface Guard {
  /** The nearest that the host may be. */
  readonly nearest: Reach;
  /** What to call it where it is nearer. */
  readonly code: RegistryErrorCode;
}

/** Refuses a host that is too near by its name; what a name means is looked at by `guardedLookup`. */
export function checkName(hostname: string, guard: Guard): void {
  const reach = isLoopbackName(hostname) ? "loopback" : reachOfLiteral(hostname);
  if (reach !== undefined && isNearer(reach, guard.nearest)) throw tooNear(hostname, reach, guard);
}

/** Looks names up as `dns.lookup` does, without the addresses that are too near. */
export function guardedLookup(guard: Guard): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error !== null) return callback(error, "");
      const allowed = addresses.filter(({ address }) => !isNearer(reachOfAddress(address), guard.nearest));
      const [first] = allowed;
      if (first === undefined) return callback(tooNear(hostname, nearestOf(addresses), guard), "");
      return options.all === true ? callback(null, allowed) : callback(null, first.address, first.family);
    });
  };
}

function nearestOf(addresses: readonly LookupAddress[]): Reach {
  return nearest(addresses.map(({ address }) => reachOfAddress(address)));
}

function tooNear(hostname: string, reach: Reach, guard: Guard): Failure {
  return new Failure(guard.code, { host: hostname, detail: `a ${reach} address` });
}
