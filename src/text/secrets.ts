/** Secrets that a run has sent, and texts without them. */
import { ownText } from "./own-text.ts";

/** Knows the secrets of a run. */
export interface Secrets {
  /** Learns the secrets of a request before it is sent: no answer can hold one that nobody has sent. */
  learn(request: SecretRequest): void;
  /**
   * The text without any of them, in whatever form it holds them: as they are, in base64 or hexadecimal digits, percent-,
   * HTML- or JSON-escaped, in upper or lower case, or broken by white space. To be called before anything is cut from a
   * text or stripped out of it; one that was cut ends in "…", and loses the first part of a secret there, too.
   */
  redact(text: string): string;
}

/** The parts of a request that hold secrets. */
export interface SecretRequest {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
}

/** Knows no secret yet. */
export function createSecrets(): Secrets {
  const known = new Set<string>();
  const needles: Needles = { byText: new Map(), lengths: new Set(), starts: new Set() };
  const words = new Set<string>();

  function add(secret: string): void {
    const name = nameOf(secret);
    if (known.has(name)) return;
    known.add(name);
    for (const { form, isEncoded } of formsOf(secret)) {
      const { text } = fold(plainView(form.slice(0, FOLDED)));
      if (text.length < START) words.add(form);
      else addNeedle(text, { length: text.length + visibleLength(form.slice(FOLDED)), isEncoded });
    }
  }

  function addNeedle(folded: string, { length, isEncoded }: Needle): void {
    const text = ownText(folded.slice(0, LOOKED_FOR));
    const same = needles.byText.get(text);
    needles.starts.add(text.slice(0, START));
    needles.lengths.add(text.length);
    needles.byText.set(text, {
      length: Math.max(length, same?.length ?? 0),
      isEncoded: isEncoded || same?.isEncoded === true,
    });
  }

  return {
    learn(request) {
      for (const secret of secretsOf(request)) add(secret);
    },
    redact(text) {
      if (known.size === 0) return text;
      const found = viewsOf(text).flatMap((view) => rangesOf(fold(view), needles, text));
      return withoutWords(without(text, found), words);
    },
  };
}

// Of how many characters no word of a sentence is taken for a secret by chance.
const START = 4;

// Of how many characters the beginning says which secret it is: a registry can give as many as there are images, each as
// long as an answer may be, and each of them stands in a message in as many forms.
const LOOKED_FOR = 32;

// More than that many characters that are looked for, though some in between are none that count.
const FOLDED = 1_024;

/** What tells a secret from others, without all of a long one; those that begin alike are looked for alike. */
function nameOf(secret: string): string {
  return ownText(secret.length <= FOLDED ? secret : `${secret.slice(0, FOLDED)} ${secret.length}`);
}

const SECRET_NAME = /auth|token|secret|key|cookie|credential|assertion|password|signature|^sig$|^code$/i;

function secretsOf({ url, headers, body }: SecretRequest): readonly string[] {
  const parts = [...Object.entries(headers), ...url.searchParams, ...membersOf(body)];
  return parts.flatMap(([name, value]) => (SECRET_NAME.test(name) ? secretsInValue(value) : []));
}

/** The members of a form or of a JSON object. */
function membersOf(body: string | undefined): readonly (readonly [name: string, value: string])[] {
  if (body === undefined) return [];
  if (!body.startsWith("{")) return [...new URLSearchParams(body)];
  return [...body.matchAll(/"(?<name>[^"\\]*)"\s*:\s*(?<value>"(?:[^"\\]|\\.)*")/g)].map(({ groups }) => [
    groups?.name ?? "",
    JSON.parse(groups?.value ?? '""'),
  ]);
}

/** A value, and what it holds behind the name of a scheme: in that of Basic a user and a password. */
function secretsInValue(value: string): readonly string[] {
  const { scheme, rest } = /^(?<scheme>[A-Za-z][\w-]*) +(?<rest>.+)$/.exec(value)?.groups ?? {};
  if (scheme === undefined || rest === undefined) return [value];
  if (scheme.toLowerCase() !== "basic") return [rest];
  const login = Buffer.from(rest, "base64").toString("utf8");
  const colon = login.indexOf(":");
  const [user, password] = [login.slice(0, colon), login.slice(colon + 1)];
  // Some registries take a token for the user, and any password.
  const isToken = password.length < START || user.length >= 20;
  return [rest, login, password, ...(isToken ? [user] : [])];
}

