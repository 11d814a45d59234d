/**
 * What readers written in Go take and js-yaml refuses, written so that js-yaml takes it. Every character that is not
 * replaced stays at its offset. What is replaced:
 *
 * - line breaks, tabs and comments within flow collections and quoted scalars, which are put on one line: they may go on at
 *   or left of the column of what holds them, and comments may stand right behind a quote or a bracket;
 * - the line break before a block scalar whose header stands at the column of its key or dash;
 * - signs in tags that YAML 1.2 does not allow there, and the escape `\'`;
 * - the sign of an alias that is a key, `*a: b`, whose colon belongs to its name in YAML 1.2;
 * - an anchor with a scalar right behind it, `&a:b`, which becomes a part of that;
 * - properties further right than what they belong to, and the second of two before a key;
 * - the sign of a directive behind a document that no marker ends.
 */
import { passFlowNode } from "./loose-flow.ts";
import {
  beginPass,
  blankComment,
  isBlank,
  isMarker,
  mask,
  masked,
  type Pass,
  type Property,
  passBlanks,
  passTag,
} from "./loose-pass.ts";

/** A text that is easier to read. */
export interface LooseText {
  readonly text: string;
  /** Where nodes begin in which something was changed: a reader must find them there. */
  readonly starts: readonly number[];
  /** Which of them are aliases. */
  readonly aliases: ReadonlySet<number>;
  /** The properties that are blanked, by the start of the node to which they belong. */
  readonly properties: ReadonlyMap<number, readonly Property[]>;
  /** The anchors that are a part of their scalars, by where both begin. */
  readonly glued: ReadonlyMap<number, Property>;
}

/** Undefined where there is nothing to change, or where a quote or a bracket stays open. */
export function loosen(text: string): LooseText | undefined {
  const pass = beginPass(text);
  if (text.startsWith("\ufeff")) pass.at = 1;
  while (pass.at < text.length) if (!passLine(pass)) return undefined;
  const { masks, starts, aliases, properties, glued } = pass;
  return masks.length === 0 ? undefined : { text: masked(pass), starts, aliases, properties, glued };
}

/** Passes over a line in block style, and whatever begins on it; false where a quote or a bracket stays open. */
function passLine(pass: Pass): boolean {
  const { text, at: lineStart } = pass;
  if (isMarker(text, lineStart)) beginDocument(pass);
  else if (
    (pass.isBegun || pass.waiting.length > 0) &&
    DIRECTIVE.test(text.slice(lineStart, lineStart + 6))
  ) {
    mask(pass, lineStart, lineStart + 1, "#");
    return passRest(pass);
  }
  while (/[ \t]/.test(text[pass.at] ?? "")) pass.at++;
  // Where the node begins that comes next, properties and all.
  let first: number | undefined;
  for (;;) {
    passBlanks(pass);
    const start = pass.at;
    const character = text[start] ?? "\n";
    first ??= start;
    if (isBlank(text[start + 1]) && "-?:".includes(character)) {
      beginNode(pass, start);
      pass.parent = start - lineStart;
      pass.at++;
      pass.awaited = pass.at;
      first = undefined;
    } else if (character === "&" || character === "!") {
      passProperty(pass);
    } else if (character === "|" || character === ">") {
      if (start - lineStart === pass.parent) mask(pass, pass.awaited ?? start, start);
      return passBlockScalar(pass);
    } else {
      const [, second] = pass.waiting
        .slice(firstOnLine(pass, start))
        .filter((property) => !isGlued(pass, property));
      if (!passNode(pass)) return false;
      passBlanks(pass);
      if (text[pass.at] !== ":" || pass.at === start) return passRest(pass);
      if (second !== undefined) detach(pass, start, [second]);
      pass.parent = first - lineStart;
      pass.at++;
      pass.awaited = pass.at;
      first = undefined;
    }
  }
}

const DIRECTIVE = /^%(?:YAML|TAG)[ \t]?/;

function beginDocument(pass: Pass): void {
  pass.isBegun = pass.text[pass.at] === "-";
  pass.at += 3;
  pass.parent = -1;
  pass.awaited = undefined;
  pass.waiting = [];
}

/** Passes over a node in flow style, or over nothing. */
function passNode(pass: Pass): boolean {
  const { text, at: start } = pass;
  if (text[start] === "*") {
    passAlias(pass);
    return true;
  }
  if (!isBlank(text[start]) && text[start] !== "#") beginNode(pass, start);
  return passFlowNode(pass);
}

