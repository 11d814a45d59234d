/**
 * Objects that hold an image, in every style that YAML has: a HelmRelease with a map in which a digest is to be written, and
 * a Pod whose image is a text.
 */
import type { Chooser } from "./choices.ts";

/** What of YAML a text may use. */
export interface Dialect {
  /** Also what js-yaml and `yaml` refuse, and readers written in Go take. */
  readonly isLoose: boolean;
}

/** How a digest stands before it is written, by the lines or the member that say so; `K` is its key. */
const vacantLines: Readonly<Record<string, string>> = {
  "no digest": "",
  "an empty digest": 'K: ""\n',
  "an empty digest in single quotes": "K: ''\n",
  "a digest of nothing": "K:\n",
  "a digest of nothing and a comment": "K: # c\n",
  "a digest of nothing and a blank": "K: \n",
  "a null digest": "K: null\n",
  "a null digest and a comment": "K: Null # c\n",
  "a tilde for a digest": "K: ~\n",
  "a tagged null digest": "K: !!null\n",
  "a null tag before a word": "K: !!null null # c\n",
  "an empty text by its tag": "K: !!str\n",
  "an anchored null digest": "K: &k null\n",
  "a digest of a bar alone": "K: |-\n",
  "a digest of a bar and blank lines": "K: >- # c\n\n  \n",
  "a null digest on the next line": "K:\n  null\n",
  "a bare digest": "? K\n",
  "a bare digest and a comment": "? K # c\n",
  "an explicit digest of nothing": "? K\n:\n",
  "a quoted key of nothing": '"K":\n',
  "a digest of nothing and a comment that says null": "K: # null\n",
  "a digest of nothing and a comment with a bar": "K: # |\n",
  "a digest of nothing and an empty comment": "K: #\n",
  "a null digest behind blanks": "K:   null\n",
};

const vacantMembers: Readonly<Record<string, string>> = {
  "no digest": "",
  "an empty digest": 'K: ""',
  "an empty digest in single quotes": "K: ''",
  "a digest of nothing": "K: ",
  "a null digest": "K: null",
  "a tilde for a digest": "K: ~ ",
  "a tagged null digest": "K: !!null ",
  "a null tag before a word": "K: !!null null",
  "a bare digest": "K",
  "a bare quoted digest": "'K'",
  "a bare digest in double quotes": '"K"',
  "an explicit bare digest": "? K",
  "an empty digest behind two blanks": 'K:  ""',
  "an empty digest behind three blanks": 'K:   ""',
  "a tilde behind two blanks": "K:  ~ ",
  "a null digest behind three blanks": "K:   null",
  "a null digest behind a colon apart": "K : null",
  "an empty digest behind a colon apart": 'K : ""',
  "a null digest on the next line": "K:\n    null",
};

