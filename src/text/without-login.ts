import { withoutKey } from "./without-key.ts";

/**
 * A text that somebody wrote for an address, fit for a message: what stands before an "@" may be a login, whatever
 * characters it has in it. One that was cut at its commas may end before the "@". A key may stand where an address goes.
 */
export function withoutLogin(written: string): string {
  const text = withoutKey(written);
  const { scheme = "", rest = "" } = ADDRESS.exec(text)?.groups ?? {};
  const at = rest.lastIndexOf("@");
  if (at >= 0) return `${scheme}…${rest.slice(at)}`;
  return scheme !== "" && !HOST.test(rest) ? `${scheme}…` : text;
}

const ADDRESS = /^(?<scheme>[A-Za-z][A-Za-z0-9+.-]*:\/\/)?(?<rest>.*)$/s;

// A host with or without a port, and a path.
const HOST = /^(?:[^:/?#[\]]*|\[[^\]]*\])(?::\d*)?(?:\/[^:]*)?$/;
