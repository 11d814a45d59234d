import { quote } from "../text/quote.ts";

declare const brand: unique symbol;

/**
 * The digest of a manifest: `sha256:` and 64 lower-case hexadecimal digits, or `sha512:` and 128.
 * Only this file makes one, so holding one means that it was checked.
 *
 * https://github.com/opencontainers/image-spec/blob/v1.1.1/descriptor.md#digests
 */
export type Digest = string & { readonly [brand]: true };

/** Reads a digest, or throws an InvalidDigestError that says which part of it is wrong. */
export function parseDigest(text: string): Digest {
  if (isDigest(text)) return text;
  const { algorithm, encoded } = SHAPE.exec(text)?.groups ?? {};
  if (algorithm === undefined || encoded === undefined) {
    throw new InvalidDigestError(
      "format",
      // A caller without a compiler may give anything.
      `${quote(String(text))} is not a digest: write "sha256:" and 64 hexadecimal digits`,
    );
  }
  const length = ENCODED_LENGTHS.get(algorithm);
  if (length === undefined) {
    throw new InvalidDigestError(
      "algorithm",
      `unsupported digest algorithm ${quote(algorithm)}: ${adviseAlgorithm(algorithm)}`,
    );
  }
  if (encoded.length !== length) {
    throw new InvalidDigestError(
      "length",
      `invalid checksum digest length: ${algorithm} has ${length} hexadecimal digits, not ${encoded.length}`,
    );
  }
  throw new InvalidDigestError(
    "hexadecimal",
    `invalid checksum digest format: ${quote(encoded)} has other characters than the digits 0-9 and lower-case a-f`,
  );
}

/** Tells whether a text is a digest that may be written into a reference. */
export function isDigest(text: string): text is Digest {
  return DIGEST.test(text);
}

/** What is wrong with a digest. */
export type InvalidDigestCode = "format" | "algorithm" | "length" | "hexadecimal";

/** A text that is not a digest; the message says why, in the words of the go-digest library where it has some. */
export class InvalidDigestError extends Error {
  override readonly name = "InvalidDigestError";
  readonly code: InvalidDigestCode;

  constructor(code: InvalidDigestCode, message: string) {
    super(message);
    this.code = code;
  }
}

const DIGEST = /^(?:sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$/;
const SHAPE = /^(?<algorithm>[A-Za-z][A-Za-z0-9+._-]*):(?<encoded>[A-Za-z0-9=_-]*)$/;

// sha384 is registered with OCI, but containerd and the kubelet refuse it.
const ENCODED_LENGTHS: ReadonlyMap<string, number> = new Map([
  ["sha256", 64],
  ["sha512", 128],
]);

function adviseAlgorithm(algorithm: string): string {
  const lowerCase = algorithm.toLowerCase();
  return ENCODED_LENGTHS.has(lowerCase) ? `write ${quote(lowerCase)}` : `use "sha256" or "sha512"`;
}