/** Entries that stand beside the parts of an image, in block style; `N` is a number of their own. */
const otherLines: Readonly<Record<string, string>> = {
  "a plain text": "xN: a\n",
  "a text in quotes": 'xN: "a # b"\n',
  "a text in single quotes": "xN: 'it''s'\n",
  "a quoted key": '"xN": a\n',
  "a key in single quotes": "'xN': a\n",
  "a comment behind": "xN: a # c\n",
  "a comment below": "xN: a\n# c\n",
  "a deeper comment below": "xN: a\n  # c\n",
  "a blank line": "xN: a\n\n",
  "a line of blanks": "xN: a\n   \n",
  nothing: "xN:\n",
  "nothing and a comment": "xN: # c\n",
  "null words": "xN: ~\nyN: null\n",
  "a null tag": "xN: !!null\n",
  "a tag of someone's own": "xN: !mine a\n",
  "a tag before a key": "!!str xN: a\n",
  "an anchor before a key": "&kN xN: a\n",
  "an anchor and its alias": "xN: &aN b\nyN: *aN\n",
  "an anchor of nothing": "xN: &aN\n",
  "a literal": "xN: |\n  a\n   b\n",
  "a stripped literal": "xN: |-\n  a\n\n",
  "a kept literal": "xN: |+\n  a\n\n\n",
  "a folded text": "xN: >\n  a\n  b\n",
  "a folded text with a comment": "xN: >- # c\n  a\n# d\n",
  "an indicated literal": "xN: |2\n   a\n",
  "an empty literal": "xN: |\n",
  "a plain text over lines": "xN: a\n  b\n\n  c\n",
  "double quotes over lines": 'xN: "a\n  b\\\n  c"\n',
  "single quotes over lines": "xN: 'a\n\n  b'\n",
  "a value on the next line": "xN:\n  a\n",
  "a value behind a comment": "xN: # c\n  a\n",
  "a wide key": "xN   :    a\n",
  "a tab": "xN:\ta\t# c\n",
  "an explicit key": "? xN\n: a\n",
  "a bare key": "? xN\n",
  "a list at its column": "xN:\n- a\n- b\n",
  "a deeper list": "xN:\n    - a\n    -\n    - - b\n      - c: d\n",
  "a list of nothing": "xN:\n-\n-\n",
  "a map": "xN:\n  a: b\n  c:\n",
  "a map in braces": "xN: {a: b, c: [d, e: f], g: , }\n",
  "brackets over lines": "xN: [\n  a, # c\n  b ,\n  ] # d\n",
  "empty braces": "xN: { }\n",
  "a merge key": "xN: &mN {zN: a}\n<<: *mN\n",
  "text that looks like YAML": "xN: |\n  image: b:1\n  digest: null\n  ---\n",
};

/** The same that only readers written in Go take. */
const looseVacantLines: Readonly<Record<string, string>> = {
  "a digest of a bar at its column": "K:\n|-\n",
  "a digest of a sign at its column and blank lines": "K:\n# c\n>- # d\n\n  \n",
};

/** The same that only readers written in Go take. */
const looseLines: Readonly<Record<string, string>> = {
  "braces that go on at the column": 'xN: {\n"a": b,\n"c": d\n}\n',
  "brackets that end at the column": "xN: [\n  a\n]\n",
  "tabs in braces": 'xN: {\n\t"a": b\n}\n',
  "quotes that go on at the column": 'xN: "a\nb"\n',
  "a comment right behind quotes": 'xN: "a"# c\n',
  "a comment right behind brackets": "xN: [a]# c\n",
  "a comment right behind a bar": "xN: |# c\n  a\n",
  "a literal at the column of its key": "xN:\n|\n  a\n",
  "a folded text at the column of its key": "xN: !!str # c\n\n>-\n  a\n  b\n",
  "a literal at the column of its dash": "xN:\n-\n|2\n   a\n- b\n",
  "an alias as a key": "xN: &aN k\n*aN: b\n",
  "signs in a tag": "xN: !a,b c\n",
  "more signs in a tag": "xN: !!!\n",
  "text right behind an anchor": "xN: &aN:b - c\n",
  "an escaped apostrophe": 'xN: "it\\\'s"\n',
  "a dash in braces": "xN: {-}\n",
};

const otherMembers: Readonly<Record<string, string>> = {
  "a plain text": "xN: a",
  "a text in quotes": '"xN": "a, b"',
  "a text in single quotes": "'xN': 'it''s'",
  "a colon within": "xN: a:b",
  nothing: "xN: ",
  "a bare key": "xN",
  "a bare key in quotes": '"xN"',
  "an explicit bare key": "? xN",
  "an explicit key": "? xN : a",
  null: "xN: null",
  "a null tag": "xN: !!null ",
  "a tag before a key": "!!str xN: a",
  "an anchor before a key": "&kN xN: a",
  "an anchor of nothing": "xN: &aN ",
  "an anchor and its alias": "xN: &aN b, yN: *aN",
  "braces and brackets": "xN: {a: [b, c: d, ], e: }",
  "quotes over lines": 'xN: "a\n  b"',
  "a plain text over lines": "xN: a\n  b",
  "a merge key": "xN: &mN {zN: a}, <<: *mN",
};

