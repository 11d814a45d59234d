import { X509Certificate } from "node:crypto";
import { join } from "node:path";
import type { SecureContext } from "node:tls";
import { readFolder, readTextFile, UnfitFileError } from "../../fs/read.ts";
import { codeOf } from "../../fs/system-error.ts";
import { withoutKey } from "../../text/without-key.ts";
import type { Connection } from "./endpoint.ts";
import { Failure } from "./failure.ts";

/** How TLS is to be spoken with a host; equal keys stand for equal options. */
export interface TlsSetup {
  readonly key: string;
  /** Trusts the authorities that were given, where there are any, and else the system's. */
  readonly options: TlsOptions;
  /**
   * Trusts the system's authorities beside those that were given; absent where that makes no difference. A host that has an
   * authority of its own mostly has it alone, and to read all of the system's takes longer than to ask for an image.
   */
  readonly withSystem?: () => Promise<TlsOptions>;
}

/** What Node's TLS is told. */
interface TlsOptions {
  readonly secureContext?: SecureContext;
  readonly rejectUnauthorized: boolean;
}

/** For connections without TLS. */
export const noTls: TlsSetup = { key: "", options: { rejectUnauthorized: true } };

/** Where certificates are, besides the entries of the configuration. */
export interface CertificateSources {
  /** Authorities for all hosts; one that can't be read is passed over with a warning. */
  readonly extraCaFiles: readonly string[];
  /** Folders in the manner of /etc/docker/certs.d: `<host[:port]>/*.crt`, `*.cert` with `*.key`. */
  readonly certsDirectories: readonly string[];
  readonly warn: (message: string) => void;
}

/** Prepares TLS for connections, each distinct set of certificates once: parsing the system's costs 50 ms. */
export function createTlsSetups(sources: CertificateSources): (connection: Connection) => Promise<TlsSetup> {
  const setups = new Map<string, Promise<TlsSetup>>();
  const contexts = new Map<string, Contexts>();
  let extra: Promise<readonly string[]> | undefined;

  async function prepare(connection: Connection): Promise<TlsSetup> {
    const { caFile, certFile, keyFile, insecureSkipTLSVerify } = connection;
    const found = await findInDirectories(sources.certsDirectories, connection.certificateNames);
    const caFiles = caFile === "" ? found.caFiles : [caFile, ...found.caFiles];
    const pair = certFile === "" ? found.pair : { certFile, keyFile: keyFile === "" ? certFile : keyFile };
    extra ??= readExtra(sources);
    const extraCas = await extra;
    const key = JSON.stringify([insecureSkipTLSVerify, caFiles, pair]);
    const rejectUnauthorized = !insecureSkipTLSVerify;
    if (caFiles.length === 0 && extraCas.length === 0 && pair === undefined) {
      return { key, options: { rejectUnauthorized } };
    }
    const cas = [...extraCas, ...(await Promise.all(caFiles.map(readAuthority)))];
    const identity = pair && {
      cert: await readCertificateFile(pair.certFile),
      key: await readCertificateFile(pair.keyFile),
    };
    const made =
      contexts.get(key) ?? createContexts(cas, identity, [...caFiles, ...(pair ? [pair.certFile] : [])]);
    contexts.set(key, made);
    const options = { secureContext: await made.given, rejectUnauthorized };
    if (cas.length === 0 || !rejectUnauthorized) return { key, options };
    return {
      key,
      options,
      withSystem: async () => ({ secureContext: await made.withSystem(), rejectUnauthorized }),
    };
  }

  return (connection) => {
    const { caFile, certFile, keyFile, insecureSkipTLSVerify, certificateNames } = connection;
    const key = JSON.stringify([caFile, certFile, keyFile, insecureSkipTLSVerify, certificateNames]);
    const setup = setups.get(key) ?? prepare(connection);
    setups.set(key, setup);
    return setup;
  };
}

interface Pair {
  readonly certFile: string;
  readonly keyFile: string;
}

interface Found {
  readonly caFiles: readonly string[];
  readonly pair: Pair | undefined;
}

