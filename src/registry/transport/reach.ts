/** How far a host is from this machine, by its address, whatever form that takes. */
import { type IPVersion, isIPv4, isIPv6 } from "node:net";

/** How far an address is from this machine; the first is where clouds keep credentials. */
export type Reach = "link-local" | "loopback" | "private" | "public";

/**
 * Tells whether a URL's host is this machine by its name alone. An address that only stands for one of this
 * machine's is not.
 */
export function isLoopbackName(hostname: string): boolean {
  const name = plainName(hostname);
  if (name === "localhost" || name.endsWith(".localhost")) return true;
  return ownReachOf(name) === "loopback";
}

/**
 * How far a host is where its name says so: an IP address, or the name of a metadata service. To be asked of
 * what another host names, since the address is taken for the nearest that it may stand for.
 */
export function reachOfLiteral(hostname: string): Reach | undefined {
  const name = plainName(hostname);
  if (METADATA_NAMES.has(name)) return "link-local";
  return familyOf(name) === undefined ? undefined : reachOfAddress(name);
}

/** Which version of IP an address is of; undefined for a name. */
export function familyOf(address: string): IPVersion | undefined {
  if (isIPv4(address)) return "ipv4";
  // Node's test of the other takes milliseconds the first time.
  return address.includes(":") && isIPv6(address) ? "ipv6" : undefined;
}

/**
 * How far an IP address is, or the nearest of those that it stands for: a tunnel or a translator of addresses
 * leads on to the IPv4 address that is written into one of IPv6.
 */
export function reachOfAddress(written: string): Reach {
  const bytes = bytesOf(plainName(written));
  // Nobody connects to what is no address, so nothing is lost by calling it the nearest.
  if (bytes === undefined) return "link-local";
  return nearest([ownReach(bytes), ...addressesIn(bytes).map(ownReach)]);
}

/**
 * How far an IP address is by itself; undefined for a name. To be asked of a host that names others: one
 * whose address only looks like a near one may name no more than any other.
 */
export function ownReachOf(written: string): Reach | undefined {
  const bytes = bytesOf(plainName(written));
  return bytes && ownReach(bytes);
}

/** The farther of two, where the first may not be known yet. */
export function fartherReach(known: Reach | undefined, seen: Reach): Reach {
  return known === undefined || isNearer(known, seen) ? seen : known;
}

const REACHES: readonly Reach[] = ["link-local", "loopback", "private", "public"];

/** Tells whether the first of two is nearer than the second. */
export function isNearer(reach: Reach, other: Reach): boolean {
  return REACHES.indexOf(reach) < REACHES.indexOf(other);
}

/** The nearest of several; public where there is none. */
export function nearest(reaches: readonly Reach[]): Reach {
  return REACHES.find((reach) => reaches.includes(reach)) ?? "public";
}

/**
 * Without brackets, without the zone of a link-local address ("fe80::1%eth0") and without the dot of the
 * root.
 */
function plainName(hostname: string): string {
  return hostname
    .toLowerCase()
    .replace(/^\[|\]$/g, "")
    .replace(/%.*$/, "")
    .replace(/\.$/, "");
}

/** The 4 or 16 bytes of an address; what IPv6 maps to IPv4 is IPv4. */
function bytesOf(address: string): readonly number[] | undefined {
  const family = familyOf(address);
  if (family === undefined) return undefined;
  if (family === "ipv4") return address.split(".").map(Number);
  const bytes = ipv6Of(address);
  return isWithin(bytes, MAPPED) ? bytes.slice(12) : bytes;
}

function bytesOfGroups(text: string): readonly number[] {
  if (text === "") return [];
  return text.split(":").flatMap((group) => {
    if (group.includes(".")) return group.split(".").map(Number);
    const number = Number.parseInt(group, 16);
    return [number >> 8, number & 0xff];
  });
}

/** How far an address itself is, whatever it stands for. */
function ownReach(bytes: readonly number[]): Reach {
  networks ??= makeNetworks();
  return networks.find(({ network }) => isWithin(bytes, network))?.reach ?? "public";
}

/** The IPv4 addresses that an IPv6 address may stand for. */
function addressesIn(bytes: readonly number[]): readonly (readonly number[])[] {
  if (bytes.length === 4) return [];
  const places = EMBEDDINGS.filter(({ network }) => isWithin(bytes, network)).flatMap(({ at, inverted }) =>
    at.map((each) => each.map((index) => (bytes[index] ?? 0) ^ (inverted ? 0xff : 0))),
  );
  const isIsatap =
    (bytes[8] === 0 || bytes[8] === 2) && ISATAP.every((byte, index) => bytes[9 + index] === byte);
  // Translators may have any prefix, and the credentials of clouds are at few addresses.
  const last = bytes.slice(12);
  const isMetadata = METADATA.some((address) => address.every((byte, index) => byte === last[index]));
  // Where a translator's address may stand in several places, the wrong ones mostly begin with a zero.
  return [...places.filter(([first]) => first !== 0), ...(isMetadata || isIsatap ? [last] : [])];
}

