/** The entries of a lock: an image, and what it meant. */
import { nearestName } from "../../config/nearest-name.ts";
import { type Digest, InvalidDigestError, isDigest, parseDigest } from "../../image/digest.ts";
import { InvalidPlatformError, parsePlatform } from "../../image/platform.ts";
import {
  type ImageReference,
  InvalidReferenceError,
  parseReference,
  textWithoutDigest,
} from "../../image/reference.ts";
import { quote } from "../../text/quote.ts";
import {
  behind,
  childOf,
  elementsOf,
  isMergeKey,
  keysOf,
  kindOf,
  scalarText,
  startOf,
  valuesOf,
} from "../../yaml/node.ts";
import type { YamlNode, YamlText } from "../../yaml/scan.ts";
import { toValue } from "../../yaml/to-value.ts";
import { type LockedEvidence, readEvidence } from "./evidence.ts";
import { describeNode, type LockProblem, textOf } from "./lock-problem.ts";
import type { LockedImage, NextDigest } from "./locked-image.ts";

/** One entry of a lock and where it stands. */
export interface LockEntry extends LockedImage {
  readonly key: YamlNode;
  readonly value: YamlNode;
}

/** A text that is read, and what hears of its faults. */
export interface Reading {
  readonly yaml: YamlText;
  readonly tell: (problem: LockProblem) => void;
}

/** Reads an entry; what can't be understood is told, and then there is none. */
export function readEntry({ yaml, tell }: Reading, key: YamlNode, value: YamlNode): readonly LockEntry[] {
  const text = scalarText(yaml, key);
  const path = `images[${text === undefined ? "?" : JSON.stringify(text)}]`;
  const problems: LockProblem[] = [];
  const reading = {
    yaml,
    tell: (problem: LockProblem): void => {
      problems.push(problem);
      tell(problem);
    },
  };
  const reference = text === undefined ? undefined : readKey(reading, { path, node: key, text });
  if (text === undefined) {
    tell({
      path,
      node: key,
      message: `a key of \`images\` must be an image, but is ${describeNode(yaml, key)}`,
    });
  }
  if (kindOf(yaml, value) !== "mapping") {
    const message = `an entry of \`images\` must be a map with a \`digest\`, but is ${describeNode(yaml, value)}`;
    tell({ path, node: value, message });
    return [];
  }
  checkFields(reading, { path, node: value });
  const digest = readDigest(reading, { path, node: value });
  const platform = childOf(yaml, value, "platform");
  const platforms = childOf(yaml, value, "platforms");
  const forPlatform =
    platform === undefined ? undefined : readPlatform(reading, { path: `${path}.platform`, node: platform });
  const seen =
    platforms === undefined
      ? undefined
      : readPlatforms(reading, { path: `${path}.platforms`, node: platforms });
  const waiting = childOf(yaml, value, "next");
  const next = waiting === undefined ? undefined : readNext(reading, { path: `${path}.next`, node: waiting });
  const kept = childOf(yaml, value, "evidence");
  const evidence =
    kept === undefined ? undefined : readEvidenceAt(reading, { path: `${path}.evidence`, node: kept });
  if (reference === undefined || digest === undefined || problems.length > 0) return [];
  const at = startOf(yaml, childOf(yaml, value, "digest") ?? value);
  return [{ reference, digest, at, platform: forPlatform, platforms: seen, next, evidence, key, value }];
}

const entryFields: readonly string[] = ["digest", "platform", "platforms", "next", "evidence"];

