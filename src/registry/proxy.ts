import { BlockList, isIP } from "node:net";
import { isLoopbackName } from "./guard.ts";

/** Proxies as the environment names them; empty counts as absent. */
export interface ProxySettings {
  readonly httpProxy?: string;
  readonly httpsProxy?: string;
  readonly noProxy?: string;
}

/**
 * The proxy for a URL, as Go's programs choose it: each scheme has its own, loopback has none, and NO_PROXY holds
 * `*`, IP addresses, CIDR blocks, and domains with (`.acme.io`, `*.acme.io`: below it only) or without a dot before
 * them, each with a port where it has one.
 *
 * https://pkg.go.dev/golang.org/x/net/http/httpproxy#Config
 */
export function chooseProxy(url: URL, settings: ProxySettings): string | undefined {
  const proxy = url.protocol === "https:" ? settings.httpsProxy : settings.httpProxy;
  if (proxy === undefined || proxy.trim() === "") return undefined;
  const host = url.hostname.replace(/^\[|\]$/g, "").toLowerCase();
  if (isLoopbackName(url.hostname)) return undefined;
  const port = url.port || (url.protocol === "https:" ? "443" : "80");
  const exempt = (settings.noProxy ?? "").split(",").some((entry) => exempts(entry.trim(), { host, port }));
  return exempt ? undefined : proxy.trim();
}

interface Target {
  readonly host: string;
  readonly port: string;
}

const ENTRY = /^(?:\[(?<bracketed>[^\]]*)\]|(?<plain>[^:]*))(?::(?<port>[0-9]+))?$/;

function exempts(written: string, target: Target): boolean {
  const entry = written.toLowerCase();
  if (entry === "") return false;
  if (entry === "*") return true;
  if (entry.includes("/")) return inBlock(entry, target.host);
  if (isIP(entry) === 6) return sameAddress(entry, target.host);
  const { bracketed, plain, port } = ENTRY.exec(entry)?.groups ?? {};
  const host = bracketed ?? plain ?? "";
  if (host === "" || (port !== undefined && port !== target.port)) return false;
  return isIP(host) !== 0 ? sameAddress(host, target.host) : inDomain(host, target.host);
}

function inBlock(entry: string, host: string): boolean {
  const [address = "", bits = ""] = entry.split("/");
  const family = familyOf(address);
  const length = Number(bits);
  if (family === undefined || familyOf(host) !== family || !/^[0-9]{1,3}$/.test(bits)) return false;
  if (length > (family === "ipv4" ? 32 : 128)) return false;
  const block = new BlockList();
  block.addSubnet(address, length, family);
  return block.check(host, family);
}

function familyOf(address: string): "ipv4" | "ipv6" | undefined {
  const version = isIP(address);
  if (version === 0) return undefined;
  return version === 4 ? "ipv4" : "ipv6";
}

function sameAddress(entry: string, host: string): boolean {
  return inBlock(`${entry}/${isIP(entry) === 4 ? 32 : 128}`, host);
}

function inDomain(entry: string, host: string): boolean {
  const domain = entry.startsWith("*.") ? entry.slice(1) : entry;
  if (domain.startsWith(".")) return host.endsWith(domain);
  return host === domain || host.endsWith(`.${domain}`);
}
