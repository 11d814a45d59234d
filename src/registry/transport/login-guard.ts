// A login goes where its registry is, over a connection as safe as that host's own entry asks for. Who wrote
// the entry counts: orchestrators deliver a package's own configuration, which must not send the logins of
// this machine in clear.

import { isAbsolute, parse, relative, resolve } from "node:path";
import type { Connection } from "./endpoint.ts";
import { Failure } from "./failure.ts";
import { isLoopbackName } from "./reach.ts";

/** Whose a login is: a package's own may go wherever the package says. */
export type LoginOwner = "machine" | "package";

/** Throws a Failure where a login must not travel to a URL, though a request without one may. */
export function guardLogin(url: URL, connection: Connection, owner: LoginOwner): void {
  if (isLoopbackName(url.hostname)) return;
  const isPlain = url.protocol === "http:";
  if (isPlain && !connection.plainHTTP) throw new Failure("plain-login", { host: url.host });
  if (owner === "package" || !connection.fromPackage) return;
  const detail = isPlain ? "in clear, over plain HTTP" : flawOfTls(connection);
  if (detail !== undefined) throw new Failure("package-login", { host: url.host, detail });
}

function flawOfTls({ insecureSkipTLSVerify, caFile }: Connection): string | undefined {
  if (insecureSkipTLSVerify) return "over TLS that is not verified";
  if (caFile === "" || !mayLieInPackage(caFile)) return undefined;
  return `over TLS that an authority of the package verifies (${JSON.stringify(caFile)})`;
}

/** Where this process finds its own folder, and what it has open, by names that are the same for all. */
const PROCESS_PLACES = /^\/(?:proc|dev)\//;

/**
 * A package brings files along, which lie where the function runs; of the rest of the machine it has no say.
 */
function mayLieInPackage(file: string): boolean {
  if (!isAbsolute(file) || PROCESS_PLACES.test(resolve(file))) return true;
  const here = resolve();
  // Containers work there, with the machine's files in folders beneath.
  if (here === parse(here).root) return false;
  const way = relative(here, file);
  return !way.startsWith("../") && !isAbsolute(way);
}
