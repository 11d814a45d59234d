import { describe, expect, test } from "vitest";
import { useBench } from "./bench.ts";
import { list, pod, yaml } from "./manifests.ts";
import {
  expectFailed,
  expectPinned,
  expectPinnedInMeaning,
  expectRefused,
  expectSound,
  expectStreamPinned,
  readOne,
  withoutNewDigests,
} from "./reading.ts";

const bench = useBench();
const web = pod("image: nginx:1.27");
const emoji = "\u{1F600}";

/** A Pod whose `containers` value is this text, as it stands after the colon. */
function podOf(containers: string): string {
  return `apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  containers:${containers}\n`;
}

const oddImages: readonly (readonly [string, string])[] = [
  ["comments between key and value", pod("image: # c\n  # d\n\n  nginx:1.27 # e")],
  ["an explicit key", pod("? image\n: nginx:1.27")],
  ["an explicit key with comments", pod("? image # c\n# d\n: # e\n  nginx:1.27 # f")],
  ["a quoted explicit key", pod("? \"image\"\n: 'nginx:1.27'")],
  ["a key that is a block scalar", pod("? |-\n  image\n: nginx:1.27")],
  ["an escaped key", pod(String.raw`"im\u0061ge": nginx:1.27`)],
  ["a tagged key", pod("!!str image: nginx:1.27")],
  ["an anchored key", pod("&k image: nginx:1.27")],
  ["an alias as key", pod("args: [&k image]\n*k : nginx:1.27")],
  [
    "quoted keys all the way",
    '"apiVersion": v1\n\'kind\': Pod\n"spec":\n  "containers":\n  - \'image\': nginx:1.27\n',
  ],
  ["tagged collections", podOf(" !!seq\n  - !!map\n    image: nginx:1.27")],
  ["anchored collections", podOf(" &all\n  - &one\n    image: nginx:1.27")],
  ["a flow mapping in a block sequence", podOf("\n  - {name: a, image: nginx:1.27,args: []}")],
  [
    "a flow mapping over lines",
    podOf("\n  - {name: a,\n     # c\n     image: nginx:1.27 # d\n     ,args: []\n    }"),
  ],
  ["a flow sequence of block-like lines", podOf(" [\n    {\n      image: nginx:1.27\n    },\n  ]")],
  ["a value next to its quoted key", podOf(' [{"name":"a","image":"nginx:1.27"}]')],
  ["a plain value next to its quoted key", podOf(' [{"image":nginx:1.27,"name":"a"}]')],
  ["a pair that is a mapping in a sequence", podOf(" [image: nginx:1.27]")],
  ["an explicit key in flow style", podOf(" [{? image : nginx:1.27, ? name : a}]")],
  [
    "a flow mapping on the list's line",
    `{apiVersion: v1, kind: Pod, spec: {containers: [{image: nginx:1.27}]}}\n`,
  ],
  [
    "astral characters on the line before the image",
    podOf(` [{name: "${emoji.repeat(50)}", image: nginx:1.27}]`),
  ],
  [
    "astral characters all around",
    pod(`x: ${emoji} # ${emoji}\n"${emoji}": a\nimage: nginx:1.27 # ${emoji}`),
  ],
  ["no-break spaces around", pod("x: \u00A0a\u00A0\nimage: nginx:1.27 #\u00A0b\u00A0")],
  ["a line of 100 kB before it", podOf(` [{args: ["${"x".repeat(100_000)}"], image: nginx:1.27}]`)],
  ["a comment of 100 kB after it", pod(`image: nginx:1.27 # ${"x".repeat(100_000)}`)],
  ["trailing white space", pod("image: nginx:1.27   \t ")],
  ["an empty comment", pod("image: nginx:1.27 #")],
  ["a key that ends in image", pod("xximage: redis:7\n'image ': redis:7\nImage: redis:7\nimage: nginx:1.27")],
  ["a comment that looks like an image", pod("# image: redis:7\nimage: nginx:1.27\n#image: redis:7")],
  [
    "the same text elsewhere",
    pod("args: ['nginx:1.27', nginx:1.27]\nimage: nginx:1.27\nx: {image: nginx:1.27}"),
  ],
  ["duplicate keys all around", pod("a: 1\na: 2\nx: {image: a, image: b}\nimage: nginx:1.27\na: 3")],
  ["nulls of all kinds around", pod("a:\nb: ~\nc: null\n? d\ne: !!null\nimage: nginx:1.27\nf: ''\ng: !!str")],
  ["empty collections around", pod("a: []\nb: {}\nc: [ ]\nimage: nginx:1.27\nd: {\n}\ne: [\n]")],
  [
    "a block scalar right before it",
    pod("a: |+\n  image: redis:7\n\n\nimage: nginx:1.27\nb: >1-\n  text\n   more"),
  ],
  ["a multi-line plain scalar right before it", pod("a: one\n  two\n\n  image three\nimage: nginx:1.27")],
  [
    "a multi-line quoted scalar right before it",
    pod('a: "one\n\n  image: redis:7\n  \\\n  two"\nimage: nginx:1.27'),
  ],
];

