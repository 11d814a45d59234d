/** The state of a pass over a text that is loosened, and what its parts share. */

export interface Pass {
  readonly text: string;
  at: number;
  /** The column of the innermost key or dash: a line that is not further right ends a block scalar. */
  parent: number;
  /** Behind the last indicator or property, while the node that it waits for has not begun. */
  awaited: number | undefined;
  /** The properties that wait for their node. */
  waiting: Property[];
  /** Whether anything stands in the document so far. */
  isBegun: boolean;
  readonly masks: Mask[];
  readonly starts: number[];
  readonly aliases: Set<number>;
  readonly properties: Map<number, readonly Property[]>;
  readonly glued: Map<number, Property>;
}

/** An anchor or a tag. */
export interface Property {
  readonly kind: "anchor" | "tag";
  /** Where its sign stands. */
  readonly start: number;
  readonly end: number;
}

export interface Mask {
  readonly start: number;
  readonly end: number;
  /** What stands for each of its characters. */
  readonly by: " " | "_" | "#";
}

/** Begins a pass. */
export function beginPass(text: string): Pass {
  return {
    text,
    at: 0,
    parent: -1,
    awaited: undefined,
    waiting: [],
    isBegun: false,
    masks: [],
    starts: [],
    aliases: new Set(),
    properties: new Map(),
    glued: new Map(),
  };
}

/** The text with all masks laid over it. */
export function masked({ text, masks }: Pass): string {
  let position = 0;
  const parts: string[] = [];
  for (const { start, end, by } of masks.sort((one, other) => one.start - other.start)) {
    // What is masked as a whole may hold what was masked before.
    if (start < position) continue;
    parts.push(text.slice(position, start), by.repeat(end - start));
    position = end;
  }
  return parts.join("") + text.slice(position);
}

export function mask({ masks }: Pass, start: number, end: number, by: Mask["by"] = " "): void {
  if (end > start) masks.push({ start, end, by });
}

/** Passes over blanks, and masks tabs. */
export function passBlanks(pass: Pass): void {
  for (; pass.text[pass.at] === " " || pass.text[pass.at] === "\t"; pass.at++) {
    if (pass.text[pass.at] === "\t") mask(pass, pass.at, pass.at + 1);
  }
}

export function blankComment(pass: Pass): void {
  const { text, at: start } = pass;
  while (!/[\r\n]/.test(text[pass.at] ?? "\n")) pass.at++;
  mask(pass, start, pass.at);
}

/** Passes over a tag, in which readers of YAML 1.1 take more signs than those of YAML 1.2. */
export function passTag(pass: Pass): Property {
  const { text, at: start } = pass;
  TAG.lastIndex = start;
  const { verbatim, handle = "", suffix = "" } = TAG.exec(text)?.groups ?? {};
  pass.at += verbatim?.length ?? handle.length + suffix.length;
  for (let at = start + handle.length; at < pass.at && verbatim === undefined; at++) {
    if (",[]!".includes(text[at] ?? "")) mask(pass, at, at + 1, "_");
  }
  return { kind: "tag", start, end: pass.at };
}

const TAG = /(?<verbatim>!<[^\s>]*>?)|(?<handle>!(?:[-\w]*!)?)(?<suffix>[-\w;/?:@&=+$.,!~*'()[\]%]*)/y;

export function isMarker(text: string, at: number): boolean {
  return (text.startsWith("---", at) || text.startsWith("...", at)) && isBlank(text[at + 3]);
}

/** True for white space and for the end of the text. */
export function isBlank(character: string | undefined): boolean {
  return character === undefined || /\s/.test(character);
}