/** A scalar in every style that holds an image: first what stands behind the key, then lines below it. */
const imageTexts: Readonly<Record<string, string>> = {
  plain: "IMAGE\n",
  "in double quotes": '"IMAGE"\n',
  "in single quotes": "'IMAGE' # c\n",
  "with an anchor": "&image IMAGE\n",
  "with a tag": "!!str IMAGE # c\n",
  "on the next line": "\n  IMAGE\n",
  "in a literal": "|-\n  IMAGE\n",
  "in a folded text": ">\n  IMAGE\n\n",
  "in a kept literal": "|+\n  IMAGE\n\n",
  "in double quotes over lines": '"\\\n  IMAGE\\\n  "\n',
  "with escapes": '"IM\\u0041GE"\n',
};

/** The entry `image:` of the values, or `images:` with a list of such, at the margin; its map holds the parts of an image. */
function imageEntry(choose: Chooser, dialect: Dialect, key: string): string {
  const isElement = choose.one("owner", { "a map": false, "a list": true });
  if (choose.one("image", { "in block style": false, "in braces": true })) {
    const braces = imageBraces(choose, key);
    return isElement ? `images:\n- ${indented(braces, "  ").trimStart()}` : `image: ${braces}`;
  }
  const lines = imageLines(choose, dialect, key);
  if (isElement) {
    const dash = choose.one("dash", {
      "a blank": "- ",
      "three blanks": "-   ",
      "a line of its own": "-\n  ",
    });
    const width = dash.slice(dash.lastIndexOf("\n") + 1).length;
    return `images:\n${dash}${indented(lines, " ".repeat(width)).slice(width)}`;
  }
  const head = choose.one("head", {
    "a key": "image:\n",
    "a comment": "image: # c\n",
    "a tag": "image: !!map\n",
    "an anchor": "image: &image\n",
    "a comment below": "image:\n# c\n\n",
    "an explicit key": "? image\n:\n",
  });
  return head + indented(lines, choose.one("indentation", { two: "  ", one: " ", four: "    " }));
}

function imageLines(choose: Chooser, { isLoose }: Dialect, key: string): string {
  const parts = [
    choose.one("repository", {
      plain: "repository: r.io/a\n",
      "with a comment": "repository: r.io/a # c\n",
      "in quotes": "'repository': \"r.io/a\"\n",
      "with a tag": "!!str repository: r.io/a\n",
      "with an anchor": "&r repository: r.io/a\n",
      "in a literal": "repository: |-\n  r.io/a\n",
      explicit: "? repository\n: r.io/a\n",
    }),
    choose.one("tag", { plain: "tag: v1\n", "in quotes": "tag: '1.2'\n", folded: "tag: >-\n  v1\n" }),
    choose
      .one("digest in block style", isLoose ? { ...vacantLines, ...looseVacantLines } : vacantLines)
      .replace("K", key),
    ...several(choose, "beside in block style", isLoose ? { ...otherLines, ...looseLines } : otherLines),
  ];
  return shuffled(choose, parts).join("");
}

function imageBraces(choose: Chooser, key: string): string {
  const isJson = choose.one("braces", { YAML: false, JSON: true });
  const members = isJson
    ? [
        '"repository": "r.io/a"',
        '"tag": "v1"',
        choose.one("digest in JSON", { "no digest": "", empty: '"K": ""', null: '"K": null' }),
        choose.one("beside in JSON", {
          nothing: "",
          "a text": '"x": "}"',
          "a list": '"x": [1, {"a": null}]',
        }),
      ]
    : [
        choose.one("repository in braces", {
          plain: "repository: r.io/a",
          "in quotes": "'repository': \"r.io/a\"",
        }),
        choose.one("tag in braces", { plain: "tag: v1", "in quotes": "tag: '1.2'", tagged: "!!str tag: v1" }),
        choose.one("digest in braces", vacantMembers),
        ...several(choose, "beside in braces", otherMembers),
      ];
  const present = shuffled(
    choose,
    members.map((member) => member.replace("K", key)),
  ).filter(Boolean);
  const comma = choose.one(
    "comma",
    isJson ? jsonCommas : { ...jsonCommas, "a comment": ", # c, }\n   ", "blanks before": " , " },
  );
  const [open, close] = choose.one("ends", isJson ? jsonEnds : { ...jsonEnds, ...yamlEnds });
  const behind = choose.one("behind the braces", { nothing: "\n", "a comment": " # c }\n" });
  return `{${open}${present.join(comma)}${close}}${behind}`;
}

