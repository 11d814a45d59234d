/** Rules about signatures with what their files hold. */
import type { KeyObject } from "node:crypto";
import { resolve } from "node:path";
import { TrustedRoot } from "@sigstore/protobuf-specs";
import { toTrustMaterial } from "@sigstore/verify";
import type { OwnedSignatureRule } from "../config/trust-rules.ts";
import { readTextFile, UnfitFileError } from "../fs/read.ts";
import { isSystemError, reasonOf } from "../fs/system-error.ts";
import { withoutKey } from "../text/without-key.ts";
import { KeyError, parseKey } from "./key.ts";

/** A rule that signatures can be held against. */
export interface LoadedRule extends Omit<OwnedSignatureRule, "keys" | "trustedRoot"> {
  readonly keys: readonly KeyObject[];
  readonly trustedRoot: TrustedRoot | undefined;
}

/** Rules that can't be used, each line of the message for one fault. */
export class RuleError extends Error {
  override readonly name = "RuleError";

  constructor(faults: readonly string[]) {
    super(faults.join("\n"));
  }
}

/**
 * Reads the files that rules name.
 *
 * @throws {RuleError}
 */
export async function loadRules(rules: readonly OwnedSignatureRule[]): Promise<readonly LoadedRule[]> {
  const faults: string[] = [];
  const loaded = rules.map(async (rule): Promise<LoadedRule> => {
    const { label, folder } = rule;
    const attempt = async <T>(name: string, task: () => Promise<T>): Promise<T | undefined> => {
      try {
        return await task();
      } catch (error) {
        if (!isExpected(error)) throw error;
        faults.push(`${label}: \`${name}\` ${messageOf(error)}`);
        return undefined;
      }
    };
    const keys = await Promise.all(
      rule.keys.map((key, index) => attempt(`keys[${index}]`, () => loadKey(key, folder))),
    );
    const { trustedRoot } = rule;
    const root =
      trustedRoot === undefined
        ? undefined
        : await attempt("trustedRoot", () => loadTrustedRoot(trustedRoot, folder));
    return { ...rule, keys: keys.filter((key) => key !== undefined), trustedRoot: root };
  });
  const all = await Promise.all(loaded);
  if (faults.length > 0) throw new RuleError(faults.toSorted());
  return all;
}

async function loadKey(key: string, folder: string | undefined): Promise<KeyObject> {
  return parseKey(key.includes("-----BEGIN") ? key : await readFrom(key, folder));
}

/** A file that is not what it is to be. */
class FileError extends Error {
  override readonly name = "FileError";
}

async function loadTrustedRoot(file: string, folder: string | undefined): Promise<TrustedRoot> {
  const text = await readFrom(file, folder);
  try {
    const root = TrustedRoot.fromJSON(JSON.parse(text));
    // Throws where a key or a certificate in it can't be read.
    toTrustMaterial(root);
    if (root.mediaType.startsWith("application/vnd.dev.sigstore.trustedroot")) return root;
  } catch (error) {
    throw new FileError(`${JSON.stringify(file)} must be a Sigstore trusted root in JSON`, { cause: error });
  }
  throw new FileError(
    `${JSON.stringify(file)} must be a Sigstore trusted root, and has another \`mediaType\``,
  );
}

async function readFrom(file: string, folder: string | undefined): Promise<string> {
  if (folder === undefined)
    throw new FileError(
      "names a file, which only a configuration of `-f` or PIN_DIGESTS_POLICY may; write the key here in PEM",
    );
  return readTextFile(resolve(folder, file));
}

function isExpected(error: unknown): boolean {
  return (
    error instanceof FileError ||
    error instanceof KeyError ||
    error instanceof UnfitFileError ||
    isSystemError(error)
  );
}

function messageOf(error: unknown): string {
  const isOwn = error instanceof FileError || error instanceof KeyError;
  const message = isOwn ? error.message : `must name a file that can be read: ${reasonOf(error)}`;
  return withoutKey(message);
}
