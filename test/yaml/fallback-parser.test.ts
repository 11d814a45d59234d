import { readdirSync, readFileSync, statSync } from "node:fs";
import { EVENT_ID, type Event, getScalarValue } from "js-yaml";
import { describe, expect, test } from "vitest";
import { fallbackEvents } from "../../src/yaml/fallback-parser.ts";
import { strictEvents } from "../../src/yaml/scan.ts";
import { YamlSyntaxError } from "../../src/yaml/syntax-error.ts";
import { isMissing } from "../support/missing.ts";

/** An event with what the two readers must agree on; of a block scalar's end only what it makes of the value. */
function essence(text: string, event: Event): unknown {
  switch (event.type) {
    case EVENT_ID.DOCUMENT:
      return { type: event.type };
    case EVENT_ID.SCALAR: {
      const { valueStart, valueEnd, anchorStart, anchorEnd, tagStart, tagEnd, style } = event;
      const value = valueStart === -1 ? undefined : getScalarValue(text, event);
      const end = text.slice(valueStart, valueEnd).trimEnd().length;
      return { value, valueStart, end, anchorStart, anchorEnd, tagStart, tagEnd, style };
    }
    default:
      return event;
  }
}

function essences(text: string, events: readonly Event[] | undefined): readonly unknown[] | undefined {
  return events?.map((event) => essence(text, event));
}

function strict(text: string): readonly Event[] | undefined {
  try {
    return strictEvents(text);
  } catch (error) {
    if (error instanceof YamlSyntaxError) return undefined;
    throw error;
  }
}

describe("tolerantEvents", () => {
  test.each([
    ["nothing", ""],
    ["a comment", "# a\n"],
    ["scalars", "a: b\n'c': \"d\\n\"\ne: 'it''s'\nf: two\n  lines\n\n  more\n"],
    ["empty values", "a:\nb: # c\nc: ''\n"],
    ["block sequences", "- a\n-\n- - b\n  - c: d\n    e: f\n"],
    ["flow collections", "[a, {b: c, d, 'e':f}, [], {}, [g, ], ]\n"],
    ["bare pairs", "[a: b, c: , [d]: e]\n"],
    ["explicit keys", "? a\n: b\n? [c]\n: d\n? e\n"],
    ["anchors and aliases", "a: &a b\nc: *a\nd: &d\n  e: &e []\nf: [*a, *d , *e]\n*a : g\n"],
    ["anchors of nothing", "a: &a\nb: *a\nc: !!null\nd: &d !!str\n"],
    ["tags", "a: !!str b\nc: !mine\n  d: e\nf: !!seq [! g]\nh: !<tag:yaml.org,2002:str> i\n"],
    [
      "tags and anchors in both orders",
      "a: !!str &a b\nc: &c !!str d\ne: &e !!map\n  f: g\nh: !!map &h {}\n",
    ],
    ["properties on lines of their own", "a: &a\n  !!map # c\n  # d\n\n  b: c\nd: !!str\n  e\n"],
    ["merge keys", "a: &a {b: c}\nd:\n  <<: *a\n  !!merge <<: [*a]\n"],
    ["duplicate keys", "a: b\na: c\n"],
    ["literal block scalars", "a: |\n  b\n   c\n\n  d\ne: |+\n  f\n\ng: |-\n  h\n\ni: |2\n    j\nk: |\n"],
    ["folded block scalars", "a: >\n  b\n  c\n\n   d\ne: >-\n  f\ng: >+2\n   h\n\n"],
    ["block scalars in sequences", "- |\n a\n- >1-\n  b\n- - |\n   c\n"],
    ["block scalars with properties", "a: !!str &a | # c\n  b\nd: &d\n  >-\n  e\n"],
    ["an indicated block scalar below a sequence", "a:\n- b: |2\n      c\n  d: e\n"],
    ["a block scalar with leading blank lines", "a: |\n\n  \n  b\n"],
    ["carriage returns", "a: b\r\nc: |\r\n  d\r\n  e\r\nf: 'g\r\n  h'\r\ni: [\r\n  j ]\r\n"],
    ["a byte order mark", "\ufeffa: &a b\nc: *a\n"],
    ["documents", "a: b\n---\n- c\n...\n--- d\n---\n# nothing\n---\n{e: f}\n...\n"],
    ["a directive", "%YAML 1.2\n%TAG !e! tag:e,2000:\n---\na: !e!b c\n"],
    ["text on the line of the marker", "--- |\n  a\n--- 'b'\n--- &c\nd: e\n"],
    ["JSON", '{"a":"b","c":[1,null,{"d":"\\u0041"}],"e":{}}'],
    ["comments", "# a\na: b # c\n# d\n  # e\nf: # g\n  # h\n  - i # j\n  # k\n  - l\n"],
    ["a hash that is text", "a: b#c\nd: 'e #f'\ng: &h#i j\n"],
    ["an exclamation mark and an ampersand in text", "a: b !c &d\ne: f\n  !g &h i\n"],
    ["text before properties in flow style", "[a, &b c, !!str d,&e f]\n"],
    ["wide characters", "a: 😀\nb: &😀 é\nc: *😀\n"],
  ])("reads %s as the first reader does", (_, text) => {
    const expected = strict(text);

    expect(expected).toBeDefined();
    expect(essences(text, fallbackEvents(text))).toEqual(essences(text, expected));
  });

  test.each([
    ["an open bracket", "a: [b\n"],
    ["an open quote", "a: 'b\n"],
    ["a key in the wrong column", "a:\n  b: c\n d: e\n"],
  ])("gives nothing for %s", (_, text) => {
    expect(fallbackEvents(text)).toBeUndefined();
  });

  const corpus = new URL("../../../shared/corpus/files/", import.meta.url);

  test.skipIf(isMissing("corpus of manifests at ../shared/corpus", corpus))(
    "reads real manifests as the first reader does",
    () => {
      const compared = readdirSync(corpus, { recursive: true, encoding: "utf8" }).filter((path) => {
        const file = new URL(path, corpus);
        if (!statSync(file).isFile()) return false;
        const text = readFileSync(file, "utf8");
        const [expected, actual] = [strict(text), fallbackEvents(text)];
        if (expected === undefined || actual === undefined) return false;
        // As text, since comparing millions of objects takes minutes.
        const [ours, theirs] = [actual, expected].map((events) => JSON.stringify(essences(text, events)));
        if (ours !== theirs)
          expect({ path, events: essences(text, actual) }).toEqual({
            path,
            events: essences(text, expected),
          });
        return true;
      });

      expect(compared.length).toBeGreaterThan(3000);
    },
  );
});