/** An entry may have fields of others, but with a misspelt `platform` the digest of one would count for all. */
function checkFields({ yaml, tell }: Reading, { path, node }: Place): void {
  const seen: string[] = [];
  for (const key of keysOf(yaml, node)) {
    const name = scalarText(yaml, key) ?? "";
    if (entryFields.includes(name)) {
      if (seen.includes(name)) {
        const message = `\`${name}\` must be there once, but here is another`;
        tell({ path: `${path}.${name}`, node: behind(yaml, key), message });
      }
      seen.push(name);
      continue;
    }
    if (isMergeKey(yaml, key)) {
      const message = "an entry of `images` must be written out, but a merge key brings in a part of it";
      tell({ path, node: key, message });
      continue;
    }
    const meant = nearestName(name, ["platform", "platforms"]);
    if (meant === undefined) continue;
    tell({ path, node: key, message: `unknown field ${quote(name)}: did you mean \`${meant}\`?` });
  }
}

interface Place {
  readonly path: string;
  readonly node: YamlNode;
}

function readKey(
  { tell }: Reading,
  { path, node, text }: Place & { text: string },
): ImageReference | undefined {
  try {
    const reference = parseReference(text);
    if (reference.digest === undefined) return reference;
    const message = `a key of \`images\` must be an image as it is written before it has a digest: write ${quote(textWithoutDigest(reference))}`;
    tell({ path, node, message });
  } catch (error) {
    if (!(error instanceof InvalidReferenceError)) throw error;
    tell({ path, node, message: `a key of \`images\` must be an image: ${error.message}` });
  }
  return undefined;
}

function readDigest({ yaml, tell }: Reading, { path, node }: Place): Digest | undefined {
  const [first] = valuesOf(yaml, node, "digest");
  const problem = (at: YamlNode, message: string): undefined => {
    tell({ path: `${path}.digest`, node: at, message: `\`digest\` must ${message}` });
  };
  if (first === undefined) return problem(node, "say what the image meant, but is missing");
  const text = textOf(yaml, first);
  if (text === undefined) {
    return problem(first, `be the text of a digest, but is ${describeNode(yaml, first)}`);
  }
  try {
    return parseDigest(text);
  } catch (error) {
    if (!(error instanceof InvalidDigestError)) throw error;
    return problem(first, `be a digest: ${error.message}`);
  }
}

function readNext({ yaml, tell }: Reading, { path, node }: Place): NextDigest | undefined {
  // Checked: a map or not, of which nothing is known.
  const { digest, seen } = (toValue(yaml, node) ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof digest === "string" && isDigest(digest) && typeof seen === "string" && TIME.test(seen))
    return { digest, seen };
  const message =
    "`next` must have a `digest` and the time at which it was `seen`, such as 2026-11-28T10:00:00Z";
  tell({ path, node, message });
  return undefined;
}

const TIME = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\dZ$/;

function readEvidenceAt(
  { yaml, tell }: Reading,
  { path, node }: Place,
): readonly LockedEvidence[] | undefined {
  const evidence = readEvidence(toValue(yaml, node));
  if (evidence === undefined) {
    const message =
      "`evidence` must be a list of bundles, as a run with `signatures` writes it: `mode: update` writes it anew";
    tell({ path, node, message });
  }
  return evidence;
}

function readPlatforms(reading: Reading, { path, node }: Place): readonly string[] | undefined {
  const { yaml, tell } = reading;
  if (kindOf(yaml, node) === "sequence") {
    return elementsOf(yaml, node).flatMap(
      (element, index) => readPlatform(reading, { path: `${path}[${index}]`, node: element }) ?? [],
    );
  }
  tell({
    path,
    node,
    message: `\`platforms\` must be a list of platforms, but is ${describeNode(yaml, node)}`,
  });
  return undefined;
}

function readPlatform({ yaml, tell }: Reading, { path, node }: Place): string | undefined {
  const text = textOf(yaml, node);
  if (text === undefined) {
    tell({ path, node, message: `a platform must be a text, but is ${describeNode(yaml, node)}` });
    return undefined;
  }
  try {
    return parsePlatform(text).name;
  } catch (error) {
    if (!(error instanceof InvalidPlatformError)) throw error;
    tell({ path, node, message: error.message });
    return undefined;
  }
}
