/** Where nodes end, and where the members of a collection stand: the events tell only where scalars do. */
import { EVENT_ID, SCALAR_STYLE } from "js-yaml";
import {
  behind,
  elementsOf,
  eventOf,
  hasProperties,
  isFlow,
  keysOf,
  kindOf,
  type Range,
  startOf,
  type YamlEntry,
} from "./node.ts";
import type { YamlNode, YamlText } from "./scan.ts";

/**
 * The offset behind a node's last character, with closing quotes and brackets, without the comment behind it.
 * `fallback` is given for an empty node, which stands nowhere.
 */
export function endOf(yaml: YamlText, node: YamlNode, fallback: number): number {
  const event = eventOf(yaml, node);
  switch (event.type) {
    case EVENT_ID.ALIAS:
      return event.anchorEnd;
    case EVENT_ID.SCALAR: {
      if (event.valueStart === -1) return Math.max(event.tagEnd, event.anchorEnd, fallback);
      const isQuoted =
        event.style === SCALAR_STYLE.SINGLE_QUOTED || event.style === SCALAR_STYLE.DOUBLE_QUOTED;
      return event.valueEnd + (isQuoted ? 1 : 0);
    }
    case EVENT_ID.MAPPING:
    case EVENT_ID.SEQUENCE: {
      const layout = layoutOf(yaml, node);
      const end = layout.endOfLast();
      return isFlow(yaml, node) && !isBarePair(yaml, node) ? skipToClosing(yaml.text, end) : end;
    }
    default:
      return fallback;
  }
}

/** The offset of the bracket or brace that closes a flow collection. */
export function closingBracket(yaml: YamlText, collection: YamlNode): number {
  return endOf(yaml, collection, 0) - 1;
}

/** How the members of a collection stand. */
export interface Layout {
  readonly size: number;
  /** Where the first member may begin: behind the bracket that opens a flow collection. */
  readonly inside: number;
  /** Behind the last member; inside where there is none. */
  endOfLast(): number;
  /** An element with its dash, or an entry with its question mark, properties, key, colon and value. */
  spanOf(index: number): Range;
  /** An element, or the value of an entry. */
  valueOf(index: number): YamlNode;
}

/** How the elements of a sequence, or the entries of a mapping, stand in the text. */
export function layoutOf(yaml: YamlText, collection: YamlNode): Layout {
  const isMapping = kindOf(yaml, collection) === "mapping";
  const members = isMapping ? keysOf(yaml, collection) : elementsOf(yaml, collection);
  const start = startOf(yaml, collection) ?? 0;
  const inside = isFlow(yaml, collection) && !isBarePair(yaml, collection) ? start + 1 : start;

  function endOfMember(index: number): number {
    const member = members[index];
    if (member === undefined) return inside;
    const end = isNothing(yaml, member) ? behindSign(startOfMember(index)) : endOf(yaml, member, 0);
    return isMapping ? endOf(yaml, behind(yaml, member), skipColon(yaml.text, end)) : end;
  }

  /** Where nothing stands in the place of a key or an element, a question mark or a dash may. */
  function behindSign(offset: number): number {
    return /[-?]/.test(yaml.text[offset] ?? "") ? offset + 1 : offset;
  }

  function startOfMember(index: number): number {
    // A list of nothing may be longer than the stack is deep.
    let known = index;
    while (known > 0 && isNothing(yaml, members[known - 1] ?? 0)) known--;
    let position = endOfMember(known - 1);
    for (; known < index; known++) {
      const end = behindSign(skipSeparators(yaml.text, position));
      const value = behind(yaml, members[known] ?? 0);
      position = isMapping ? endOf(yaml, value, skipColon(yaml.text, end)) : end;
    }
    return skipSeparators(yaml.text, position);
  }

  return {
    size: members.length,
    inside,
    endOfLast: () => endOfMember(members.length - 1),
    spanOf: (index) => ({ start: startOfMember(index), end: endOfMember(index) }),
    valueOf: (index) => {
      const member = members[index] ?? collection;
      return isMapping ? behind(yaml, member) : member;
    },
  };
}

/** Where the parts of an entry stand whose key is not empty. */
export interface EntryLayout {
  readonly keyEnd: number;
  /** The offset behind the colon; undefined where there is none. */
  readonly colonEnd: number | undefined;
  /** Where the value begins, with its properties, quotes or header; undefined where there is none. */
  readonly valueStart: number | undefined;
  /** The offset behind the value, the colon or the key. */
  readonly end: number;
}

/** How an entry stands in the text. */
export function entryLayout(yaml: YamlText, { key, value }: YamlEntry): EntryLayout {
  const { text } = yaml;
  const keyEnd = endOf(yaml, key, 0);
  const next = skipColon(text, keyEnd);
  const colonEnd = next === keyEnd ? undefined : next;
  const hasValue = !isNothing(yaml, value);
  return {
    keyEnd,
    colonEnd,
    valueStart: hasValue ? skipBlanks(text, next) : undefined,
    end: endOf(yaml, value, next),
  };
}

/** True for a node without a character of its own. */
function isNothing(yaml: YamlText, node: YamlNode): boolean {
  return startOf(yaml, node) === undefined && !hasProperties(yaml, node);
}

/** True for the entry of `[a: b]`: a mapping without braces. */
export function isBarePair(yaml: YamlText, mapping: YamlNode): boolean {
  if (kindOf(yaml, mapping) !== "mapping" || !isFlow(yaml, mapping)) return false;
  const start = startOf(yaml, mapping) ?? 0;
  return yaml.text[start] !== "{" || startOf(yaml, mapping + 1) === start;
}

function skipColon(text: string, offset: number): number {
  const next = skipBlanks(text, offset);
  return text[next] === ":" ? next + 1 : offset;
}

/** From behind the last member of a flow collection to behind its bracket: a comma, white space and comments between. */
function skipToClosing(text: string, offset: number): number {
  return Math.min(skipSeparators(text, offset) + 1, text.length);
}

function skipSeparators(text: string, offset: number): number {
  let position = skipBlanks(text, offset);
  while (text[position] === ",") position = skipBlanks(text, position + 1);
  return position;
}

function skipBlanks(text: string, offset: number): number {
  let position = offset;
  for (;;) {
    const character = text[position];
    if (character === "#") {
      const end = text.indexOf("\n", position);
      position = end === -1 ? text.length : end + 1;
    } else if (character !== undefined && /\s/.test(character)) {
      position++;
    } else {
      return position;
    }
  }
}
