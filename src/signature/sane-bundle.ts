/**
 * Bounds of a bundle that a registry sends, held before anything is made of it: what reads bundles takes numbers of any
 * length, and the names in a checkpoint for regular expressions.
 */
import { fieldsOf } from "../text/json.ts";

/** What is odd about a bundle; undefined where nothing is. */
export function oddityOf(bundle: unknown): string | undefined {
  const { dsseEnvelope, messageSignature, verificationMaterial } = fieldsOf(bundle);
  if (dsseEnvelope !== undefined && messageSignature !== undefined) return "is of two kinds at once";
  const material = fieldsOf(verificationMaterial);
  const keys = ["publicKey", "x509CertificateChain", "certificate"].filter(
    (name) => material[name] !== undefined,
  );
  if (keys.length !== 1) return "names not exactly one signer";
  const { payload, ...envelope } = fieldsOf(dsseEnvelope);
  const entries = listOf(material.tlogEntries).map((entry) => {
    const { canonicalizedBody, ...others } = fieldsOf(entry);
    return { body: canonicalizedBody, others };
  });
  if (entries.length > ENTRIES_MAX) return "has too many log entries";
  if (entries.some(({ body }) => typeof body === "string" && body.length > BODY_MAX))
    return "has a log entry that is too large";
  const small = [
    envelope,
    messageSignature,
    { ...material, tlogEntries: entries.map(({ others }) => others) },
  ];
  if (!isSmall(small, { left: VALUES_MAX })) return "has more in it than a signature needs";
  const notes = entries.map(({ others }) => checkpointOf(others));
  if (notes.some((note) => !isOrdinaryNote(note))) return "has a checkpoint that no log would write";
  return undefined;
}

const ENTRIES_MAX = 8;
const BODY_MAX = 2 * 1_048_576;
const VALUES_MAX = 2_000;
const TEXT_MAX = 65_536;
const CHECKPOINT_MAX = 16_384;
const NUMBER_MAX = 20;

/** True where a value has only so many values in it, none of them long. */
function isSmall(value: unknown, budget: { left: number }, name = ""): boolean {
  budget.left -= 1;
  if (budget.left < 0) return false;
  if (typeof value === "string")
    return value.length <= (/(?:Index|Size|Time)$/.test(name) ? NUMBER_MAX : TEXT_MAX) && PLAIN.test(value);
  if (typeof value !== "object" || value === null) return true;
  return Object.entries(value).every(([key, each]) => isSmall(each, budget, key));
}

// A lock is to keep it; the dash begins the signatures of a checkpoint.
const PLAIN = /^[\n\x20-\x7e\u2014]*$/;

function checkpointOf(entry: unknown): string {
  const { inclusionProof } = fieldsOf(entry);
  const { envelope } = fieldsOf(fieldsOf(fieldsOf(inclusionProof).checkpoint));
  return typeof envelope === "string" ? envelope : "";
}

/** A checkpoint: origin, size, hash and more lines, then signatures. https://github.com/C2SP/C2SP/blob/main/signed-note.md */
function isOrdinaryNote(note: string): boolean {
  if (note.length > CHECKPOINT_MAX) return false;
  const lines = note.split("\n");
  if (note !== "" && (lines[1] ?? "").length > NUMBER_MAX) return false;
  return lines.every((line) => !line.includes("\u2014") || SIGNED_BY.test(line));
}

const SIGNED_BY = /^\u2014 [\w.:/-]{1,200} [A-Za-z0-9+/=]{1,2048}$/;

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
