/**
 * What readers written in Go take and js-yaml refuses, written so that js-yaml takes it: flow collections and quoted
 * scalars that go on at or left of the column of what holds them, tabs between their parts, and comments right behind a
 * quote or a bracket. Each is put on one line, with blanks in the place of line breaks, tabs and comments, so that every
 * other character stays at its offset.
 */

/** A text that is easier to read. */
export interface LooseText {
  readonly text: string;
  /** Where the flow collections and quoted scalars begin in which something was changed: a reader must find them there. */
  readonly starts: readonly number[];
}

/** Undefined where there is nothing to change, or where a quote or a bracket stays open. */
export function loosen(text: string): LooseText | undefined {
  const pass: Pass = { text, at: 0, parent: -1, masks: [], starts: [] };
  while (pass.at < text.length) if (!passLine(pass)) return undefined;
  return pass.masks.length === 0 ? undefined : { text: masked(pass), starts: pass.starts };
}

interface Pass {
  readonly text: string;
  at: number;
  /** The column of the innermost key or dash: a line that is not further right ends a block scalar. */
  parent: number;
  readonly masks: Mask[];
  readonly starts: number[];
}

interface Mask {
  readonly start: number;
  readonly end: number;
  /** What stands for each of its characters. */
  readonly by: " " | "_";
}

function masked({ text, masks }: Pass): string {
  let position = 0;
  const parts = masks.map(({ start, end, by }) => {
    const before = text.slice(position, start);
    position = end;
    return before + by.repeat(end - start);
  });
  return parts.join("") + text.slice(position);
}

/** Passes over a line in block style, and whatever begins on it; false where a quote or a bracket stays open. */
function passLine(pass: Pass): boolean {
  const { text, at: lineStart } = pass;
  if (isMarker(text, lineStart)) {
    pass.at += 3;
    pass.parent = -1;
  }
  while (/[ \t]/.test(text[pass.at] ?? "")) pass.at++;
  for (;;) {
    passBlanks(pass);
    const start = pass.at;
    const character = text[start] ?? "\n";
    if (isBlank(text[start + 1]) && "-?:".includes(character)) {
      pass.parent = start - lineStart;
      pass.at++;
    } else if ("&!*".includes(character)) {
      while (!isBlank(text[pass.at])) pass.at++;
    } else if ("|>".includes(character)) {
      return passBlockScalar(pass);
    } else {
      if (!passFlowNode(pass)) return false;
      passBlanks(pass);
      if (text[pass.at] !== ":" || pass.at === start) return passRest(pass);
      pass.parent = start - lineStart;
      pass.at++;
    }
  }
}

/** Passes over what is left of a line: mostly a comment. */
function passRest(pass: Pass): true {
  const { text, at } = pass;
  const isWrong = text[at] === "#" && at > 0 && !isBlank(text[at - 1]);
  if (isWrong) blankComment(pass);
  pass.at = pass.text.indexOf("\n", pass.at) + 1 || pass.text.length;
  return true;
}

function blankComment(pass: Pass): void {
  const { text, at: start } = pass;
  while (!/[\r\n]/.test(text[pass.at] ?? "\n")) pass.at++;
  mask(pass, start, pass.at);
}

