import { describe, expect, test } from "vitest";
import { useBench } from "./bench.ts";
import { list, pod, yaml } from "./manifests.ts";
import { expectPinned, expectPinnedInMeaning } from "./reading.ts";

const bench = useBench();
const nginx = () => bench.pinned("nginx:1.27");

describe("YAML fidelity", () => {
  test("case 45: an image keeps its style, quotes, tag and anchor", async () => {
    const lines = [
      "image: nginx:1.27",
      "image: 'nginx:1.27'",
      'image: "nginx:1.27"',
      "image: !!str nginx:1.27",
      "image: ! nginx:1.27",
      "image: !<tag:yaml.org,2002:str> 'nginx:1.27'",
      "image: !!str &img nginx:1.27",
      "image: &img !!str 'nginx:1.27' # c",
      "\"image\": 'nginx:1.27'",
      "image : nginx:1.27",
      "image:      nginx:1.27      # c",
    ];

    const run = await bench.pin(list(...lines.map((line) => pod(line))));

    expectPinned(run, Array(lines.length).fill("nginx:1.27"));
    for (const line of lines) {
      expect(run.stdout).toContain(`    ${line.replace("nginx:1.27", nginx())}\n`);
    }
  });

  test.each([
    String.raw`"nginx\u003a1.27"`,
    String.raw`"\x6eginx:1.27"`,
    String.raw`"nginx:1.27\
            "`,
  ])("case 45: escapes in %s are understood", async (value) => {
    const [before = "", after = ""] = list(pod("image: HERE", "# after")).split("HERE");

    const run = await bench.pin(`${before}${value}${after}`);

    expectPinnedInMeaning(run, ["nginx:1.27"]);
    expect(run.stdout.startsWith(before)).toBe(true);
    expect(run.stdout).toContain(`"${after}`);
  });

  test("case 46: an image on lines of its own stays a valid scalar there", async () => {
    const styles = [
      "image: |-\n  nginx:1.27",
      "image: |2-\n  nginx:1.27",
      "image: >-\n  nginx:1.27",
      "image: >- # c\n  nginx:1.27",
      "image: >-\n  nginx:1.27\n\n\n",
      "image:\n  nginx:1.27",
      "image: # c\n  # d\n  nginx:1.27 # e",
      "image:\n  'nginx:1.27'",
      "image: &img\n  nginx:1.27",
    ];

    const run = await bench.pin(list(...styles.flatMap((style) => [pod(style, "args: []"), pod(style)])));

    expectPinned(run, Array(2 * styles.length).fill("nginx:1.27"));
  });

  test("case 47: an anchor on an image is kept", async () => {
    const run = await bench.pin(list(pod("image: &img nginx:1.27 # c")));

    expectPinned(run, ["nginx:1.27"]);
    expect(run.stdout).toContain(`image: &img ${nginx()} # c`);
  });

  test.each([
    ["plain", "&img nginx:1.27", "{}"],
    ["single-quoted", "&img 'nginx:1.27'", "'{}'"],
    ["double-quoted", '&img "nginx:1.27"', '"{}"'],
    ["tagged", "&img !!str nginx:1.27", "{}"],
  ])("case 48: an alias of a %s anchor becomes the reference in its quoting", async (_, anchor, quoted) => {
    const input = list(
      pod("image: *img # the alias", "env: [{name: IMAGE, value: *img}]").replace(
        "name: web\n",
        `name: web\n  annotations:\n    note: ${anchor}\n`,
      ),
    );

    const run = await bench.pin(input);

    expect(run.code).toBe(0);
    expect(
      run.stdout.startsWith(input.replace("image: *img", `image: ${quoted.replace("{}", nginx())}`)),
    ).toBe(true);
    expectPinnedInMeaning(run, ["nginx:1.27"]);
  });

  test("case 48: an alias of another image is pinned to the same digest, once", async () => {
    const run = await bench.pin(list(`${pod("image: &img nginx:1.27")}  - name: b\n    image: *img\n`));

    expect(run.stdout.match(/nginx:1\.27@sha256:[0-9a-f]{64}@/)).toBeNull();
    expectPinnedInMeaning(run, ["nginx:1.27", "nginx:1.27"]);
    expect(bench.requests()).toEqual(["library/nginx:1.27"]);
  });

  test("case 48: an alias in flow style is replaced without touching its neighbours", async () => {
    const input = list(
      "apiVersion: v1\nkind: Pod\nmetadata: {name: &img nginx}\nspec: {containers: [{name: *img , image: *img }, {image: *img , name: *img }]}\n",
    );

    const run = await bench.pin(input);

    const pinned = `image: ${bench.pinned("nginx")}`;
    expect(run.stdout.startsWith(input.replaceAll("image: *img", pinned))).toBe(true);
    expectPinnedInMeaning(run, ["nginx", "nginx"]);
  });

  test("case 49: an anchor defined anew means the new value from there on", async () => {
    const item = (image: string, alias: string) =>
      pod(`image: ${alias}`).replace("name: web\n", `name: web\n  annotations: {note: &img ${image}}\n`);
    const input = list(item("nginx:1.27", "*img"), item("redis:7", "*img"), pod("image: *img"));

    const run = await bench.pin(input);

    expectPinnedInMeaning(run, ["nginx:1.27", "redis:7", "redis:7"]);
    expect(run.stdout.match(new RegExp(`image: ${bench.pinned("redis:7")}`, "g"))).toHaveLength(2);
  });

  test.each([
    ["!!merge <<", "!!merge <<: *base\n  name: b", 2],
    ["<<", "<<: *base\n  name: b", 2],
    ["<< of a list", "<<: [*base, *base]\n  name: b", 2],
    ["<< last", "name: b\n  <<: *base", 2],
    ["<< in flow style", "{<<: *base, name: b}", 2],
    ["<< with an image of its own", "<<: *base\n  image: redis:7", 1],
  ])("case 50: an image inherited by %s is pinned once, at its definition", async (_, merging, count) => {
    const input = list(
      `apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers:\n  - &base\n    name: a\n    image: nginx:1.27\n  - ${merging.replaceAll("\n", "\n  ")}\n`,
    );

    const run = await bench.pin(input);

    const own = merging.includes("redis:7") ? ["redis:7"] : [];
    expectPinned(run, [...Array(count).fill("nginx:1.27"), ...own]);
    expect(
      run.stdout
        .split("items:")[1]
        ?.split("results:")[0]
        ?.match(/nginx:1\.27@/g),
    ).toHaveLength(1);
  });

  test("case 50: an image merged from a place that holds no images is pinned at its definition", async () => {
    const run = await bench.pin(
      list(yaml`
        apiVersion: apps/v1
        kind: Deployment
        metadata:
          name: web
        x-defaults: &defaults
          image: nginx:1.27
          imagePullPolicy: Always
        x-more: &more {image: "redis:7"}
        spec:
          template:
            spec:
              containers:
              - !!merge <<: *defaults
                name: a
              - <<: [*more, *defaults]
                name: b
      `),
    );

    expectPinned(run, ["nginx:1.27", "redis:7", "nginx:1.27", "redis:7"]);
  });

  test("case 51: hundreds of aliases are no alias bomb", async () => {
    const containers = Array.from({ length: 300 }, (_, index) => `- {name: c${index}, image: *img }`).join(
      "\n  ",
    );
    const input = list(
      `apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\n  labels: &l {app: &img nginx:1.27}\n  annotations: {${Array.from({ length: 300 }, (_, index) => `a${index}: *l `).join(", ")}}\nspec:\n  containers:\n  ${containers}\n`,
    );

    const run = await bench.pin(input);

    expectPinnedInMeaning(run, Array(300).fill("nginx:1.27"));
    expect(bench.requests()).toEqual(["library/nginx:1.27"]);
  });

  test("case 52: comments stay where they are", async () => {
    const input = `${yaml`
      # before the list
      apiVersion: config.kubernetes.io/v1 # version
      kind: ResourceList
      # before the items
      items: # items
      # before the item
      - # hdr
        apiVersion: v1
        # in between
        kind: Pod
        metadata:
          name: web
        spec:
          containers:
          # head
          - image: nginx:1.27 # kpt-set: nginx:\${tag}
            name: a
          - image: "redis:7" # {"$imagepolicy": "flux-system:redis"}
            # foot
            name: b # # #
          # - image: commented:1
            # odd
        # end of spec
      # end of item
    `}# end of list\n`.replace("\\$", "$");

    const run = await bench.pin(input);

    expectPinned(run, ["nginx:1.27", "redis:7"]);
  });

  test("case 53: duplicate keys elsewhere are passed through", async () => {
    const item = pod("args: [a]", "image: nginx:1.27", "args: [b]").replace(
      "  name: web\n",
      "  name: a\n  name: web\n",
    );

    const run = await bench.pin(list(item));

    expectPinned(run, ["nginx:1.27"]);
  });

  test("case 53: of two image keys the last is pinned, and a result says so", async () => {
    const run = await bench.pin(list(pod("image: nginx:1.27", "args: []", "image: redis:7")));

    const written = run.input.replace("redis:7", bench.pinned("redis:7"));
    expect(run.stdout.startsWith(written)).toBe(true);
    expect(run.stderr).toContain("must have this key once");
    expect(run.stdout).toContain("severity: warning");
  });

  test("case 54: values that two YAML versions read differently are kept", async () => {
    const values = [
      ..."yes no on off y n True NULL ~ 0777 0o777 0644 1_000 12:30 1:30:00 0x1F 0b11 1.10 1e3 +1 .5 5. -0 .inf -.INF .nan".split(
        " ",
      ),
      ..."2001-12-14 2001-12-14t21:59:43.10-05:00 123456789012345678901234567890 9223372036854775807 18446744073709551616".split(
        " ",
      ),
    ];
    const run = await bench.pin(
      list(pod("image: nginx:1.27", "args:", ...values.map((value) => `- ${value}`))),
    );

    expectPinned(run, ["nginx:1.27"]);
  });

  test("case 55: escapes, tags, no-break spaces and characters beyond the basic plane are kept", async () => {
    const lines = [
      String.raw`a: "\U0001F600 \L \N \_ \P \u00e9 \x07 \/"`,
      "b: \u{1F600} \u00A0no-break\u00A0 \u2028line \u2029 é e\u0301",
      "c: !!binary |",
      "  R0lGODlhDAAMAIQAAP",
      "d: !mytag v",
      "e: !<tag:acme.io,2026:x> {a: !local b}",
      '"\u{1F600}": "\u{10FFFF}"',
    ];

    const run = await bench.pin(
      list(
        pod(
          ...lines,
          "image: nginx:1.27 # \u{1F680}",
          ...lines.map((line) => line.replace(/^(?=\S)"?/, "$&x")),
        ),
      ),
    );

    expectPinned(run, ["nginx:1.27"]);
  });

  test("case 56: a literal block with --- and image lines is text", async () => {
    const text =
      "args:\n- |\n  ---\n  image: redis:7\n  ...\n  kind: ResourceList\n  results:\n- >\n  --- \n  image: redis:7";

    const run = await bench.pin(list(pod(text, "image: nginx:1.27", text.replace("args", "command"))));

    expectPinned(run, ["nginx:1.27"]);
    expect(bench.requests()).toEqual(["library/nginx:1.27"]);
  });

  test("case 57: long plain scalars are not folded", async () => {
    const long = Array.from({ length: 60 }, (_, index) => `word${index}`).join(" ");
    const repository = `registry.example.com/${"long-".repeat(38)}name`;

    const run = await bench.pin(
      list(pod(`image: ${repository}:${"t".repeat(128)}`, `args: [${long}]`, `x: ${long}`)),
    );

    expectPinned(run, [`${repository}:${"t".repeat(128)}`]);
  });

  test.each([
    [
      "wide",
      "spec:\n    containers:\n      - name: web\n        image: nginx:1.27\n      - image: redis:7\n",
    ],
    ["compact", "spec:\n  containers:\n  - name: web\n    image: nginx:1.27\n  - image: redis:7\n"],
    ["one space wide", "spec:\n containers:\n - name: web\n   image: nginx:1.27\n - image: redis:7\n"],
    [
      "wide after the dash",
      "spec:\n  containers:\n  -   name: web\n      image: nginx:1.27\n  -     image: redis:7\n",
    ],
    [
      "on a line below the dash",
      "spec:\n  containers:\n  -\n    name: web\n    image: nginx:1.27\n  -\n   image: redis:7\n",
    ],
  ])("case 58: %s sequences stay so", async (_, spec) => {
    const run = await bench.pin(list(`apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n${spec}`));

    expectPinned(run, ["nginx:1.27", "redis:7"]);
  });

  test.each(["  ", "    "])("case 58: items indented by %j stay so", async (indent) => {
    const [head = "", items = ""] = list(pod("image: nginx:1.27"), pod("image: redis:7")).split(
      /(?<=items:\n)/,
    );

    const run = await bench.pin(`${head}${items.replace(/^(?=.)/gm, indent)}`);

    expectPinned(run, ["nginx:1.27", "redis:7"]);
  });
});