describe("odd YAML around an image", () => {
  test.each([
    ["LF", "", "\n"],
    ["CRLF", "", "\r\n"],
    ["CRLF and a byte order mark", "\uFEFF", "\r\n"],
  ])("each of them, with %s", async (_, bom, eol) => {
    const run = await bench.pin(`${bom}${list(...oddImages.map(([, item]) => item)).replaceAll("\n", eol)}`);

    expectPinned(
      run,
      oddImages.map(() => "nginx:1.27"),
    );
  });

  test.each([
    ["flow", `a: ${"[".repeat(200)}${"]".repeat(200)}`],
    ["flow mappings", `a: ${"{a: ".repeat(200)}1${"}".repeat(200)}`],
    ["compact block sequences", `a:\n  ${"- ".repeat(200)}x`],
    [
      "block mappings",
      `a:\n${Array.from({ length: 200 }, (_, depth) => `${" ".repeat(depth + 1)}a:`).join("\n")}`,
    ],
  ])("200 levels of %s", async (_, deep) => {
    const run = await bench.pin(list(pod("image: nginx:1.27", deep), pod("image: redis:7")));

    expectPinned(run, ["nginx:1.27", "redis:7"]);
  });

  test.each([
    ["flow sequences", `a: ${"[".repeat(50_000)}${"]".repeat(50_000)}`],
    ["open flow sequences", `a: ${"[".repeat(50_000)}`],
    ["flow mappings", `a: ${"{a: ".repeat(20_000)}1${"}".repeat(20_000)}`],
    ["block sequences", `a:\n  ${"- ".repeat(20_000)}x`],
  ])("tens of thousands of levels of %s are no crash", async (_, deep) => {
    const run = await bench.pin(list(pod("image: nginx:1.27", deep)));

    expectSound(run);
  });

  test.each([
    ["|", "image: |\n  nginx:1.27"],
    [">", "image: >\n  nginx:1.27"],
    ["|+", "image: |+\n  nginx:1.27\n\n"],
    ["plain over two lines", "image: nginx\n  :1.27"],
    ["quoted over two lines", 'image: "nginx\n  :1.27"'],
    ["with a leading space", "image: ' nginx:1.27'"],
    ["with a trailing tab", String.raw`image: "nginx:1.27\t"`],
    ["of another tag", "image: !image nginx:1.27"],
    ["of the tag !!int", "image: !!int nginx:1.27"],
    ["of the tag !!binary", "image: !!binary bmdpbng6MS4yNw=="],
    ["a list of one", "image:\n- nginx:1.27"],
    ["followed by #", "image: nginx:1.27#c"],
    ["a reserved character", "image: '@nginx:1.27'"],
  ])("an image %s is pinned or reported, never broken", async (_, lines) => {
    const run = await bench.pin(list(pod(lines, "args: []"), pod("image: redis:7")));

    expectSound(run);
    const [before, after] = [run.input, run.stdout].map((text) => JSON.stringify(imagesOf(text)));
    if (run.code === 0) {
      expect(after).toContain(bench.pinned("redis:7"));
      expect(after?.replace(/@sha256:[0-9a-f]{64}/g, "")).toBe(before);
    } else {
      expectFailed(run);
    }
  });

  test.each([
    ["containers", web.replace("spec:\n", "spec:\n  containers: [{image: redis:7}]\n")],
    ["spec", `${web}spec: {containers: [{image: redis:7}]}\n`],
    ["kind", `${web}kind: ConfigMap\n`],
    ["apiVersion", `apiVersion: v2\n${web}`],
    ["metadata", `${web}metadata: {annotations: {config.kubernetes.io/local-config: "true"}}\n`],
    ["name", web.replace("  name: web\n", "  name: a\n  name: web\n")],
    ["image, the same twice", pod("image: nginx:1.27", "image: nginx:1.27")],
    ["image, one of them null", pod("image: nginx:1.27", "image:")],
    ["merge keys", pod("<<: {image: nginx:1.27}", "<<: {image: redis:7}")],
  ])("duplicate %s lose nothing", async (_, item) => {
    const run = await bench.pin(list(item, pod("image: alpine:3")));

    expectSound(run);
  });

  test.each([
    ["kind", list(web).replace("kind: ResourceList", "kind: ResourceList\nkind: List")],
    ["functionConfig", `${list(web)}functionConfig: null\nfunctionConfig: null\n`],
    ["results", `${list(web)}results: []\nresults: []\n`],
    ["items", `${list(web)}items: []\n`],
    ["unknown keys", `${list(web)}a: 1\na: 2\n`],
  ])("duplicate %s in the list lose nothing", async (_, input) => {
    const run = await bench.pin(input);

    expectSound(run);
  });

  test.each([
    ["a NUL", list(web, "apiVersion: v1\nkind: A\nx: a\u0000b\n")],
    ["a vertical tab", list(web, "apiVersion: v1\nkind: A\nx: a\u000bb\n")],
    ["an escape character", list(web, "apiVersion: v1\nkind: A\nx: a\u001bb\n")],
    ["line breaks that are CR", list(web).replaceAll("\n", "\r")],
    [
      "mixed line breaks",
      list(web, web, web).replace(/\n/g, (_, offset: number) => (offset % 3 === 0 ? "\r\n" : "\n")),
    ],
    [
      "an anchor that holds itself",
      list(web, "apiVersion: v1\nkind: Pod\nspec: &s {containers: [], again: *s }\n"),
    ],
    [
      "containers that hold themselves",
      list(web, "apiVersion: v1\nkind: Pod\nspec: {containers: &c [*c ]}\n"),
    ],
    ["a List that holds itself", list(web, "apiVersion: v1\nkind: List\nitems: &i [*i ]\n")],
    [
      "a merge of itself",
      list(web, "apiVersion: v1\nkind: Pod\nspec: {containers: [&c {<<: *c , image: a}]}\n"),
    ],
    [
      "an unknown %TAG",
      `%TAG !e! tag:example.com,2000:\n---\n${list(web.replace("image: ", "image: !e!x "))}`,
    ],
    ["an unknown directive", `%FOO bar\n---\n${list(web)}`],
    ["another YAML version", `%YAML 1.1\n---\n${list(web)}`],
  ])("%s is no crash and loses nothing", async (_, input) => {
    const run = await bench.pin(input);

    expectSound(run);
  });

  test("aliases that would unfold to a billion images end soon", async () => {
    const levels = Array.from({ length: 30 }, (_, level) =>
      level === 0
        ? "a0: &a0 {containers: [{image: nginx:1.27}]}"
        : `a${level}: &a${level} [*a${level - 1} , *a${level - 1} ]`,
    );
    const input = list(
      `apiVersion: acme.io/v1\nkind: Bomb\nmetadata: {name: a}\nspec:\n  ${levels.join("\n  ")}\n`,
    );

    const run = await bench.pin(input);

    expectSound(run);
    expect(run.stdout.split("\nresults:")[0]?.match(/nginx:1\.27@/g) ?? []).toHaveLength(
      run.code === 0 ? 1 : 0,
    );
  });
});

