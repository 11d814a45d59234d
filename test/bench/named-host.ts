/** A name that is this machine's and not loopback's, with a certificate, as the registries of the world have them. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Command } from "./command.ts";

/** The name, and how commands know it. */
export interface NamedHost {
  readonly name: string;
  readonly key: string;
  readonly cert: string;
  /** The same command where the name is known, and its authority is trusted. */
  inside(command: Command): Command;
  remove(): void;
}

/**
 * Makes one, in a mount namespace of each command's own: nothing on the machine changes. Undefined where that is not to be had,
 * as without root, unshare or openssl.
 */
export function createNamedHost(): NamedHost | undefined {
  const folder = mkdtempSync(join(tmpdir(), "pin-digests-bench-"));
  const [hosts, key, cert] = ["hosts", "key.pem", "cert.pem"].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  writeFileSync(hosts, `127.0.0.1 localhost ${NAME}\n`);
  const remove = (): void => rmSync(folder, { recursive: true });
  const made = spawnSync("openssl", [...CERTIFICATE, "-keyout", key, "-out", cert], { stdio: "ignore" });
  const works = spawnSync("unshare", inNamespace(hosts, "getent", "hosts", NAME), { stdio: "ignore" });
  if (made.status !== 0 || works.status !== 0) {
    remove();
    return undefined;
  }
  return {
    name: NAME,
    key: readFileSync(key, "utf8"),
    cert: readFileSync(cert, "utf8"),
    inside: (command) => ({
      ...command,
      file: "unshare",
      args: inNamespace(hosts, command.file, ...command.args),
      env: { ...command.env, SSL_CERT_FILE: cert },
    }),
    remove,
  };
}

const NAME = "registry.bench";

const CERTIFICATE = [
  ..."req -x509 -nodes -days 2 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1".split(" "),
  ...["-subj", `/CN=${NAME}`, "-addext", `subjectAltName=DNS:${NAME}`],
];

function inNamespace(hosts: string, ...command: readonly string[]): readonly string[] {
  return ["--mount", "sh", "-c", 'mount --bind "$0" /etc/hosts && exec "$@"', hosts, ...command];
}
