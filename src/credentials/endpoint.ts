import { isIPv4 } from "node:net";
import { IdentityError } from "./cloud.ts";

/**
 * The URL of an endpoint that is given a secret, from the environment or from a file of credentials, where `setting`
 * names it: HTTPS, or plain HTTP to this machine or to a host that `isLinkLocal` knows.
 */
export function requireEndpoint(
  url: string,
  setting: string,
  isLinkLocal: (hostname: string) => boolean = () => false,
): string {
  const { protocol, hostname } = URL.canParse(url) ? new URL(url) : { protocol: "", hostname: "" };
  if (protocol === "https:") return url;
  if (protocol === "http:" && (isLoopback(hostname) || isLinkLocal(hostname))) return url;
  throw new IdentityError(
    `wanted an https URL for ${setting}: anything else would give a secret to the network`,
  );
}

function isLoopback(hostname: string): boolean {
  return (
    hostname === "localhost" || hostname === "[::1]" || (isIPv4(hostname) && hostname.startsWith("127."))
  );
}