describe("a chain that no stack holds", () => {
  const pod =
    "{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {containers: [{name: c, image: nginx:1.27}]}}";
  const links = Array.from({ length: 5000 }, (_, at) => at);

  test.each([
    [
      "containers that merge",
      list(`apiVersion: v1
kind: Pod
metadata: {name: p}
spec:
  containers: [&a0 {image: nginx:1.27}, ${links.map((at) => `&a${at + 1} {<<: *a${at}}`).join(", ")}]
`),
    ],
    [
      "Lists in Lists",
      `kind: ResourceList\nitems:\n- &l0 ${pod}\n${links.map((at) => `- &l${at + 1} {apiVersion: v1, kind: List, items: [*l${at}]}\n`).join("")}`,
    ],
  ])("is refused in a sentence: %s", async (_, input) => {
    const run = await bench.pin(input);

    expectSound(run);
    expect(run.code).toBe(1);
    expect(run.stderr).toMatch(
      /line \d+, column \d+: `\*[al]50` is one of more than 50 aliases that lead to each other: write out/,
    );
  });
});

describe("aliases of more than an image", () => {
  test.each([
    ["a whole container", podOf("\n  - &c {name: a, image: nginx:1.27}\n  - *c"), 2],
    ["a list of containers", podOf(" &c\n  - image: nginx:1.27\n  initContainers: *c"), 2],
    ["a container defined where no images are", `x: &c {image: nginx:1.27}\n${podOf(" [*c ]")}`, 2],
    ["containers defined where no images are", `x: &c\n- image: nginx:1.27\n${podOf(" *c")}`, 2],
    ["an image in an alias in an alias", `x: &c {image: nginx:1.27}\ny: &d [*c ]\n${podOf(" *d")}`, 3],
  ])("%s is pinned once, where it is defined", async (_, item, count) => {
    const run = await bench.pin(list(item, pod("image: redis:7")));

    expectPinned(run, [...Array(count).fill("nginx:1.27"), "redis:7"]);
    expect(bench.requests().toSorted()).toEqual(["library/nginx:1.27", "library/redis:7"]);
  });

  test("a whole spec that is a status as well fails the run, since a status holds no images", async () => {
    const run = await bench.pin(
      list(`apiVersion: v1\nkind: Pod\nspec: &s {containers: [{image: nginx:1.27}]}\nstatus: *s\n`),
    );

    expectFailed(run);
  });

  test("an anchor defined anew between a container and its alias", async () => {
    const run = await bench.pin(
      list(podOf("\n  - &c {image: nginx:1.27}\n  - *c\n  - &c {image: redis:7}\n  - *c")),
    );

    expectPinned(run, ["nginx:1.27", "nginx:1.27", "redis:7", "redis:7"]);
  });

  test("a Pod that is an alias of another item", async () => {
    const run = await bench.pin(`${list(`&p\n${web}`, pod("image: redis:7"))}- *p\n`);

    expectPinned(run, ["nginx:1.27", "redis:7", "nginx:1.27"]);
  });

  test("an alias in a merged mapping", async () => {
    const input = list(`x: &i nginx:1.27\ny: &b {image: *i }\n${podOf("\n  - <<: *b\n    name: a")}`);

    const run = await bench.pin(input);

    expectPinnedInMeaning(run, ["nginx:1.27", "nginx:1.27"]);
    expect(run.stdout.startsWith(input.replace("image: *i", `image: ${bench.pinned("nginx:1.27")}`))).toBe(
      true,
    );
  });
});

