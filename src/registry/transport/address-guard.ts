// A registry names other hosts: the realm where tokens are to be had, the target of a redirect. A hostile one names
// hosts that only this machine can reach. So no host may lie nearer to this machine than the registry that names it,
// by the address that is connected to, not by the name alone: a name may mean another address a moment later.

import { type LookupAddress, lookup } from "node:dns";
import { BlockList, type IPVersion, isIPv4, isIPv6, type LookupFunction } from "node:net";
import type { RegistryErrorCode } from "../errors.ts";
import { Failure } from "./failure.ts";

/** How far an address is from this machine; the first is where clouds keep credentials. */
export type Reach = "link-local" | "loopback" | "private" | "public";

/** What a request to a host that a registry has named must keep to. */
export interface Guard {
  /** The nearest that the host may be. */
  readonly nearest: Reach;
  /** What to call it where it is nearer. */
  readonly code: RegistryErrorCode;
}

/** Tells whether a URL's host is this machine by its name alone. */
export function isLoopbackName(hostname: string): boolean {
  const name = hostname.toLowerCase();
  return name === "localhost" || name.endsWith(".localhost") || reachOfLiteral(name) === "loopback";
}

/** How far a host is where its name says so: an IP address, or localhost. */
export function reachOfLiteral(hostname: string): Reach | undefined {
  const address = hostname.replace(/^\[|\]$/g, "");
  return familyOf(address) === undefined ? undefined : reachOfAddress(address);
}

/** Which version of IP an address is of; undefined for a name. */
export function familyOf(address: string): IPVersion | undefined {
  if (isIPv4(address)) return "ipv4";
  // Node's test of the other takes milliseconds the first time.
  return address.includes(":") && isIPv6(address) ? "ipv6" : undefined;
}

/** How far an IP address is. */
export function reachOfAddress(written: string): Reach {
  // The zone of a link-local address ("fe80::1%eth0") is not part of it.
  const address = written.replace(/%.*$/, "");
  const family = familyOf(address) ?? "ipv6";
  // Most of this machine's own addresses, before Node loads what knows of blocks.
  if (family === "ipv4" && address.startsWith("127.")) return "loopback";
  blocks ??= makeBlocks();
  for (const [reach, block] of blocks) if (block.check(address, family)) return reach;
  return "public";
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

/** The farther of two, where the first may not be known yet. */
export function fartherReach(known: Reach | undefined, seen: Reach): Reach {
  return known === undefined || isNearer(known, seen) ? seen : known;
}

const REACHES: readonly Reach[] = ["link-local", "loopback", "private", "public"];

function isNearer(reach: Reach, other: Reach): boolean {
  return REACHES.indexOf(reach) < REACHES.indexOf(other);
}

function nearestOf(addresses: readonly LookupAddress[]): Reach {
  const reaches = addresses.map(({ address }) => reachOfAddress(address));
  return REACHES.find((reach) => reaches.includes(reach)) ?? "private";
}

function tooNear(hostname: string, reach: Reach, guard: Guard): Failure {
  return new Failure(guard.code, { host: hostname, detail: `a ${reach} address` });
}

let blocks: ReadonlyMap<Reach, BlockList> | undefined;

function makeBlocks(): ReadonlyMap<Reach, BlockList> {
  return new Map(
    Object.entries(SUBNETS).map(([reach, subnets]) => {
      const block = new BlockList();
      for (const subnet of subnets) {
        const [address = "", bits] = subnet.split("/");
        block.addSubnet(address, Number(bits), address.includes(":") ? "ipv6" : "ipv4");
      }
      // Checked: the keys are those of SUBNETS.
      return [reach as keyof typeof SUBNETS, block];
    }),
  );
}

// In the order in which they are looked through.
// https://www.iana.org/assignments/iana-ipv4-special-registry
// https://www.iana.org/assignments/iana-ipv6-special-registry
const SUBNETS = {
  "link-local": [
    "169.254.0.0/16",
    "fe80::/10",
    // The metadata services of AWS, over IPv6, and of Alibaba Cloud, and the host of an Azure machine.
    "fd00:ec2::/32",
    "100.100.100.200/32",
    "168.63.129.16/32",
    // The same behind a translator of addresses: https://www.rfc-editor.org/rfc/rfc6052#section-2.1
    "64:ff9b::a9fe:0/112",
  ],
  loopback: ["127.0.0.0/8", "0.0.0.0/8", "::1/128", "::/128"],
  private: [
    "10.0.0.0/8",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "100.64.0.0/10",
    "192.0.0.0/24",
    "198.18.0.0/15",
    "224.0.0.0/4",
    "240.0.0.0/4",
    "64:ff9b::a00:0/104",
    "64:ff9b::ac10:0/108",
    "64:ff9b::c0a8:0/112",
    "fc00::/7",
    "fec0::/10",
    "ff00::/8",
  ],
} as const satisfies Partial<Record<Reach, readonly string[]>>;