const jsonCommas = { "a blank": ", ", "no blank": ",", "a line": ",\n   " };
const jsonEnds = { "no blanks": ["", ""], blanks: [" ", " "], lines: ["\n   ", "\n  "] } as const;
const yamlEnds = {
  "a comma": ["", ","],
  "a comma and a blank": ["", ", "],
  "a comma and a comment": ["", ", # c }\n  "],
  "a comment": [" # c\n  ", " # c\n  "],
  "a comma on a line": ["", "\n  ,\n  "],
} as const;

/** Up to three of several, each once, each with numbers of its own in the place of `N`. */
function several(
  choose: Chooser,
  name: string,
  options: Readonly<Record<string, string>>,
): readonly string[] {
  const left = { ...options };
  return Array.from({ length: choose.below(4) }, (_, index) => {
    const picked = choose.one(name, left);
    for (const [key, option] of Object.entries(left)) if (option === picked) delete left[key];
    return picked.replaceAll("N", String(index));
  });
}

/** All but the empty ones, in another order. */
export function shuffled(choose: Chooser, parts: readonly string[]): readonly string[] {
  const left = parts.filter((part) => part !== "");
  return Array.from({ length: left.length }, () => left.splice(choose.below(left.length), 1)[0] ?? "");
}

/** Lines moved to the right; those without a character stay empty. */
export function indented(lines: string, by: string): string {
  return lines.replaceAll(/^(?=.)/gm, by);
}

/** A HelmRelease at the margin. */
export function helmRelease(choose: Chooser, dialect: Dialect, key: string): string {
  const entry = imageEntry(choose, dialect, key);
  const beside = several(choose, "beside the image", isLooseOr(dialect)).map((lines) =>
    lines.replaceAll(/\b([a-z])(\d)\b/g, "$1o$2"),
  );
  const values = shuffled(choose, [entry, ...beside]).join("");
  const kind = choose.one("kind", {
    plain: "HelmRelease",
    "in quotes": '"HelmRelease"',
    "with a comment": "HelmRelease # c",
  });
  const name = choose.one("name", { "in braces": "{name: x}\n", "on a line": "\n  name: x\n" });
  return `apiVersion: helm.toolkit.fluxcd.io/v2\nkind: ${kind}\nmetadata: ${name.startsWith("\n") ? name : name}spec:\n  values:\n${indented(values, "    ")}`.replace(
    "metadata: \n",
    "metadata:\n",
  );
}

function isLooseOr({ isLoose }: Dialect): Readonly<Record<string, string>> {
  return isLoose ? { ...otherLines, ...looseLines } : otherLines;
}

/** A Pod at the margin. */
export function pod(choose: Chooser, image: string): string {
  const text = choose
    .one("image text", imageTexts)
    .replace("IM\\u0041GE", `${image.slice(0, 1)}\\x${image.charCodeAt(1).toString(16)}${image.slice(2)}`)
    .replace("IMAGE", image);
  const beside = several(choose, "beside the text", otherLines).map((lines) =>
    lines.replaceAll(/\b([a-z])(\d)\b/g, "$1p$2"),
  );
  const container = shuffled(choose, [`image: ${text}`.replace("image: \n", "image:\n"), ...beside]).join("");
  return `apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  containers:\n  - ${indented(container, "    ").slice(4)}`;
}