const entry = "message: checked, severity: info";
const oddResults: readonly (readonly [string, string])[] = [
  ["nothing but a comment", "results: # comment\n"],
  ["a comment on the next line", "results:\n# comment\n"],
  ["an indented comment on the next line", "results:\n  # comment\n"],
  ["null and a comment", "results: null # c\n"],
  ["a tagged null", "results: !!null\n"],
  ["an anchored null", "results: &r\n"],
  ["an empty list under a quoted key", '"results": []\n'],
  ["an empty list with a comment", "'results': [ ] # c\n"],
  ["an empty list over lines", "results: [\n]\n"],
  ["an empty list on the next line", "results:\n  []\n"],
  ["an empty list with a comment inside", "results: [ # c\n]\n"],
  ["an anchored and tagged empty list", "results: &r !!seq []\n"],
  ["an empty list under an explicit key", "? results\n: []\n"],
  ["an explicit key without a value", "? results\n"],
  ["a flow list over lines", `results: [\n  {${entry}},\n  {${entry}}\n]\n`],
  ["a flow list with a trailing comma", `results: [{${entry}},]\n`],
  ["a flow list over lines with a trailing comma", `results: [\n  {${entry}},\n]\n`],
  ["a flow list with comments", `results: [ # a\n  {${entry}} # b\n  # c\n] # d\n`],
  ["a flow list with a trailing comma and a comment", `results: [\n  {${entry}}, # b\n] # d\n`],
  ["a block list with comments", `results: # a\n# b\n- {${entry}} # c\n# d\n`],
  ["a block list under an explicit key", `? results\n: - {${entry}}\n`],
  ["an anchored block list", `results: &r\n- {${entry}}\n`],
  [
    "a wide block list with comments",
    `results:\n    # a\n    - message: checked\n      severity: info\n    # d\n  # e\n`,
  ],
  ["a block list whose last text ends in |+", "results:\n- severity: info\n  message: |+\n    text\n\n\n"],
  [
    "a block list whose last text is plain over lines",
    "results:\n- severity: info\n  message: one\n    two\n",
  ],
  ["a block list without a line break", "results:\n- severity: info\n  message: text"],
  [
    "a block list with dashes of their own",
    "results:\n-\n  severity: info\n  message: text\n-\n  {message: b}\n",
  ],
  ["a legacy flow mapping", `results: {name: a, items: [{${entry}}]}\n`],
  ["a legacy block mapping with a key after items", `results:\n  items:\n  - {${entry}}\n  name: a # c\n`],
];

