import { isIPv4 } from "node:net";
import { IdentityError } from "./cloud-provider.ts";

/**
 * The URL of an endpoint that is given a secret, from the environment or from a file of credentials, where `setting`
 * names it: HTTPS, or plain HTTP to this machine or to a host that `isAllowedPlain` knows.
 */
export function requireEndpoint(
  url: string,
  setting: string,
  isAllowedPlain: (hostname: string) => boolean = () => false,
): string {
  const { protocol, hostname } = URL.canParse(url) ? new URL(url) : { protocol: "", hostname: "" };
  if (protocol === "https:") return url;
  if (protocol === "http:" && (isLoopback(hostname) || isAllowedPlain(hostname))) return url;
  throw new IdentityError(
    `wanted an https URL for ${setting}: anything else would give a secret to the network`,
  );
}

/** True for an address of IPv4 that is not routed, where clouds keep services of the machine. */
export function isLinkLocal(hostname: string): boolean {
  return isIPv4(hostname) && hostname.startsWith("169.254.");
}

function isLoopback(hostname: string): boolean {
  return (
    hostname === "localhost" || hostname === "[::1]" || (isIPv4(hostname) && hostname.startsWith("127."))
  );
}
