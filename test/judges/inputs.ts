/** Inputs of a run in every style: streams and lists of objects, with line breaks and ends of every kind. */
import type { Chooser } from "./choices.ts";
import { type Dialect, helmRelease, indented, pod, shuffled } from "./styles.ts";

/** An input, and how it is run. */
export interface Input {
  readonly text: string;
  readonly form: "stream" | "list";
  /** The key of the digest. */
  readonly key: string;
  /** The objects as they stand at the margin, with line feeds. */
  readonly objects: readonly string[];
}

/** Makes an input. */
export function makeInput(choose: Chooser, dialect: Dialect): Input {
  const key = choose.one("key", { digest: "digest", "another key": "sha", "a word of YAML": "on" });
  const objects = Array.from({ length: 1 + choose.below(3) }, (_, index) =>
    choose.one("object", { HelmRelease: true, Pod: false })
      ? helmRelease(choose, dialect, key)
      : pod(choose, `nginx:${index}`),
  );
  const form = choose.one("form", { "a stream": "stream", "a list": "list" } as const);
  const text = form === "stream" ? stream(choose, objects) : list(choose, objects, key);
  return { text: broken(choose, ended(choose, text)), form, key, objects };
}

function stream(choose: Chooser, objects: readonly string[]): string {
  const start = choose.one("start", {
    nothing: "",
    "a marker": "---\n",
    "a marker and a comment": "--- # c\n",
    "a comment": "# c\n\n",
    "a comment before the marker": "# c\n---\n",
    "a byte order mark": "\ufeff",
  });
  const between = choose.one("between", {
    "a marker": "---\n",
    "a comment behind": "--- # c\n",
    "an empty document": "---\n# c\n---\n",
  });
  return start + objects.join(between);
}

function list(choose: Chooser, objects: readonly string[], key: string): string {
  if (choose.one("style of the list", { block: false, braces: true })) return listInBraces(choose, key);
  const lines = objects.map((object) => {
    const dash = choose.one("dash of an item", {
      "a blank": "- ",
      "three blanks": "-   ",
      "a line": "-\n  ",
    });
    const width = dash.slice(dash.lastIndexOf("\n") + 1).length;
    return dash + indented(object, " ".repeat(width)).slice(width);
  });
  const items = choose.one("items", {
    "at the column": `items:\n${lines.join("")}`,
    deeper: `items: # c\n${indented(lines.join(""), "  ")}`,
    nothing: "items:\n",
    null: "items: null # c\n",
    "a null tag": "items: !!null\n",
    "an empty list": "items: []\n",
    missing: "",
    "a bare key": "? items\n",
  });
  const results = choose.one("results", {
    none: "",
    nothing: "results:\n",
    "an empty list": "results: [ ] # c\n",
    "a list": "results:\n- message: a\n  severity: info\n",
    "a deeper list": "results: # c\n    - message: |+\n        a\n\n      severity: info\n",
    "a list in brackets": "results: [{message: a, severity: info}, ] # c\n",
  });
  const head = choose.one("first key", {
    plain: "kind: ResourceList\n",
    "with a tag": "!!str kind: ResourceList\n",
    "with an anchor": "&k kind: ResourceList # c\n",
    explicit: "? kind\n: ResourceList\n",
    "in quotes": '"kind": "ResourceList"\n',
  });
  const others = choose.one("beside items", {
    apiVersion: "apiVersion: config.kubernetes.io/v1\n",
    "a functionConfig of nothing": "functionConfig:\n",
    "a literal": "other: |\n  a\n",
    "a kept literal": "other: |+\n  a\n\n",
  });
  const rest = shuffled(choose, [others, items, results]).join("");
  const start = choose.one("start of the list", {
    nothing: "",
    "a marker": "---\n",
    "a byte order mark": "\ufeff",
    "a tag": "--- !!map\n",
    "a comment": "# c\n",
  });
  const column = choose.one("column of the list", { "the margin": "", two: "  " });
  return start + indented(head + rest, start === "\ufeff" ? "" : column);
}