interface Form {
  readonly form: string;
  /** Whether the characters beside it may hold a part of the secret. */
  readonly isEncoded: boolean;
}

/** A secret, and what every text in base64 or in hexadecimal digits has in it that has the secret in it. */
function formsOf(secret: string): readonly Form[] {
  const bytes = Buffer.from(secret, "utf8");
  const encoded =
    bytes.length < START
      ? [bytes.toString("base64"), bytes.toString("base64url")]
      : [bytes.toString("hex"), ...[0, 1, 2].map((before) => base64Within(bytes, before))];
  // In a form "+" stands for a space.
  const plain = new Set([secret, secret.replaceAll(" ", "+")]);
  return [
    ...[...plain].map((form) => ({ form, isEncoded: false })),
    ...encoded.map((form) => ({ form, isEncoded: true })),
  ];
}

/** The digits of base64 that depend on these bytes alone, so many bytes behind the beginning of a group of three. */
function base64Within(bytes: Buffer, before: number): string {
  const digits = Buffer.concat([Buffer.alloc(before), bytes]).toString("base64");
  return digits.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6));
}

/** A text as a reader may take it, and for each of its characters the part of the original that it stands for. */
interface View {
  readonly text: string;
  readonly starts: readonly number[];
  readonly ends: readonly number[];
}

/** What is known of a secret that begins with what was found in a view that is folded. */
interface Needle {
  /** Characters of all of it in such a view. */
  readonly length: number;
  readonly isEncoded: boolean;
}

/** What to look for in a view that is folded. */
interface Needles {
  /** By how they begin, or by all of those that are short. */
  readonly byText: Map<string, Needle>;
  /** Those of the texts. */
  readonly lengths: Set<number>;
  /** With what each of the texts begins. */
  readonly starts: Set<string>;
}

interface Range {
  readonly start: number;
  readonly end: number;
}

function plainView(text: string): View {
  const starts = Array.from({ length: text.length }, (_, index) => index);
  return { text, starts, ends: starts.map((index) => index + 1) };
}

// What was escaped twice was so by two programs; four in a row are not known.
const LEVELS_MAX = 3;

/** A text as it is, and unescaped in one way, then in that or another… */
function viewsOf(text: string): readonly View[] {
  const views = new Map([[text, plainView(text)]]);
  let latest = [...views.values()];
  for (let level = 0; level < LEVELS_MAX; level++) {
    const next = latest.flatMap((view) => ESCAPES.map((way) => unescaped(view, way)));
    latest = next.filter((view) => !views.has(view.text));
    for (const view of latest) views.set(view.text, view);
  }
  return [...views.values()];
}

/** A way to write characters by others. */
interface Escape {
  readonly pattern: RegExp;
  readonly meaning: (escaped: string) => string;
}

