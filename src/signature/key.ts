/** Public keys in PEM, as `cosign generate-key-pair` and openssl write them. */
import { createPublicKey, type KeyObject } from "node:crypto";

/** A text that is no key by which signatures are judged. */
export class KeyError extends Error {
  override readonly name = "KeyError";
}

/**
 * Reads a public key: ECDSA on a NIST curve, Ed25519 or RSA.
 *
 * @throws {KeyError} which never quotes the text, since it may be a private key
 */
export function parseKey(pem: string): KeyObject {
  const begin = BEGIN.exec(pem);
  const label = begin?.groups?.label ?? "";
  if (/PGP/.test(label)) throw new KeyError("is a key of GPG, whose signatures are not supported");
  if (/PRIVATE/.test(label))
    throw new KeyError("is a private key: name the public one, and treat this one as no secret any more");
  if (/CERTIFICATE/.test(label))
    throw new KeyError(
      "is a certificate, and must be a public key; signatures of Notation are not supported",
    );
  if (begin === null) throw new KeyError("must be a public key in PEM, and has no -----BEGIN");
  const key = readPem(pem);
  const { asymmetricKeyType: type = "", asymmetricKeyDetails: details } = key;
  if (!KEY_TYPES.has(type)) throw new KeyError(`must be a key for ECDSA, Ed25519 or RSA, but is for ${type}`);
  if (type === "rsa" && (details?.modulusLength ?? 0) < RSA_BITS_MIN)
    throw new KeyError(`must have at least ${RSA_BITS_MIN} bits, but has ${details?.modulusLength}`);
  return key;
}

// A file of a key may begin with white space or a comment.
const BEGIN = /^-----BEGIN (?<label>[A-Z0-9 ]{1,64})-----/m;

const KEY_TYPES: ReadonlySet<string> = new Set(["ec", "ed25519", "rsa"]);

const RSA_BITS_MIN = 2048;

function readPem(pem: string): KeyObject {
  try {
    return createPublicKey(pem);
  } catch {
    // What the library says may quote the text.
    throw new KeyError("must be a public key in PEM, and can't be read as one");
  }
}