function listInBraces(choose: Chooser, key: string): string {
  const isJson = choose.one("braces of the list", { YAML: false, JSON: true });
  const name = (text: string): string => (isJson ? JSON.stringify(text) : text);
  const digest = choose.one("digest in the list", {
    none: "",
    empty: `, "${key}": ""`,
    null: `, "${key}": null`,
  });
  const release = `{"apiVersion":"helm.toolkit.fluxcd.io/v2","kind":"HelmRelease","metadata":{"name":"x"},"spec":{"values":{"image":{"repository":"r.io/a","tag":"v1"${digest}}}}}`;
  const item = `{"apiVersion":"v1","kind":"Pod","metadata":{"name":"x"},"spec":{"containers":[{"image":"nginx:1"}]}}`;
  const jsonItems = {
    two: `: [${release}, ${item}]`,
    one: `: [${release}]`,
    none: ": []",
    null: ": null",
    missing: undefined,
  };
  const items = choose.one<string | undefined>(
    "items in braces",
    isJson ? jsonItems : { ...jsonItems, bare: "", nothing: ": ", "a null tag": ": !!null " },
  );
  const jsonResults = {
    none: undefined,
    null: ": null",
    "an empty list": ": []",
    "a list": ': [{"message": "a"}]',
  };
  const results = choose.one<string | undefined>(
    "results in braces",
    isJson
      ? jsonResults
      : { ...jsonResults, bare: "", nothing: ": ", "a comma": ": [{message: a}, # c ]\n ]" },
  );
  const other = choose.one<string | undefined>(
    "beside items in braces",
    isJson
      ? { none: undefined, text: ': "}"' }
      : { none: undefined, bare: "", nothing: ": ", "a tag": ": !!null " },
  );
  const members = [
    `${name("kind")}: ${name("ResourceList")}`,
    ...(items === undefined ? [] : [name("items") + items]),
    ...(results === undefined ? [] : [name("results") + results]),
    ...(other === undefined ? [] : [name("other") + other]),
  ];
  const jsonEnds = { "no blanks": ["{", "}"], lines: ["{\n  ", "\n}"] } as const;
  const [open, close] = choose.one(
    "ends of the list",
    isJson
      ? jsonEnds
      : ({
          ...jsonEnds,
          "a comma": ["{ ", ",}"],
          "a comma and a comment": ["{", ", # c }\n}"],
          "a comment": ["{ # c\n", " # c\n}"],
        } as const),
  );
  return `${open}${shuffled(choose, members).join(choose.one("comma of the list", { "a blank": ", ", "no blank": ",", "a line": ",\n  " }))}${close}\n`;
}

/** The same with another end. */
export function ended(choose: Chooser, text: string): string {
  return choose.one("end", {
    "a line break": text,
    "no line break": text.replace(/\n$/, ""),
    "blank lines": `${text}\n  \n`,
    "a comment": `${text}# c\n`,
    "a comment without a line break": `${text}# c`,
    "a marker": `${text}...\n`,
    blanks: `${text}   `,
  });
}

/** The same with other line breaks. */
export function broken(choose: Chooser, text: string): string {
  const breaks = choose.one<readonly string[]>("line breaks", {
    LF: ["\n"],
    CRLF: ["\r\n"],
    CR: ["\r"],
    "LF and CRLF": ["\n", "\r\n"],
    "LF, CRLF and CR": ["\n", "\r\n", "\r"],
    NEL: ["\u0085"],
    "LF and NEL": ["\n", "\n", "\n", "\u0085"],
  });
  if (breaks.length === 1) return text.replaceAll("\n", breaks[0] ?? "\n");
  return text.replaceAll("\n", () => breaks[choose.below(breaks.length)] ?? "\n");
}
