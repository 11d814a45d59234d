/**
 * The second reader: `yaml` accepts what js-yaml refuses, such as a flow collection whose closing bracket stands at its
 * parent's indentation. It gives the same events, so that nobody else knows which of the two has read a text.
 */
import { CHOMPING_MODE, COLLECTION_STYLE, EVENT_ID, type Event, SCALAR_STYLE } from "js-yaml";
import {
  type Document,
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  type ParsedNode,
  parseAllDocuments,
  type Scalar,
} from "yaml";

/** The events of a text as `yaml` reads it, or undefined where `yaml` refuses it too. */
export function fallbackEvents(text: string): readonly Event[] | undefined {
  const documents = parseAllDocuments(text, {
    keepSourceTokens: true,
    logLevel: "silent",
    merge: false,
    uniqueKeys: false,
  });
  if (!Array.isArray(documents)) return [];
  const events: Event[] = [];
  for (const document of documents) {
    if (document.errors.length > 0) return undefined;
    events.push(documentEvent(document));
    pushNode(document.contents, { text, events });
    events.push({ type: EVENT_ID.POP });
  }
  return events;
}

interface Ranged {
  readonly range: readonly [number, number, number];
}

interface Sink {
  readonly text: string;
  readonly events: Event[];
}

function documentEvent(document: Document.Parsed): Event {
  const { docStart, docEnd } = document.directives;
  return { type: EVENT_ID.DOCUMENT, explicitStart: docStart === true, explicitEnd: docEnd, directives: [] };
}

function pushNode(node: ParsedNode | null, sink: Sink): void {
  if (node === null) {
    sink.events.push(emptyScalar(noProperties));
  } else if (isAlias(node)) {
    const [start, end] = node.range;
    sink.events.push({ type: EVENT_ID.ALIAS, anchorStart: start + 1, anchorEnd: end });
  } else if (isScalar(node)) {
    sink.events.push(scalarEvent(node, sink.text));
  } else if (isMap(node)) {
    sink.events.push({ type: EVENT_ID.MAPPING, ...collection(node, sink.text) });
    for (const pair of node.items) {
      pushNode(pair.key, sink);
      pushNode(pair.value, sink);
    }
    sink.events.push({ type: EVENT_ID.POP });
  } else if (isSeq(node)) {
    sink.events.push({ type: EVENT_ID.SEQUENCE, ...collection(node, sink.text) });
    for (const item of node.items) pushItem(item, sink);
    sink.events.push({ type: EVENT_ID.POP });
  }
}

/** A sequence may hold a bare pair, `[a: b]`, which is a mapping of one entry. */
function pushItem(item: unknown, sink: Sink): void {
  if (!isPair(item)) {
    // Checked: what a parsed sequence holds is a pair or a parsed node.
    pushNode(item as ParsedNode, sink);
    return;
  }
  const key = item.key as ParsedNode;
  sink.events.push({
    type: EVENT_ID.MAPPING,
    start: key.range[0],
    ...noProperties,
    style: COLLECTION_STYLE.FLOW,
  });
  pushNode(key, sink);
  pushNode(item.value as ParsedNode | null, sink);
  sink.events.push({ type: EVENT_ID.POP });
}

function collection(node: Ranged & { flow?: boolean }, text: string) {
  const start = node.range[0];
  const style = node.flow === true ? COLLECTION_STYLE.FLOW : COLLECTION_STYLE.BLOCK;
  return { start, ...properties(node, text), style };
}

function scalarEvent(node: Scalar & Ranged, text: string): Event {
  const [start, end] = node.range;
  const plain = {
    type: EVENT_ID.SCALAR,
    ...properties(node, text),
    chomping: CHOMPING_MODE.CLIP,
    indent: -1,
    fast: false,
  };
  switch (node.type) {
    case "QUOTE_SINGLE":
      return { ...plain, valueStart: start + 1, valueEnd: end - 1, style: SCALAR_STYLE.SINGLE_QUOTED };
    case "QUOTE_DOUBLE":
      return { ...plain, valueStart: start + 1, valueEnd: end - 1, style: SCALAR_STYLE.DOUBLE_QUOTED };
    case "BLOCK_LITERAL":
      return { ...plain, ...blockScalar(node, text), style: SCALAR_STYLE.LITERAL_BLOCK };
    case "BLOCK_FOLDED":
      return { ...plain, ...blockScalar(node, text), style: SCALAR_STYLE.FOLDED_BLOCK };
    default:
      return start === end
        ? emptyScalar(properties(node, text))
        : { ...plain, valueStart: start, valueEnd: end, style: SCALAR_STYLE.PLAIN };
  }
}

function blockScalar(node: Scalar & Ranged, text: string) {
  const [start, end] = node.range;
  const valueStart = text.indexOf("\n", start) + 1 || end;
  const header = text.slice(start, valueStart);
  const explicit = /^[|>][-+]?(?<width>[1-9])/.exec(header)?.groups?.width;
  const firstLine = /^(?: *\r?\n)*(?<spaces> *)/.exec(text.slice(valueStart, end))?.groups?.spaces ?? "";
  const parent = node.srcToken !== undefined && "indent" in node.srcToken ? node.srcToken.indent : 0;
  const chomping = /^[|>][1-9]?(?<sign>[-+])/.exec(header)?.groups?.sign;
  return {
    valueStart,
    valueEnd: end,
    indent: explicit === undefined ? firstLine.length : Math.max(parent, 0) + Number(explicit),
    chomping:
      chomping === "+" ? CHOMPING_MODE.KEEP : chomping === "-" ? CHOMPING_MODE.STRIP : CHOMPING_MODE.CLIP,
  };
}

const noProperties = { anchorStart: -1, anchorEnd: -1, tagStart: -1, tagEnd: -1 };

function emptyScalar(properties: typeof noProperties): Event {
  const value = { valueStart: -1, valueEnd: -1, style: SCALAR_STYLE.PLAIN, chomping: CHOMPING_MODE.CLIP };
  return { type: EVENT_ID.SCALAR, ...value, ...properties, indent: -1, fast: false };
}

/** The anchor and the tag that stand before a node; `yaml` says which there are, but not where. */
function properties(
  node: Ranged & { readonly anchor?: string; readonly tag?: string },
  text: string,
): typeof noProperties {
  const found = { ...noProperties };
  let end = node.range[0];
  for (let left = Number(Boolean(node.anchor)) + Number(Boolean(node.tag)); left > 0; left--) {
    const property = lastProperty.exec(text.slice(Math.max(0, end - longestProperty), end));
    if (property === null) return found;
    const start = end - property[0].length;
    const { token = "" } = property.groups ?? {};
    if (token.startsWith("&")) {
      found.anchorStart = start + 1;
      found.anchorEnd = start + token.length;
    } else {
      found.tagStart = start;
      found.tagEnd = start + token.length;
    }
    end = start;
  }
  return found;
}

const longestProperty = 1024;
// Between a property and the next thing: blanks, line breaks and comments.
const lastProperty = /(?<token>!<[^\s>]*>|[&!][^\s,[\]{}]*)(?:\s+(?:#[^\n]*\n\s*)*)?$/;