describe("odd results", () => {
  test.each(oddResults)("%s at the end", async (_, results) => {
    const run = await bench.pin(`${list(web)}${results}`);

    expect(expectPinnedInMeaning(run, ["nginx:1.27"])).toMatchObject([{ severity: "info" }]);
    expect(comments(run.stdout)).toEqual(comments(run.input));
  });

  test.each(oddResults.filter(([, results]) => results.endsWith("\n")))(
    "%s before the items, with CRLF",
    async (_, results) => {
      const run = await bench.pin(list(web).replace("items:", `${results}items:`).replaceAll("\n", "\r\n"));

      expect(expectPinnedInMeaning(run, ["nginx:1.27"])).toMatchObject([{ severity: "info" }]);
      expect(comments(run.stdout)).toEqual(comments(run.input));
      expect(run.stdout).not.toMatch(/[^\r]\n/);
    },
  );

  test.each([
    ["text", "results: text\n"],
    ["a number", "results: 5\n"],
    ["an alias", "x: &r []\nresults: *r\n"],
    ["an alias of a list with entries", `x: &r [{${entry}}]\nresults: *r\n`],
    ["legacy items that are text", "results: {items: text}\n"],
    ["a block scalar", "results: |\n  text\n"],
    ["a list of oddities", "results:\n- null\n- text\n- [a]\n- {message: 5}\n"],
    ["an empty legacy mapping", "results: {}\n"],
    ["a legacy flow mapping without items", "results: {name: a}\n"],
    ["a legacy block mapping without items", "results:\n  name: a\n"],
    ["a legacy block mapping with empty items", "results:\n  items: # none\n  name: a\n"],
  ])("%s as results loses nothing that the orchestrator needs", async (_, results) => {
    const run = await bench.pin(`${list(web)}${results}`);

    expect([0, 1]).toContain(run.code);
    expect(run.stdout === "" || withoutNewDigests(run).startsWith(list(web))).toBe(true);
    expect(run.stdout === "" && run.code === 0).toBe(false);
  });
});

