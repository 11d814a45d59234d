/** Files of locks in every style. */
import type { Chooser } from "./choices.ts";
import { broken, ended } from "./inputs.ts";
import { digest } from "./properties.ts";
import { indented, shuffled } from "./styles.ts";

/** A lock without an entry for `nginx`. */
export function lockFile(choose: Chooser): string {
  const isInBraces = choose.one("style of the lock", { block: false, braces: true });
  return broken(choose, ended(choose, isInBraces ? lockInBraces(choose) : lockInLines(choose)));
}

function lockInLines(choose: Chooser): string {
  const kind = choose.one("kind of the lock", {
    plain: "kind: ImageLock\n",
    "with a tag": "!!str kind: ImageLock # c\n",
    "with an anchor": "&k kind: ImageLock\n",
    explicit: "? kind\n: ImageLock\n",
  });
  const beside = choose.one("beside the images", {
    nothing: "",
    "a literal": "other: |\n  a\n",
    "a kept literal": "other: |+\n  a\n\n",
    "a deeper map": "metadata:\n    name: x\n    # c\n",
    "a bare key": "? other\n",
  });
  const lines = shuffled(choose, [kind, "apiVersion: fn.kpt.dev/v1alpha1\n", beside, images(choose)]).join(
    "",
  );
  const start = choose.one("start of the lock", { nothing: "", "a marker": "---\n", "a comment": "# c\n" });
  return start + indented(lines, choose.one("column of the lock", { "the margin": "", two: "  " }));
}

function images(choose: Chooser): string {
  const entries = choose.one("entries", {
    "in lines": `a:1:\n  digest: ${digest}\n`,
    "in lines with comments": `# c\na:1: # c\n    digest: ${digest} # c\n    # d\nz: # c\n    digest: '${digest}'\n    by: |+\n      x\n\n`,
    "in lines behind tags": `!!str a:1:\n  !!str digest: ${digest}\n&z z:\n  &d digest: ${digest}\n`,
    "with explicit keys": `? a:1\n: digest: ${digest}\n? z\n: ? digest\n  : ${digest}\n`,
    "in quotes": `"z":\n  "digest": "${digest}"\n'a:1':\n  digest: ${digest}\n`,
    "in braces on lines": `a:1: {digest: ${digest}}\nz: {digest: ${digest}, } # c\n`,
    "with a folded digest": `z:\n  digest: >-\n    ${digest}\n`,
  });
  const braces = `a:1: {digest: ${digest}}`;
  return choose.one("images", {
    "on lines": `images:\n${indented(entries, "  ")}`,
    "on deeper lines": `images: # c\n\n${indented(entries, "     ")}`,
    missing: "",
    nothing: "images:\n",
    "nothing and a comment": "images: # c\n",
    null: "images: null # c\n",
    "a tagged null": "images: !!null\n",
    "null on the next line": "images:\n  ~\n",
    "empty braces": "images: {} # c\n",
    "empty braces with a comment": "images: { # c\n  }\n",
    "a bare key": "? images\n",
    "an explicit key of nothing": "? images\n:\n",
    "a quoted key of nothing": '"images":\n',
    "in braces": `images: {${braces}}\n`,
    "in braces with a comma": `images: { ${braces}, } # c\n`,
    "in braces over lines": `images: {\n    ${braces}, # c }\n    z: {digest: ${digest}} # c\n  }\n`,
  });
}

function lockInBraces(choose: Chooser): string {
  const entry = `"a:1": {"digest": "${digest}"}`;
  const images = choose.one("images in braces", {
    some: `"images": {${entry}}`,
    "some on lines": `"images": {\n    ${entry}\n  }`,
    missing: "",
    none: '"images": {}',
    null: '"images": null',
    bare: "images",
    "bare in quotes": '"images"',
    nothing: "images: ",
    "a null tag": "images: !!null ",
  });
  const members = shuffled(choose, ['"apiVersion": "fn.kpt.dev/v1alpha1"', '"kind": "ImageLock"', images]);
  const [open, close] = choose.one("ends of the lock", {
    "no blanks": ["{", "}\n"],
    lines: ["{\n  ", "\n}\n"],
    "a comma and a comment": ["{ ", ", # c }\n}\n"],
  } as const);
  return open + members.join(choose.one("comma of the lock", { "a blank": ", ", "a line": ",\n  " })) + close;
}
