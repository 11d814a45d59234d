/** Whether what a user's pattern matches in a text is a whole reference there, or a part of one. */
import type { Range } from "../yaml/node.ts";

/** A match of a pattern. */
export interface Match extends Range {
  /** True where the reference goes on before or behind it: a digest written there would break it, or be another's. */
  readonly isPart: boolean;
}

/**
 * The matches, each with the digest that stands right behind it, without which it would get a second one. A match within a
 * digest of the one before it is none.
 */
export function wholeMatches(text: string, matches: readonly Range[]): readonly Match[] {
  const whole: Match[] = [];
  let covered = 0;
  for (const { start, end: ownEnd } of matches) {
    if (start < covered) continue;
    const end = text.slice(start, ownEnd).includes("@") ? ownEnd : endOfDigest(text, ownEnd);
    covered = end;
    whole.push({ start, end, isPart: beginsBefore(text, start) || goesOnAt(text, end) });
  }
  return whole;
}

function endOfDigest(text: string, at: number): number {
  digest.lastIndex = at;
  return digest.test(text) ? digest.lastIndex : at;
}

const digest = /@sha(?:256:[0-9a-f]{64}|512:[0-9a-f]{128})(?!\w)/y;

/**
 * A dot or a dash may end a sentence, and a colon a message: they go on with a reference only where more of it follows, or
 * what a template fills in.
 */
function goesOnAt(text: string, at: number): boolean {
  further.lastIndex = at;
  return further.test(text);
}

const further = /@|[:/.+-]{0,9}(?:\w|\$[\w({]|\{\{|%\w)|[:/.+-]{1,9}</y;

/** A scheme, a key with a colon, a short option, or the escape of a line break may stand right before a reference. */
function beginsBefore(text: string, at: number): boolean {
  const before = text.slice(Math.max(0, at - 3), at);
  return /[\w@.+/}-]$/.test(before) && !/:\/\/$|\\[abefnrtv]$|(?:^|[\s"'])-[A-Za-z]$/.test(before);
}