const oddLists: readonly (readonly [string, string])[] = [
  [
    "items in flow style",
    "kind: ResourceList\nitems: [{apiVersion: v1, kind: Pod, spec: {containers: [{image: nginx:1.27}]}}]\n",
  ],
  [
    "items in flow style on their own lines",
    "kind: ResourceList\nitems:\n  [\n    {apiVersion: v1, kind: Pod, spec: {containers: [{image: nginx:1.27}]}},\n  ]\n",
  ],
  [
    "a flow list over lines",
    "{\n  kind: ResourceList,\n  items: [{kind: Pod, apiVersion: v1, spec: {containers: [{image: nginx:1.27}]}}]\n}\n",
  ],
  [
    "a flow list with a trailing comma",
    "{kind: ResourceList, items: [{kind: Pod, apiVersion: v1, spec: {containers: [{image: nginx:1.27}]}}],}\n",
  ],
  [
    "a flow list with a comment at its end",
    "{kind: ResourceList, items: [{kind: Pod, apiVersion: v1, spec: {containers: [{image: nginx:1.27}]}}] # c\n} # d\n",
  ],
  [
    "a flow list with a comma and a comment at its end",
    "{kind: ResourceList, items: [{kind: Pod, apiVersion: v1, spec: {containers: [{image: nginx:1.27}]}}], # c\n# d\n}\n",
  ],
  [
    "a flow list that ends in a key without a value",
    "{kind: ResourceList, items: [{kind: Pod, apiVersion: v1, spec: {containers: [{image: nginx:1.27}]}}], extra: }\n",
  ],
  [
    "a flow list that ends in a bare key",
    "{kind: ResourceList, items: [{kind: Pod, apiVersion: v1, spec: {containers: [{image: nginx:1.27}]}}], extra}\n",
  ],
  [
    "a flow list that ends in a plain scalar",
    "{kind: ResourceList, items: [{kind: Pod, apiVersion: v1, spec: {containers: [{image: nginx:1.27}]}}], extra: a b }\n",
  ],
  [
    "a flow list on the line of ---",
    "--- {kind: ResourceList, items: [{kind: Pod, apiVersion: v1, spec: {containers: [{image: nginx:1.27}]}}]}\n",
  ],
  [
    "a flow list without a line break",
    "{kind: ResourceList, items: [{kind: Pod, apiVersion: v1, spec: {containers: [{image: nginx:1.27}]}}]}",
  ],
  ["a list of one column more", list(web).replace(/^/gm, " ").trimEnd()],
  ["a list of four columns more", `${list(web).replace(/^(?=.)/gm, "    ")}\n`],
  ["a list with a tag", `--- !!map\n${list(web)}`],
  ["a list with an anchor", `--- &list\n${list(web)}`],
  [
    "a list with explicit keys",
    `? kind\n: ResourceList\n? items\n:\n${list(web)
      .replace(/^[\s\S]*?items:\n/, "")
      .replace(/^/gm, "  ")
      .trimEnd()}\n`,
  ],
  [
    "a list with quoted keys",
    list(web)
      .replace("kind:", '"kind":')
      .replace("ResourceList", "'ResourceList'")
      .replace("items:", "'items' :"),
  ],
  ["items with a tag and an anchor", list(web).replace("items:", "items: !!seq &items")],
  ["kind after the items", `${list(web).replace("kind: ResourceList\n", "")}kind: ResourceList\n`],
  ["comments after the items", `${list(web)}  # one\n# two\n      # three\n`],
  ["a comment without a line break at the end", `${list(web)}# end`],
  ["white space at the end", `${list(web)}   `],
  ["a tab at the end", `${list(web)}\t\n`],
  ["a last item that ends in |+", `${list(web, pod("args:\n- |+\n  text\n\n"))}\n`],
  ["a last item that ends in |+ of nothing", list(web, pod("args:\n- |+")).trimEnd()],
  ["a last item that ends in |+ and a comment", `${list(web, pod("args:\n- |+\n  text\n\n"))}# end\n`],
  ["a last item that ends in |+ and ...", `${list(web, pod("args:\n- |+\n  text\n\n"))}...\n`],
  ["a last item that ends in > and spaces", `${list(web, pod("args:\n- >+\n  text\n"))}          \n    \n`],
  ["a last item that ends in a dash", list(web, pod("args:\n-")).trimEnd()],
  ["a last item that ends in a key", list(web, pod("args:")).trimEnd()],
  ["a last item that ends in an explicit key", list(web, pod("? args")).trimEnd()],
  ["a last item that ends in an anchor", list(web, pod("args: &a")).trimEnd()],
  ["a last item that ends in a tag", list(web, pod("args: !!str")).trimEnd()],
  ["a last item that ends in plain lines", list(web, pod("x: one\n  two")).trimEnd()],
  ["a last item that ends in a quote over lines", list(web, pod('x: "one\n\n  two"')).trimEnd()],
  ["a last item that is null", `${list(web)}-`],
  ["a last item that ends in an alias", list(web, pod("x: &a b\ny: *a")).trimEnd()],
  ["a comment that looks like results", `${list(web)}# results:\n#results: []\n`],
  [
    "results that are not the list's",
    list(web, "apiVersion: v1\nkind: A\nmetadata: {name: a}\nresults: []\n"),
  ],
  ["... with a comment", `${list(web)}... # end\n`],
  ["an extra key without a value at the end", `${list(web)}extra:`],
  ["an extra key with |+ at the end", `${list(web)}extra: |+\n  text\n\n`],
];

