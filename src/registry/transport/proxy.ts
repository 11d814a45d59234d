import { BlockList } from "node:net";
import { Failure, type Route } from "./failure.ts";
import { familyOf, isLoopbackName } from "./reach.ts";

/** Proxies as the environment names them; empty counts as absent. */
export interface ProxySettings {
  readonly httpProxy?: string | undefined;
  readonly httpsProxy?: string | undefined;
  readonly noProxy?: string | undefined;
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

/** Where a request goes: a proxy for plain HTTP gets the whole URL as path; one for HTTPS is asked for a tunnel by its agent. */
export function targetOf(
  url: URL,
  proxy: string | undefined,
): { readonly origin: string; readonly path: string } {
  const path = `${url.pathname}${url.search}`;
  if (proxy === undefined || url.protocol === "https:") return { origin: url.origin, path };
  return { origin: readProxy(proxy).uri, path: `${url.origin}${path}` };
}

/** What a proxy for plain HTTP wants to have with each request. */
export function proxyHeaders(url: URL, proxy: string | undefined): Readonly<Record<string, string>> {
  if (proxy === undefined || url.protocol === "https:") return {};
  return { host: url.host, ...proxyLogin(proxy) };
}

/** The header that a proxy is sent with its login, by us or by the agent that asks it for a tunnel. */
export function proxyLogin(proxy: string): Readonly<Record<string, string>> {
  const { token } = readProxy(proxy);
  return token === undefined ? {} : { "proxy-authorization": token };
}

/** A proxy to connect to. */
export interface Proxy {
  readonly uri: string;
  /** The value of its Proxy-Authorization header. */
  readonly token?: string;
}

/** Reads the address of a proxy as the environment has it, or throws a Failure. */
export function readProxy(written: string): Proxy {
  const url = toUrl(written);
  if (url === undefined) {
    const detail =
      'its address is not an http:// or https:// URL; a login in it has "/" written as %2F, and "@" as %40';
    throw new Failure("proxy", { host: UNNAMED, detail });
  }
  if (url.username === "" && url.password === "") return { uri: url.origin };
  const login = `${decode(url.username)}:${decode(url.password)}`;
  return { uri: url.origin, token: `Basic ${Buffer.from(login).toString("base64")}` };
}

const UNNAMED = "of the environment";

function toUrl(written: string): URL | undefined {
  const text = written.includes("://") ? written : `http://${written}`;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) return undefined;
  // Of `http://user:12/ss@proxy` the host would be "user", and a part of the password the port.
  return `${url.pathname}${url.search}${url.hash}`.includes("@") ? undefined : url;
}

/** A "%" that encodes nothing stands for itself, as a user who did not encode it means. */
function decode(text: string): string {
  return text.replace(/(?:%[0-9a-f]{2})+/gi, (bytes) =>
    Buffer.from(bytes.replaceAll("%", ""), "hex").toString("utf8"),
  );
}

/** The way to a URL, for messages; it holds no login. */
export function routeOf(url: URL, proxy: string | undefined): Route {
  const { host, origin } = url;
  if (proxy === undefined) return { host, origin };
  return { host, origin, proxy: toUrl(proxy)?.host || UNNAMED };
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
  if (familyOf(entry) === "ipv6") return sameAddress(entry, target.host);
  const { bracketed, plain, port } = ENTRY.exec(entry)?.groups ?? {};
  const host = bracketed ?? plain ?? "";
  if (host === "" || (port !== undefined && port !== target.port)) return false;
  return familyOf(host) !== undefined ? sameAddress(host, target.host) : inDomain(host, target.host);
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

function sameAddress(entry: string, host: string): boolean {
  return inBlock(`${entry}/${familyOf(entry) === "ipv4" ? 32 : 128}`, host);
}

function inDomain(entry: string, host: string): boolean {
  const domain = entry.startsWith("*.") ? entry.slice(1) : entry;
  if (domain.startsWith(".")) return host.endsWith(domain);
  return host === domain || host.endsWith(`.${domain}`);
}