function passBlockScalar(pass: Pass): true {
  const { text } = pass;
  let indent: number | undefined;
  for (pass.at++; /[-+\d]/.test(text[pass.at] ?? ""); pass.at++) {
    if (/\d/.test(text[pass.at] ?? "")) indent = Math.max(pass.parent, 0) + Number(text[pass.at]);
  }
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

/** Passes over a scalar or a collection in flow style; false where it stays open. */
function passFlowNode(pass: Pass): boolean {
  const { text, at: start, masks, starts } = pass;
  const before = masks.length;
  const first = text[start] ?? "\n";
  if (!"\"'[{".includes(first)) return passPlain(pass);
  const isClosed = "[{".includes(first) ? passCollection(pass) : passQuoted(pass);
  if (masks.length > before) starts.push(start);
  return isClosed;
}

/** Passes over a plain scalar as far as its line goes. */
function passPlain(pass: Pass): true {
  const { text } = pass;
  for (; pass.at < text.length; pass.at++) {
    const character = text[pass.at];
    if (character === "\n" || character === "\r") break;
    if (character === ":" && isBlank(text[pass.at + 1])) break;
    if (character === "#" && isBlank(text[pass.at - 1])) break;
  }
  return true;
}

function passQuoted(pass: Pass): boolean {
  const { text, at: start } = pass;
  const quote = text[start];
  for (pass.at++; pass.at < text.length; pass.at++) {
    const character = text[pass.at];
    if (character === quote && !(quote === "'" && text[pass.at + 1] === "'")) {
      pass.at++;
      return true;
    }
    if (character === "\n" && !passBreak(pass)) return false;
    // What is escaped ends nothing; a line break that is escaped is still one.
    if (
      character === quote ||
      (character === "\\" && quote === '"' && !/[\r\n]/.test(text[pass.at + 1] ?? ""))
    )
      pass.at++;
  }
  return false;
}

/** Blanks a line break; false where a document begins behind it, which nothing in flow style may hold. */
function passBreak(pass: Pass): boolean {
  const { text, at } = pass;
  mask(pass, text[at - 1] === "\r" ? at - 1 : at, at + 1);
  return !isMarker(text, at + 1);
}

function passCollection(pass: Pass): boolean {
  const { text, masks } = pass;
  let depth = 0;
  // Where in a member: before its key or its value, in a plain scalar, or behind anything else.
  let place: "before" | "plain" | "behind" = "before";
  for (; pass.at < text.length; pass.at++) {
    const character = text[pass.at] ?? "";
    const next = text[pass.at + 1] ?? "";
    if (character === "\n") {
      if (!passBreak(pass)) return false;
    } else if (character === "\t") {
      mask(pass, pass.at, pass.at + 1);
    } else if (character === "[" || character === "{") {
      depth++;
      place = "before";
    } else if (character === "]" || character === "}") {
      place = "behind";
      if (--depth === 0) {
        pass.at++;
        return true;
      }
    } else if (character === ",") {
      place = "before";
    } else if (character === ":" && place === "plain" && ",[]{}".includes(next)) {
      // To readers of YAML 1.1 it is the last character of the scalar.
      masks.push({ start: pass.at, end: pass.at + 1, by: "_" });
    } else if (character === ":" && (place !== "plain" || isBlank(next))) {
      place = "before";
    } else if (character === "#" && (place !== "plain" || isBlank(text[pass.at - 1]))) {
      blankComment(pass);
      pass.at--;
    } else if (place === "before" && (character === '"' || character === "'")) {
      if (!passQuoted(pass)) return false;
      pass.at--;
      place = "behind";
    } else if (place === "before" && (character === "&" || character === "!" || character === "?")) {
      while (!isBlank(text[pass.at + 1]) && !",[]{}".includes(text[pass.at + 1] ?? "")) pass.at++;
    } else if (!isBlank(character)) {
      place = "plain";
    }
  }
  return false;
}

function passBlanks(pass: Pass): void {
  for (; pass.text[pass.at] === " " || pass.text[pass.at] === "\t"; pass.at++) {
    if (pass.text[pass.at] === "\t") mask(pass, pass.at, pass.at + 1);
  }
}

function mask({ masks }: Pass, start: number, end: number): void {
  masks.push({ start, end, by: " " });
}

function isMarker(text: string, at: number): boolean {
  return (text.startsWith("---", at) || text.startsWith("...", at)) && isBlank(text[at + 3]);
}

/** True for white space and for the end of the text. */
function isBlank(character: string | undefined): boolean {
  return character === undefined || /\s/.test(character);
}