function beginNode(pass: Pass, start: number): void {
  // Those on the line of a mapping's first key are the key's, and the mapping begins with them.
  const first = firstOnLine(pass, start);
  const own = pass.waiting[first];
  const above = pass.waiting.slice(0, first);
  const [property] = above;
  const begin = own?.start ?? start;
  const isRoot = pass.parent === -1;
  if (isRoot && property !== undefined && columnOf(pass, begin) < columnOf(pass, property.start))
    detach(pass, begin, above);
  pass.isBegun = true;
  pass.awaited = undefined;
  pass.waiting = [];
}

/** Which of the properties that wait for a node is the first on its line. Each text between two of them is read once. */
function firstOnLine({ text, waiting }: Pass, start: number): number {
  let end = start;
  let first = waiting.length;
  for (; first > 0; first--) {
    const property = waiting[first - 1];
    if (property === undefined || text.slice(property.start, end).includes("\n")) break;
    end = property.start;
  }
  return first;
}

function columnOf({ text }: Pass, at: number): number {
  return at - (text.lastIndexOf("\n", at - 1) + 1);
}

/** Blanks properties of a node, which get back to it once it is read. */
function detach(pass: Pass, start: number, properties: readonly Property[]): void {
  for (const property of properties) mask(pass, property.start, property.end);
  pass.properties.set(start, properties);
  pass.starts.push(start);
}

function passProperty(pass: Pass): void {
  const { text, at: start } = pass;
  const property = text[start] === "!" ? passTag(pass) : passAnchor(pass);
  pass.waiting.push(property);
  if (pass.awaited !== undefined) pass.awaited = pass.at;
  if (isBlank(text[pass.at])) return;
  if (property.kind === "anchor" && ":?".includes(text[pass.at] ?? "")) {
    mask(pass, start, pass.at, "_");
    pass.glued.set(start, property);
    pass.starts.push(start);
  } else {
    while (!isBlank(text[pass.at])) pass.at++;
  }
}

function isGlued({ glued }: Pass, { start }: Property): boolean {
  return glued.has(start);
}

function passAnchor(pass: Pass): Property {
  const { at: start } = pass;
  passName(pass);
  return { kind: "anchor", start, end: pass.at };
}

/** Passes over the sign and the name of an anchor or an alias. */
function passName(pass: Pass): void {
  NAME.lastIndex = pass.at;
  pass.at += NAME.exec(pass.text)?.[0].length ?? 1;
}

// Fewer signs than YAML 1.2 allows.
const NAME = /[&*][-\w]+/y;

function passAlias(pass: Pass): void {
  const { text, at: start } = pass;
  passName(pass);
  if (text[pass.at] === ":" && isBlank(text[pass.at + 1])) {
    mask(pass, start, start + 1, "_");
    pass.starts.push(start);
    pass.aliases.add(start);
  } else {
    while (!isBlank(text[pass.at])) pass.at++;
  }
  beginNode(pass, start);
}

/** Passes over what is left of a line: mostly a comment. */
function passRest(pass: Pass): true {
  const { text, at } = pass;
  const isWrong = text[at] === "#" && at > 0 && !isBlank(text[at - 1]);
  if (isWrong) blankComment(pass);
  pass.at = pass.text.indexOf("\n", pass.at) + 1 || pass.text.length;
  return true;
}

function passBlockScalar(pass: Pass): true {
  const { text, at: start } = pass;
  let indent: number | undefined;
  for (pass.at++; /[-+\d]/.test(text[pass.at] ?? ""); pass.at++) {
    if (/\d/.test(text[pass.at] ?? "")) indent = Math.max(pass.parent, 0) + Number(text[pass.at]);
  }
  beginNode(pass, start);
  passBlanks(pass);
  passRest(pass);
  while (pass.at < text.length && !isMarker(text, pass.at)) {
    let first = pass.at;
    while (text[first] === " ") first++;
    const isEmpty = /[\r\n]/.test(text[first] ?? "\n");
    if (!isEmpty && first - pass.at < (indent ?? pass.parent + 1)) break;
    if (!isEmpty) indent ??= first - pass.at;
    passRest(pass);
  }
  return true;
}