async function findInDirectories(roots: readonly string[], names: readonly string[]): Promise<Found> {
  const directories = roots.flatMap((root) => names.map((name) => join(root, name)));
  const files = (await Promise.all(directories.map(listFiles))).flat();
  const certFile = files.find((file) => file.endsWith(".cert") && files.includes(keyFileOf(file)));
  return {
    caFiles: files.filter((file) => file.endsWith(".crt")),
    pair: certFile === undefined ? undefined : { certFile, keyFile: keyFileOf(certFile) },
  };
}

async function listFiles(directory: string): Promise<readonly string[]> {
  try {
    return (await readFolder(directory)).toSorted().map((file) => join(directory, file));
  } catch {
    // Most hosts have no folder, and one that may not be read is another user's.
    return [];
  }
}

function keyFileOf(certFile: string): string {
  return certFile.replace(/\.cert$/, ".key");
}

async function readExtra({ extraCaFiles, warn }: CertificateSources): Promise<readonly string[]> {
  const read = extraCaFiles.map(async (file) => {
    try {
      return [await readAuthority(file)];
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      warn(`the authorities in SSL_CERT_FILE or NODE_EXTRA_CA_CERTS were not used: ${error.detail}`);
      return [];
    }
  });
  return (await Promise.all(read)).flat();
}

async function readAuthority(file: string): Promise<string> {
  const text = await readCertificateFile(file);
  try {
    new X509Certificate(text);
  } catch (cause) {
    // TLS itself would pass it over in silence.
    throw new Failure("certificate-file", { detail: `${JSON.stringify(file)} holds no certificate`, cause });
  }
  return text;
}

async function readCertificateFile(file: string): Promise<string> {
  const text = await readText(file);
  if (!text.includes("-----BEGIN ")) {
    throw new Failure("certificate-file", { detail: `${JSON.stringify(file)} holds no PEM` });
  }
  return text;
}

async function readText(file: string): Promise<string> {
  try {
    return await readTextFile(file);
  } catch (cause) {
    const detail = withoutKey(
      cause instanceof UnfitFileError
        ? cause.message
        : `${JSON.stringify(file)} can't be read: ${codeOf(cause) ?? "unreadable"}`,
    );
    throw new Failure("certificate-file", { detail, cause });
  }
}

interface Contexts {
  readonly given: Promise<SecureContext>;
  /** Made when it is wanted first. */
  withSystem(): Promise<SecureContext>;
}

function createContexts(
  cas: readonly string[],
  identity: Identity | undefined,
  files: readonly string[],
): Contexts {
  let withSystem: Promise<SecureContext> | undefined;
  return {
    given: createContext(() => (cas.length === 0 ? {} : { ca: [...cas] }), identity, files),
    withSystem() {
      // `ca` replaces the built-in authorities, so they are given again.
      withSystem ??= createContext((tls) => ({ ca: [...defaultCas(tls), ...cas] }), identity, files);
      return withSystem;
    },
  };
}

interface Identity {
  readonly cert: string;
  readonly key: string;
}

async function createContext(
  authorities: (tls: typeof import("node:tls")) => { readonly ca?: string[] },
  identity: Identity | undefined,
  files: readonly string[],
): Promise<SecureContext> {
  // Most runs have no authorities of their own, and a registry on loopback speaks no TLS.
  const tls = await import("node:tls");
  try {
    return tls.createSecureContext({ ...authorities(tls), ...identity });
  } catch (cause) {
    const names = files.map((file) => JSON.stringify(file)).join(", ");
    throw new Failure("certificate-file", {
      detail: `${names || "the extra authorities"} can't be used`,
      cause,
    });
  }
}

function defaultCas(tls: typeof import("node:tls")): readonly string[] {
  // Node 22.15 and later know what their flags have made the default; the types are Node 20's.
  const { getCACertificates } = tls as { getCACertificates?: (type: "default") => readonly string[] };
  return getCACertificates?.("default") ?? tls.rootCertificates;
}