interface Network {
  readonly bytes: readonly number[];
  readonly bits: number;
}

function isWithin(bytes: readonly number[], { bytes: start, bits }: Network): boolean {
  if (bytes.length !== start.length) return false;
  for (let index = 0; index * 8 < bits; index += 1) {
    const mask = 0xff << Math.max(0, 8 - (bits - index * 8));
    if ((((bytes[index] ?? 0) ^ (start[index] ?? 0)) & mask & 0xff) !== 0) return false;
  }
  return true;
}

function networkOf(text: string): Network {
  const [address = "", bits] = text.split("/");
  const bytes = address.includes(":") ? ipv6Of(address) : address.split(".").map(Number);
  return { bytes, bits: Number(bits) };
}

/** The 16 bytes of an address that is known to be one of IPv6. */
function ipv6Of(address: string): readonly number[] {
  const [left = "", right = ""] = address.split("::");
  const [head, tail] = [bytesOfGroups(left), bytesOfGroups(right)];
  return [...head, ...new Array<number>(16 - head.length - tail.length).fill(0), ...tail];
}

let networks: readonly { readonly reach: Reach; readonly network: Network }[] | undefined;

// Most runs meet no address that another host has named.
function makeNetworks(): NonNullable<typeof networks> {
  return Object.entries(SUBNETS).flatMap(([reach, subnets]) =>
    // Checked: the keys are those of SUBNETS.
    subnets.map((subnet) => ({ reach: reach as keyof typeof SUBNETS, network: networkOf(subnet) })),
  );
}

// In the order in which they are looked through.
// https://www.iana.org/assignments/iana-ipv4-special-registry
// https://www.iana.org/assignments/iana-ipv6-special-registry
const SUBNETS = {
  "link-local": [
    "169.254.0.0/16",
    "fe80::/10",
    // The metadata services of AWS, Google, Oracle and Scaleway over IPv6, of Alibaba and Oracle, and Azure's
    // host.
    "fd00:ec2::/32",
    "fd20:ce::/32",
    "fd00:c1::/32",
    "fd00:42::/32",
    "100.100.100.200/32",
    "192.0.0.192/32",
    "168.63.129.16/32",
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
    "fc00::/7",
    "fec0::/10",
    "ff00::/8",
  ],
} as const satisfies Partial<Record<Reach, readonly string[]>>;

const METADATA: readonly (readonly number[])[] = [
  [169, 254, 169, 254],
  // Those of AWS's containers: ECS, and pods of EKS.
  [169, 254, 170, 2],
  [169, 254, 170, 23],
  [100, 100, 100, 200],
  [192, 0, 0, 192],
  [168, 63, 129, 16],
];

// Behind a proxy a name is not looked up here, and may mean the proxy's own.
const METADATA_NAMES: ReadonlySet<string> = new Set([
  "metadata",
  "metadata.google.internal",
  "metadata.goog",
  "metadata.azure.internal",
  "metadata.tencentyun.com",
  "instance-data",
  "instance-data.ec2.internal",
]);

const MAPPED = networkOf("::ffff:0:0/96");

interface Embedding {
  readonly network: Network;
  /** Which bytes make the address; several where the length of the prefix is not known. */
  readonly at: readonly (readonly number[])[];
  readonly inverted?: true;
}

// The middle of an interface's identifier: https://www.rfc-editor.org/rfc/rfc5214#section-6.1
const ISATAP = [0x00, 0x5e, 0xfe];

const LAST_BYTES = [12, 13, 14, 15];

const EMBEDDINGS: readonly Embedding[] = [
  // IPv4-compatible, and translated: https://www.rfc-editor.org/rfc/rfc4291#section-2.5.5.1,
  // rfc2765#section-2.1
  { network: networkOf("::/96"), at: [LAST_BYTES] },
  { network: networkOf("::ffff:0:0:0/96"), at: [LAST_BYTES] },
  // NAT64, well-known and local: https://www.rfc-editor.org/rfc/rfc6052#section-2.2, rfc8215
  { network: networkOf("64:ff9b::/96"), at: [LAST_BYTES] },
  {
    network: networkOf("64:ff9b:1::/48"),
    at: [[6, 7, 9, 10], [7, 9, 10, 11], [9, 10, 11, 12], LAST_BYTES],
  },
  // 6to4: https://www.rfc-editor.org/rfc/rfc3056#section-2
  { network: networkOf("2002::/16"), at: [[2, 3, 4, 5]] },
  // Teredo, the server and the client: https://www.rfc-editor.org/rfc/rfc4380#section-4
  { network: networkOf("2001::/32"), at: [[4, 5, 6, 7]] },
  { network: networkOf("2001::/32"), at: [LAST_BYTES], inverted: true },
];