const LETTERS: ReadonlyMap<string, string> = new Map(
  Object.entries({ b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" }),
);
const ENTITIES: ReadonlyMap<string, string> = new Map(
  Object.entries({ amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" }),
);

const ESCAPES: readonly Escape[] = [
  {
    pattern: /(?:%[0-9a-f]{2})+/gi,
    meaning: (escaped) => Buffer.from(escaped.replaceAll("%", ""), "hex").toString("utf8"),
  },
  {
    pattern: /\\(?:u[0-9a-f]{4}|x[0-9a-f]{2}|["'\\/bfnrt])/gi,
    meaning: (escaped) => {
      const digits = escaped.slice(2);
      return digits === ""
        ? (LETTERS.get(escaped.slice(1)) ?? escaped.slice(1))
        : characterOf(Number.parseInt(digits, 16));
    },
  },
  {
    pattern: /&(?:amp|lt|gt|quot|apos|#[0-9]{1,7}|#x[0-9a-f]{1,6});?/gi,
    meaning: (escaped) => {
      const name = escaped.replaceAll(/[&;]/g, "").toLowerCase();
      const digits = name.replace(/^#x?/, "");
      return ENTITIES.get(name) ?? characterOf(Number.parseInt(digits, name.startsWith("#x") ? 16 : 10));
    },
  },
];

function characterOf(code: number): string {
  return code <= 0x10ffff ? String.fromCodePoint(code) : "";
}

function unescaped({ text, starts, ends }: View, { pattern, meaning }: Escape): View {
  const pieces: string[] = [];
  const to = { starts: [] as number[], ends: [] as number[] };
  const copy = (from: number, until: number) => {
    pieces.push(text.slice(from, until));
    for (let at = from; at < until; at++) {
      to.starts.push(starts[at] ?? 0);
      to.ends.push(ends[at] ?? 0);
    }
  };
  let from = 0;
  for (const match of text.matchAll(pattern)) {
    const until = match.index + match[0].length;
    const meant = meaning(match[0]);
    copy(from, match.index);
    pieces.push(meant);
    for (let unit = 0; unit < meant.length; unit++) {
      to.starts.push(starts[match.index] ?? 0);
      to.ends.push(ends[until - 1] ?? 0);
    }
    from = until;
  }
  copy(from, text.length);
  return { text: pieces.join(""), ...to };
}

/**
 * A view in which two texts are the same that differ in case, in white space and what can't be seen, or in the alphabet
 * of base64.
 */
function fold({ text, starts, ends }: View): View {
  const folded: { text: string[]; starts: number[]; ends: number[] } = { text: [], starts: [], ends: [] };
  for (let at = 0; at < text.length; at++) {
    const unit = text.charAt(at);
    if (isIgnored(unit)) continue;
    const lower = unit.toLowerCase();
    folded.text.push(BASE64.get(unit) ?? (lower.length === 1 ? lower : unit));
    folded.starts.push(starts[at] ?? 0);
    folded.ends.push(ends[at] ?? 0);
  }
  return { ...folded, text: folded.text.join("") };
}

// https://www.rfc-editor.org/rfc/rfc4648#section-5
const BASE64: ReadonlyMap<string, string> = new Map([
  ["-", "+"],
  ["_", "/"],
]);

function visibleLength(text: string): number {
  let length = 0;
  for (let at = 0; at < text.length; at++) if (!isIgnored(text.charAt(at))) length += 1;
  return length;
}

function isIgnored(unit: string): boolean {
  return unit <= " " || (unit > "~" && isInvisible(unit));
}

// Made when it is first needed: to read what it says takes V8 half a millisecond.
let invisible: RegExp | undefined;

function isInvisible(unit: string): boolean {
  invisible ??= /[\s\p{Cc}\p{Cf}\p{DI}]/u;
  return invisible.test(unit);
}

function rangesOf({ text, starts, ends }: View, needles: Needles, original: string): readonly Range[] {
  const isCut = text.endsWith("…");
  const length = isCut ? text.length - 1 : text.length;
  const ranges: Range[] = [];
  for (let at = 0; at + START <= length; at++) {
    if (!needles.starts.has(text.slice(at, at + START))) continue;
    const start = starts[at] ?? 0;
    for (const size of needles.lengths) {
      const needle = needles.byText.get(text.slice(at, Math.min(at + size, length)));
      if (needle === undefined) continue;
      const last = Math.min(at + needle.length, length) - 1;
      const isCutShort = isCut && at + needle.length > length;
      const range = { start, end: isCutShort ? original.length : (ends[last] ?? 0) };
      ranges.push(needle.isEncoded ? wordAround(original, range) : range);
    }
    // Of what begins so close to the cut nobody can say how it goes on.
    if (isCut && at + LOOKED_FOR > length) ranges.push({ start, end: original.length });
  }
  return ranges;
}

// The digits of base64 with those of percent-encoding: what stands beside a part of a secret belongs to it.
const DIGIT = /[\w+/=%-]/;

function wordAround(text: string, { start, end }: Range): Range {
  let [from, to] = [start, end];
  while (from > 0 && DIGIT.test(text.charAt(from - 1))) from--;
  while (to < text.length && DIGIT.test(text.charAt(to))) to++;
  return { start: from, end: to };
}

function without(text: string, ranges: readonly Range[]): string {
  const pieces: string[] = [];
  let from = 0;
  for (const { start, end } of ranges.toSorted((one, other) => one.start - other.start)) {
    if (end <= from) continue;
    if (start > from || pieces.length === 0) pieces.push(text.slice(from, start), "…");
    from = end;
  }
  return pieces.length === 0 ? text : pieces.join("") + text.slice(from);
}

/** What is shorter than a word is a secret only where it stands by itself. */
function withoutWords(text: string, words: ReadonlySet<string>): string {
  if (words.size === 0) return text;
  return text.replaceAll(/[^\s"'`,;:()<>[\]{}]+/g, (word) => (words.has(word) ? "…" : word));
}