describe("odd lists", () => {
  test.each(oddLists)("%s", async (name, text) => {
    const inCrlf = /end|line break|comment/.test(name) ? [text.replaceAll("\n", "\r\n")] : [];
    for (const input of [text, ...inCrlf]) {
      const run = await bench.pin(input);

      const results = expectPinned(run, ["nginx:1.27"]);
      expect(results.filter(({ severity }) => severity === "info")).toHaveLength(1);
      expect(run.stdout.replaceAll("\r\n", "").includes("\n")).toBe(input === text && text.includes("\n"));
    }
  });
});

const bulky = `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  a: |\n    ---\n    kind: Pod\n    ---\n`;
const oddStreams: readonly (readonly [string, string, readonly string[]])[] = [
  ["a leading ---", `---\n${web}`, ["nginx:1.27"]],
  ["--- with a comment", `--- # one\n${web}--- # two\n${web}`, ["nginx:1.27", "nginx:1.27"]],
  ["--- with white space", `--- \n${web}---\t\n${web}`, ["nginx:1.27", "nginx:1.27"]],
  ["empty documents", `---\n---\n${web}---\n---\n\n---\n${web}---\n`, ["nginx:1.27", "nginx:1.27"]],
  [
    "documents of comments",
    `# a\n---\n# Source: x\n${web}---\n# only this\n---\n${web}# end`,
    ["nginx:1.27", "nginx:1.27"],
  ],
  [
    "... between documents",
    `${web}...\n---\n${web}...\n${web}...\n`,
    ["nginx:1.27", "nginx:1.27", "nginx:1.27"],
  ],
  ["a directive between documents", `${web}...\n%YAML 1.2\n---\n${web}`, ["nginx:1.27", "nginx:1.27"]],
  [
    "a document on the line of ---",
    `${web}--- {apiVersion: v1, kind: Pod, spec: {containers: [{image: redis:7}]}}\n`,
    ["nginx:1.27", "redis:7"],
  ],
  ["a tag on the line of ---", `--- !!map\n${web}`, ["nginx:1.27"]],
  ["--- in block scalars", `${bulky}---\n${web}`, ["nginx:1.27"]],
  ["CRLF", `# a\n---\n${web}---\n${web}`.replaceAll("\n", "\r\n"), ["nginx:1.27", "nginx:1.27"]],
  ["a byte order mark", `\uFEFF${web}---\n${web}`, ["nginx:1.27", "nginx:1.27"]],
  ["a byte order mark before ---", `\uFEFF---\n${web}`, ["nginx:1.27"]],
  ["no line break at the end", `${web}---\n${web}`.trimEnd(), ["nginx:1.27", "nginx:1.27"]],
  [
    "JSON documents",
    `{"apiVersion":"v1","kind":"Pod","spec":{"containers":[{"image":"nginx:1.27"}]}}\n---\n${web}`,
    ["nginx:1.27", "nginx:1.27"],
  ],
  [
    "a JSON List",
    '{"apiVersion":"v1","kind":"List","items":[{"apiVersion":"v1","kind":"Pod","spec":{"containers":[{"image":"nginx:1.27"}]}}]}',
    ["nginx:1.27"],
  ],
  [
    "a List of Lists",
    yaml`
    apiVersion: v1
    kind: List
    items:
    - apiVersion: v1
      kind: List
      items:
      - {apiVersion: v1, kind: Pod, metadata: {generateName: a-}, spec: {containers: [{image: nginx:1.27}]}}
      - {apiVersion: v1, kind: Pod, metadata: {generateName: a-}, spec: {containers: [{image: nginx:1.27}]}}
  `,
    ["nginx:1.27", "nginx:1.27"],
  ],
  [
    "the same anchor in two documents",
    `x: &a nginx\n${web}---\nx: &a redis\n${web}`,
    ["nginx:1.27", "nginx:1.27"],
  ],
  [
    "astral characters",
    `# ${emoji}\n${web}---\n# ${emoji}${emoji}\nx: ${emoji}\n${web}`,
    ["nginx:1.27", "nginx:1.27"],
  ],
  [
    "a kustomization among manifests",
    `apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nimages: [{name: nginx}]\n---\n${web}`,
    ["nginx:1.27"],
  ],
  [
    "a flow collection that closes at its parent's column",
    `${web.replace("metadata:\n  name: web", "metadata:\n  labels: {\n    a: b\n  }")}`,
    ["nginx:1.27"],
  ],
  [
    "a flow collection that closes at the margin",
    `metadata: {\n  name: a\n}\n${web.replace("metadata:\n  name: web\n", "")}`,
    ["nginx:1.27"],
  ],
];

