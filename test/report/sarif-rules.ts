/** What the specification of SARIF 2.1.0, and GitHub besides, want of a log; as much of it as a log of ours may hold. */

/** Says what is wrong with a log; nothing where all is right. */
export function sarifFaults(text: string): readonly string[] {
  return [...faultsOf(JSON.parse(text), "log", { $: log })];
}

// https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/sarif-v2.1.0-errata01-os-complete.html
type Rule = (value: unknown) => boolean;
interface Shape {
  readonly [name: string]: Rule | Shape | readonly [Shape];
}

const isText: Rule = (value) => typeof value === "string" && value !== "";
const isIndex: Rule = (value) => Number.isInteger(value) && Number(value) >= 0;
/** Lines and columns count from 1. */
const isPlace: Rule = (value) => isIndex(value) && value !== 0;
const isOneOf =
  (...values: readonly string[]): Rule =>
  (value) =>
    values.includes(String(value));

/** A relative reference of RFC 3986 without a query, which is what a `uriBaseId` asks for; GitHub wants no more than a path. */
const isRelativePath: Rule = (value) =>
  typeof value === "string" &&
  /^(?:[\w.~!$&'()*+,;=@-]|%[0-9A-F]{2})+(?:\/(?:[\w.~!$&'()*+,;=:@-]|%[0-9A-F]{2})+)*$/.test(value);

const message = { text: isText } as const satisfies Shape;

const location = {
  physicalLocation: {
    artifactLocation: { uri: isRelativePath, uriBaseId: isOneOf("%SRCROOT%") },
    // Of a stream and of files; a line of a list is none of the file's.
    "region?": { startLine: isPlace, startColumn: isPlace },
  },
  "logicalLocations?": [{ fullyQualifiedName: isText, kind: isOneOf("member") }],
} as const satisfies Shape;

const result = {
  ruleId: isText,
  ruleIndex: isIndex,
  level: isOneOf("none", "note", "warning", "error"),
  message,
  // GitHub refuses a log whose result has none.
  locations: [location],
  partialFingerprints: { "pinDigests/v1": (value) => /^[0-9a-f]{64}$/.test(String(value)) },
} as const satisfies Shape;

const log = {
  $schema: isOneOf("https://json.schemastore.org/sarif-2.1.0.json"),
  version: isOneOf("2.1.0"),
  runs: [
    {
      tool: { driver: { name: isText, version: isText, rules: [{ id: isText, shortDescription: message }] } },
      columnKind: isOneOf("utf16CodeUnits", "unicodeCodePoints"),
      results: [result],
    },
  ],
} as const satisfies Shape;

function* faultsOf(value: unknown, path: string, { $: rule }: Shape): Generator<string> {
  if (rule === undefined) return;
  if (typeof rule === "function") {
    if (!rule(value)) yield `${path} must not be ${JSON.stringify(value)}`;
    return;
  }
  if (isList(rule)) {
    if (!Array.isArray(value)) yield `${path} must be an array`;
    else
      for (const [index, each] of value.entries()) yield* faultsOf(each, `${path}[${index}]`, { $: rule[0] });
    return;
  }
  if (typeof value !== "object" || value === null) {
    yield `${path} must be an object`;
    return;
  }
  const names = new Set(Object.keys(rule).map((name) => name.replace("?", "")));
  for (const name of Object.keys(value)) if (!names.has(name)) yield `${path}.${name} is unknown`;
  for (const [name, inner] of Object.entries(rule)) {
    const member = Object.entries(value).find(([key]) => key === name.replace("?", ""));
    if (member === undefined && !name.endsWith("?")) yield `${path}.${name} is missing`;
    if (member !== undefined) yield* faultsOf(member[1], `${path}.${member[0]}`, { $: inner });
  }
}

function isList(rule: Shape | readonly [Shape]): rule is readonly [Shape] {
  return Array.isArray(rule);
}
