import { describe, expect, test } from "vitest";
import { useBench } from "./bench.ts";
import { list, pod, yaml } from "./manifests.ts";
import {
  expectFailed,
  expectPinned,
  expectPinnedInMeaning,
  expectRefused,
  expectStreamPinned,
  readOne,
  withoutNewDigests,
} from "./reading.ts";

const bench = useBench();

const web = pod("image: nginx:1.27");
const pinned = () => bench.pinned("nginx:1.27");
const digest = `sha256:${"1".repeat(64)}`;
const settled = list(
  pod(`image: nginx:1.27@${digest}`),
  "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n",
);
const earlierResult = yaml`
  - message: checked
    severity: warning
`;

describe("the envelope", () => {
  test("case 1: with nothing to pin, stdout is stdin byte for byte", async () => {
    const run = await bench.pin(settled);

    expectPinned(run, []);
    expect(run.stdout).toBe(settled);
    expect(run.stderr).toBe("");
    expect(bench.requests()).toEqual([]);
  });

  test("case 1: with something to pin, only the digest and the results are new", async () => {
    const run = await bench.pin(list(web));

    const results = expectPinned(run, ["nginx:1.27"]);
    expect(run.stdout.startsWith(list(web).replace("nginx:1.27", pinned()))).toBe(true);
    expect(results).toMatchObject([
      {
        severity: "info",
        resourceRef: { apiVersion: "v1", kind: "Pod", name: "web" },
        field: { path: "spec.containers[0].image", currentValue: "nginx:1.27", proposedValue: pinned() },
      },
    ]);
    expect(run.stderr).toBe("");
  });

  test.each(["v1", "v1beta1", "v1alpha1"])(
    "case 2: apiVersion config.kubernetes.io/%s is echoed",
    async (version) => {
      const run = await bench.pin(list(web).replace("io/v1\n", `io/${version}\n`));

      expectPinned(run, ["nginx:1.27"]);
    },
  );

  test.each([
    ["foreign", "apiVersion: foo/v9\n"],
    ["missing", ""],
  ])("case 2: a %s apiVersion is echoed", async (_, line) => {
    const run = await bench.pin(list(web).replace("apiVersion: config.kubernetes.io/v1\n", line));

    expectPinned(run, ["nginx:1.27"]);
  });

  test("case 3: a bare Pod is a stream of one manifest, and is pinned", async () => {
    const run = await bench.pin(web);

    expectStreamPinned(run, ["nginx:1.27"]);
  });

  test.each([
    ["values file", "image:\n  repository: nginx\n  tag: 1.27\n"],
    ["error page", "<html><body>502 Bad Gateway</body></html>\n"],
    ["log line", "Error: chart not found\n"],
    ["bare list", "- apiVersion: v1\n  kind: Pod\n"],
    ["scalar", "42\n"],
    ["mapping without apiVersion", "kind: Pod\nmetadata: {name: a}\n"],
    ["log line before a list", `starting\n---\n${list(web)}`],
  ])("case 3: a %s is refused, and stderr says where", async (_, input) => {
    const run = await bench.pin(input);

    expectRefused(run);
    expect(run.stderr).toMatch(/\b\d+:\d+\b|line \d+/);
  });

  test.each([
    ["empty", ""],
    ["line break", "\n"],
    ["white space", " \n\t\n  \n"],
    ["byte order mark", "\uFEFF"],
  ])("case 4: stdin that is only %s is refused", async (_, input) => {
    const run = await bench.pin(input);

    expectRefused(run);
  });

  test.each([
    ["an open quote", list(pod('image: "nginx:1.27'))],
    ["an open flow sequence", "apiVersion: v1\nkind: ResourceList\nitems: [{kind: Pod"],
    ["an open JSON object", '{"kind":"ResourceList","items":[{"kind":"Pod"}'],
    ["a tab as indentation", "kind: ResourceList\nitems:\n\t- kind: Pod\n"],
    ["a misplaced key", "kind: ResourceList\nitems:\n- kind: Pod\n   name: a\n"],
    ["an unknown alias", list(pod("image: *nowhere"))],
    ["a key cut short", `${list(web)}functionCon`],
    ["two values", "kind: ResourceList\nitems: []\n]\n"],
  ])("case 5: %s is refused with line and column", async (_, input) => {
    const run = await bench.pin(input);

    expectRefused(run);
    expect(run.stderr).toMatch(/\b\d+:\d+\b|line \d+/);
    expect(bench.requests()).toEqual([]);
  });

  test.each([
    ["two lists", `${list(web)}---\n${list(web)}`],
    ["a list before a manifest", `${list(web)}---\n${web}`],
    ["a manifest before a list", `${web}---\n${list(web)}`],
    ["a list after a comment-only document", `${web}---\n# none\n---\n${list(web)}`],
  ])("case 6: %s are refused", async (_, input) => {
    const run = await bench.pin(input);

    expectRefused(run);
  });

  test.each([
    ["a leading ---", `---\n${list(web)}`],
    ["a leading comment and ---", `# first\n---\n${list(web)}`],
    ["--- with a comment", `--- # list\n${list(web)}`],
    ["a %YAML directive", `%YAML 1.2\n---\n${list(web)}`],
    ["a trailing ...", `${list(web)}...\n`],
    ["a trailing ... without a line break", `${list(web)}...`],
    ["a trailing comment", `${list(web)}# the end\n`],
    ["a trailing comment further right", `${list(web)}    # the end\n\n# really\n`],
    ["a comment after ...", `${list(web)}...\n# the end\n`],
    ["blank lines at the end", `${list(web)}\n\n\n`],
    ["blank lines at the beginning", `\n\n${list(web)}`],
    ["all of them", `# first\n%YAML 1.2\n---\n${list(web)}# last\n...\n# very last`],
  ])("case 7: %s is accepted and kept", async (_, input) => {
    const run = await bench.pin(input);

    expectPinned(run, ["nginx:1.27"]);
  });

  test.each([
    ["---", `${list(web)}---\n`],
    ["--- without a line break", `${list(web)}---`],
    ["--- after ...", `${list(web)}...\n---\n`],
    ["--- and a comment", `${list(web)}---\n# the end\n`],
  ])("case 7: a trailing %s does not reach stdout, which kpt would refuse", async (_, input) => {
    const run = await bench.pin(input);

    expect(run.code).toBe(0);
    expect(readOne(run.stdout)).toMatchObject({ items: [{ spec: { containers: [{ image: pinned() }] } }] });
    expect(run.stdout.startsWith(list(web).replace("nginx:1.27", pinned()))).toBe(true);
    expect(run.stdout).not.toMatch(/^---/m);
  });

  test("case 8: a byte order mark is accepted and kept", async () => {
    const run = await bench.pin(`\uFEFF${list(web)}`);

    expectPinned(run, ["nginx:1.27"]);
    expect(run.stdout.startsWith("\uFEFFapiVersion:")).toBe(true);
  });

  test("case 9: CRLF line breaks are kept, and the results have them too", async () => {
    const run = await bench.pin(list(web).replaceAll("\n", "\r\n"));

    expectPinned(run, ["nginx:1.27"]);
    expect(run.stdout).not.toMatch(/[^\r]\n/);
  });

  test("case 10: a list without final line break gets its results on a line of their own", async () => {
    const run = await bench.pin(list(web).trimEnd());

    expectPinned(run, ["nginx:1.27"]);
  });

  test.each([
    ["a comment", "image: nginx:1.27\t# web"],
    ["the value", "image:\tnginx:1.27"],
    ["both", "image:\t \tnginx:1.27\t\t# web\t"],
  ])("case 11: tabs before %s are accepted", async (_, line) => {
    const run = await bench.pin(list(pod(line)));

    expectPinned(run, ["nginx:1.27"]);
  });

  test.each([
    ["compact", undefined],
    ["pretty", 2],
    ["tabbed", "\t"],
  ])("case 12: %s JSON stays JSON, and only values change", async (_, space) => {
    const before = jsonList([{ name: "web", image: "nginx:1.27", args: ["a/b", "é", 1.0, true, null] }]);
    const input = `${JSON.stringify(before, null, space)}\n`;

    const run = await bench.pin(input);

    const { results, ...after } = JSON.parse(run.stdout);
    expectPinned(run, ["nginx:1.27"]);
    expect(after).toEqual(JSON.parse(input.replace("nginx:1.27", pinned())));
    expect(results).toMatchObject([{ severity: "info" }]);
  });

  test.each([
    ["without results", {}],
    ["with an empty results list", { results: [] }],
    ["with results: null", { results: null }],
    ["with earlier results", { results: [{ message: "checked", severity: "error" }] }],
    ["with legacy results", { results: { items: [{ message: "checked", severity: "error" }] } }],
  ])("case 12: JSON %s gets valid JSON results", async (_, extra) => {
    const input = JSON.stringify({ ...jsonList([{ name: "web", image: "nginx:1.27" }]), ...extra }, null, 2);

    const run = await bench.pin(input);

    expectPinnedInMeaning(run, ["nginx:1.27"]);
    expect(JSON.parse(run.stdout)).toMatchObject({ kind: "ResourceList" });
  });

  test.each(["items: []\n", "items: [] # none\n", "items: [\n]\n"])(
    "case 13: %j stays as it is",
    async (line) => {
      const input = `apiVersion: config.kubernetes.io/v1\nkind: ResourceList\n${line}`;

      const run = await bench.pin(input);

      expect(run).toMatchObject({ code: 0, stdout: input, stderr: "" });
    },
  );

  test.each([
    ["without a value", "kind: ResourceList\nitems:\n"],
    ["without a value or a line break", "kind: ResourceList\nitems:"],
    ["null", "kind: ResourceList\nitems: null\n"],
    ["~", "kind: ResourceList\nitems: ~ # none\n"],
    ["without a value but with a comment", "kind: ResourceList\nitems: # none\n"],
    [
      "without a value before another key",
      "kind: ResourceList\nitems:\nfunctionConfig:\n  kind: ConfigMap\n",
    ],
    ["tagged null", "kind: ResourceList\nitems: !!null null\n"],
    ["missing", "kind: ResourceList\n"],
    ["missing without a line break", "kind: ResourceList"],
    ["missing before ...", "kind: ResourceList\n...\n"],
    ["missing in flow style", "{kind: ResourceList}\n"],
    ["missing in flow style with a comma", "{kind: ResourceList,}\n"],
    ["without a value in flow style", "{kind: ResourceList, items: }\n"],
    ["without even a colon in flow style", "{kind: ResourceList, items}\n"],
    ["null in JSON", '{"kind":"ResourceList","items":null}\n'],
    ["missing in JSON", '{"kind":"ResourceList"}\n'],
    ["with earlier results", `kind: ResourceList\nitems:\nresults:\n${earlierResult}`],
  ])("case 14: items %s become an explicit empty list", async (_, given) => {
    const input = given.replace("  kind: ConfigMap\n", "  kind: ConfigMap\n  apiVersion: v1\n");

    const run = await bench.run(input);

    expectPinnedInMeaning(run, []);
    expect(readOne(run.stdout)).toMatchObject({ kind: "ResourceList", items: [] });
    expect(run.stdout).toMatch(/items"?: ?(?:!!\w+ )?\[\]/);
  });

  test.each([
    ["a mapping", "kind: ResourceList\nitems: {}\n"],
    ["a scalar", "kind: ResourceList\nitems: none\n"],
    ["twice", "kind: ResourceList\nitems: []\nitems: []\n"],
  ])("case 14: items given as %s are an error", async (_, input) => {
    const run = await bench.pin(input);

    expectRefused(run);
  });

  test("case 15: items that are null or scalars are kept, with a warning", async () => {
    const input = `${list(web)}- null\n- just text\n- 5\n-\n- []\n`;

    const run = await bench.pin(input);

    const results = expectPinned(run, ["nginx:1.27"]);
    expect(results.map(({ severity }) => severity)).toContain("warning");
    expect(run.stderr).not.toBe("");
  });

  test("case 16: unknown keys of the list are kept", async () => {
    const input = list(web).replace("items:", "metadata: {name: output} # m\nextra:\n- 1\nitems:");

    const run = await bench.pin(`${input}after: 0x1F\n`);

    expectPinned(run, ["nginx:1.27"]);
  });

  test.each([
    ["a list", `results:\n${earlierResult}`],
    ["an indented list", `results:\n  - message: checked\n    severity: info\n`],
    ["a list with an error", "results:\n- message: broken\n  severity: error\n"],
    ["a legacy list", "results:\n  items:\n  - message: checked\n    severity: info\n"],
    [
      "a legacy list with a name",
      "results:\n  name: earlier\n  items:\n  - message: checked\n    severity: info\n",
    ],
    ["a flow list", "results: [{message: checked, severity: info}]\n"],
  ])("case 17: results that are %s stay first, ours follow", async (_, results) => {
    const run = await bench.pin(`${list(web)}${results}`);

    const added = expectPinned(run, ["nginx:1.27"]);
    expect(added).toHaveLength(1);
  });

  test.each([
    ["an empty list", "results: []\n"],
    ["null", "results: null\n"],
    ["~", "results: ~\n"],
    ["without a value", "results:\n"],
    ["without a value or a line break", "results:"],
    ["an empty legacy list", "results: {items: []}\n"],
    ["an empty legacy block list", "results:\n  items: []\n"],
  ])("case 17: results that are %s are filled", async (_, results) => {
    const run = await bench.pin(`${list(web)}${results}`);

    const added = expectPinnedInMeaning(run, ["nginx:1.27"]);
    expect(added).toHaveLength(1);
    expect(withoutNewDigests(run).startsWith(list(web))).toBe(true);
  });

  test("case 17: an earlier function's error does not decide our exit code", async () => {
    const input = `${settled}results:\n- message: broken\n  severity: error\n`;

    const run = await bench.pin(input);

    expect(run).toMatchObject({ code: 0, stdout: input, stderr: "" });
  });

  test("case 17: a result that stands there already is not added again", async () => {
    const input = list(pod("image: https://nginx"));

    const first = await bench.pin(input);
    const second = await bench.pin(first.stdout);

    expectFailed(first);
    expect(second.code).toBe(1);
    expect(second.stdout).toBe(first.stdout);
  });

  test.each([
    ["|+", "data:\n    a: |+\n      text\n\n\n"],
    ["|+ of blank lines only", "data:\n    a: |+\n\n\n"],
    ["|", "data:\n    a: |\n      text\n"],
    [">+", "data:\n    a: >+\n      text\n\n"],
    ["|2-", "data:\n    a: |2-\n        text\n      # no comment\n"],
    ["plain", "data:\n    a: some\n      text\n"],
  ])("case 18: results after a last %s scalar are no part of it", async (_, data) => {
    const run = await bench.pin(
      `${list(web)}- apiVersion: v1\n  kind: ConfigMap\n  metadata: {name: a}\n  ${data}`,
    );

    expectPinned(run, ["nginx:1.27"]);
  });

  test.each([
    ["|", "|\n      text"],
    [">+", ">+\n      text\n       "],
  ])(
    "case 18: a last %s scalar without a line break stays last, since readers differ in its end",
    async (_, value) => {
      const text = `${list(web)}- apiVersion: v1\n  kind: ConfigMap\n  metadata: {name: a}\n  data:\n    a: ${value}`;
      const run = await bench.pin(text);

      const output = withoutNewDigests(run);
      const results = output.slice(
        text.indexOf("items:"),
        output.length - (text.length - text.indexOf("items:")),
      );
      expect(run.code).toBe(0);
      expect(results).toMatch(/^results:\n- message: /);
      expect(output.replace(results, "")).toBe(text);
      expect(readOne(run.stdout)).toMatchObject({ results: [{ severity: "info" }] });
    },
  );

  test.each([
    [
      "block style",
      "functionConfig:\n  apiVersion: v1\n  kind: ConfigMap\n  data:\n    include: |+\n      *\n\n",
    ],
    ["flow style", "functionConfig: {apiVersion: v1, kind: ConfigMap, data: {}}\n"],
    ["flow style over lines", "functionConfig: {\n  apiVersion: v1, kind: ConfigMap,\n  data: {\n  }\n  }\n"],
  ])("case 18: results after a last functionConfig in %s are no part of it", async (_, functionConfig) => {
    const run = await bench.run(`${list(pod(`image: ${bench.host()}/app:1`))}${functionConfig}`);

    expectPinned(run, [`${bench.host()}/app:1`]);
  });

  test.each([
    ["in a comment", Buffer.concat([Buffer.from(list(web)), Buffer.from([0x23, 0xff, 0x0a])])],
    ["in a value", Buffer.from(list(pod("image: nginx:1.27", 'args: ["\u00e9"]')), "latin1")],
    ["cut short", Buffer.from(`${list(web)}# é`).subarray(0, -1)],
    ["as UTF-16", Buffer.from(`\uFEFF${list(web)}`, "utf16le")],
  ])("case 19: bytes %s that are not UTF-8 are refused", async (_, input) => {
    const run = await bench.pin(input);

    expectRefused(run);
  });
});

function jsonList(containers: readonly object[]): object {
  return {
    apiVersion: "config.kubernetes.io/v1",
    kind: "ResourceList",
    items: [{ apiVersion: "v1", kind: "Pod", metadata: { name: "web" }, spec: { containers } }],
  };
}