describe("odd streams", () => {
  test.each(oddStreams)("%s", async (_, input, images) => {
    const run = await bench.pin(input);

    expectStreamPinned(run, images);
    expect(run.stdout).not.toContain("results");
  });

  test.each([
    [
      "an unrendered template",
      "apiVersion: v1\nkind: Pod\nmetadata:\n  name: {{ .Values.name }}\n  {{- if x }}\n",
    ],
    ["a template's error", `${web}---\nError: template: x:1: nil pointer\n`],
    ["a warning before the manifests", `WARNING deprecated\n${web}`],
    ["an HTML page", "<!DOCTYPE html>\n<html></html>\n"],
    ["a values file after manifests", `${web}---\nimage: {tag: a}\n`],
    ["a list of manifests", `- ${web.trimEnd().replaceAll("\n", "\n  ")}\n`],
    ["an alias of another document's anchor", `x: &a nginx\n${web}---\n${pod("image: *a")}`],
    ["a kind that is a number", "apiVersion: v1\nkind: 5\n"],
    ["a kind that is empty", "apiVersion: v1\nkind: ''\n"],
    ["two mappings in a row", "{apiVersion: v1, kind: Pod} {apiVersion: v1, kind: Pod}"],
    ["a manifest cut short", `${web}---\napiVersion: v1\nkind: Pod\nspec: {containers: [{image: ngi`],
    ["text after a manifest", `${web}done.\n`],
  ])("%s is refused with line and column", async (_, input) => {
    const run = await bench.pin(input);

    expectRefused(run);
    expect(run.stderr).toMatch(/\b\d+:\d+\b|line \d+/);
  });

  test.each([
    ["JSON documents in a row", '{"apiVersion":"v1","kind":"Pod"}\n{"apiVersion":"v1","kind":"Pod"}\n'],
    ["null documents", `${web}---\nnull\n---\n~\n---\n${web}`],
    ["... twice", `${web}...\n...\n`],
  ])("%s are pinned or refused", async (_, input) => {
    const run = await bench.pin(input);

    expectSound(run);
  });
});

/** The images of a list's Pods as they are read, strings or not. */
function imagesOf(text: string): unknown {
  return JSON.parse(JSON.stringify(readOne(text)), (key, value) => (key === "results" ? undefined : value));
}

/** The comments of a text, where no value holds a "#". */
function comments(text: string): readonly string[] {
  return text.match(/(?<=^|\s)#[^\r\n]*/g) ?? [];
}
