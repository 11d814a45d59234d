/** Where a node ends: what is needed to write after it. The events tell only where scalars end. */
import { EVENT_ID, SCALAR_STYLE } from "js-yaml";
import { elementsOf, entriesOf, eventOf, isFlow, startOf } from "./node.ts";
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
      const quoted = event.style === SCALAR_STYLE.SINGLE_QUOTED || event.style === SCALAR_STYLE.DOUBLE_QUOTED;
      return event.valueEnd + (quoted ? 1 : 0);
    }
    case EVENT_ID.MAPPING: {
      const last = entriesOf(yaml, node).at(-1);
      if (last === undefined) return skipToClosing(yaml.text, event.start + 1);
      const end = endOfEntry(yaml, last);
      return isFlow(yaml, node) && !isBarePair(yaml, node) ? skipToClosing(yaml.text, end) : end;
    }
    case EVENT_ID.SEQUENCE: {
      const last = elementsOf(yaml, node).at(-1);
      if (last === undefined) return skipToClosing(yaml.text, event.start + 1);
      const end = endOf(yaml, last, 0) || endOfEmptyElement(yaml, node);
      return isFlow(yaml, node) ? skipToClosing(yaml.text, end) : end;
    }
    default:
      return fallback;
  }
}

/** The offset behind an entry of a mapping; behind the colon where its value is empty. */
export function endOfEntry(
  yaml: YamlText,
  entry: { readonly key: YamlNode; readonly value: YamlNode },
): number {
  const endOfKey = endOf(yaml, entry.key, startOf(yaml, entry.key) ?? 0);
  return endOf(yaml, entry.value, skipColon(yaml.text, endOfKey));
}

/** The offset of the bracket or brace that closes a flow collection. */
export function closingBracket(yaml: YamlText, collection: YamlNode): number {
  return endOf(yaml, collection, 0) - 1;
}

/** True for the entry of `[a: b]`: a mapping without braces. */
function isBarePair(yaml: YamlText, mapping: YamlNode): boolean {
  const start = startOf(yaml, mapping) ?? 0;
  return yaml.text[start] !== "{" || startOf(yaml, mapping + 1) === start;
}

function skipColon(text: string, offset: number): number {
  const next = skipBlanks(text, offset);
  return text[next] === ":" ? next + 1 : offset;
}

/** The last dash of a block sequence stands behind its last element that is not empty. */
function endOfEmptyElement(yaml: YamlText, sequence: YamlNode): number {
  let end = startOf(yaml, sequence) ?? 0;
  for (const element of elementsOf(yaml, sequence)) {
    end = endOf(yaml, element, 0) || skipDash(yaml.text, end);
  }
  return end;
}

function skipDash(text: string, offset: number): number {
  const next = skipBlanks(text, offset);
  return text[next] === "-" ? next + 1 : offset;
}

/** From behind the last element of a flow collection to behind its bracket: commas, white space and comments between. */
function skipToClosing(text: string, offset: number): number {
  let position = offset;
  while (position < text.length) {
    position = skipBlanks(text, position);
    if (text[position] === "]" || text[position] === "}") return position + 1;
    position++;
  }
  return text.length;
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
