import { describe, expect, test } from "vitest";
import { pin } from "./pinning.ts";

const old = `sha256:${"0123456789abcdef".repeat(4)}`;

function release(image: string): string {
  return `apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: x}\nspec:\n  values:\n    image: ${image}`;
}

function specs(key: string, more = ""): string {
  return `fieldSpecs: [{kind: HelmRelease, path: "spec/values/**/image", digestKey: ${key}}]\n${more}`;
}

/** The text once it is pinned, and once it is unpinned again. */
async function both(
  text: string,
  key = "digest",
): Promise<{ readonly pinned: string; readonly back: string }> {
  const pinned = await pin(text, specs(key));
  const back = await pin(pinned.text.replaceAll("<digest>", old), specs(key, "mode: unpin\n"));
  return { pinned: pinned.text, back: back.text };
}

describe("one key for the digests of two references", () => {
  const two = "repository: r.io/a\n  tag: v1\n  sidecarRepository: r.io/b\n  sidecarTag: v2\n";
  const widget = (spec: string) =>
    `apiVersion: acme.io/v1\nkind: Widget\nmetadata: {name: w}\nspec:\n  ${spec}`;
  const every = '{kind: Widget, path: "spec/*", in: repositoryAndTag, digestKey: digest}';
  const each = ["repository", "sidecarRepository"]
    .map((key) => `{kind: Widget, path: spec/${key}, in: repositoryAndTag, digestKey: digest}`)
    .join(", ");

  test.each([
    ["none", two, every, ""],
    ["none, by two specs", two, each, ""],
    ["an empty one", `${two}  digest: ""\n`, each, ""],
    ["one", `${two}  digest: ${old}\n`, each, ""],
    ["one to be updated", `${two}  digest: ${old}\n`, each, "mode: update"],
    ["one to be taken out", `${two}  digest: ${old}\n`, each, "mode: unpin"],
    ["two to be taken out", `${two}  digest: ${old}\n  digest: ${old}\n`, every, "mode: unpin"],
    [
      "one beside whole references",
      `image: r.io/a:1\n  otherImage: r.io/b:1\n  digest: ${old}\n`,
      '{kind: Widget, path: "spec/*mage", digestKey: digest}, {kind: Widget, path: spec/image, digestKey: digest}, {kind: Widget, path: spec/otherImage, digestKey: digest}',
      "mode: update",
    ],
  ])("is refused where there is %s", async (_, spec, specs, mode) => {
    const { told } = await pin(widget(spec), `${mode}\nfieldSpecs: [${specs}]`);

    const refused = told.filter((line) => line.includes("has one key for its digest with another image"));
    expect(refused.length).toBeGreaterThan(1);
    expect(refused.every((line) => line.startsWith("error spec.digest: "))).toBe(true);
  });

  test.each(["pin", "update", "unpin"])("is left alone without a spec in mode %s", async (mode) => {
    const text = release(`{repository: r.io/a, tag: v1, image: "r.io/b:2", digest: "${old}"}\n`);

    const result = await pin(text, `mode: ${mode}`);

    expect(result.text.replaceAll("<digest>", old)).toBe(text);
    expect(result.told).toHaveLength(2);
    expect(result.told[0]).toContain("warning spec.values.image.digest: ");
    expect(result.told[0]).toContain("and no digest is that of both; left alone");
  });

  test("is one for one reference that two specs find", async () => {
    const specs = ["repository", "tag"]
      .map((key) => `{kind: Widget, path: spec/${key}, in: repositoryAndTag, digestKey: digest}`)
      .join(", ");

    const { text } = await pin(widget("repository: r.io/a\n  tag: v1\n"), `fieldSpecs: [${specs}]`);

    expect(text).toBe(widget("repository: r.io/a\n  digest: <digest>\n  tag: v1\n"));
  });
});

describe("a digest under a key that the user names", () => {
  test.each([
    ["a new key in braces", "{repository: a/b, tag: v1}\n", "{repository: a/b, tag: v1, digest: <digest>}\n"],
    [
      "a comma at the end",
      "{repository: a/b, tag: v1, }\n",
      "{repository: a/b, tag: v1, digest: <digest>, }\n",
    ],
    [
      "a comment behind a last comma",
      "{repository: a/b, tag: v1, # c }\n      }\n",
      "{repository: a/b, tag: v1, digest: <digest>, # c }\n      }\n",
    ],
    [
      "an empty last value",
      "{repository: a/b, tag: v1, foo: }\n",
      "{repository: a/b, tag: v1, foo: , digest: <digest>}\n",
    ],
    [
      "an empty last key",
      "{repository: a/b, tag: v1, foo}\n",
      "{repository: a/b, tag: v1, foo, digest: <digest>}\n",
    ],
    ["a bare key", "{digest, repository: a/b, tag: v1}\n", "{digest : <digest>, repository: a/b, tag: v1}\n"],
    [
      "a bare key in quotes",
      "{'digest', repository: a/b, tag: v1}\n",
      "{'digest' : <digest>, repository: a/b, tag: v1}\n",
    ],
    [
      "null in braces",
      "{repository: a/b, tag: v1, digest: null}\n",
      "{repository: a/b, tag: v1, digest:    <digest>}\n",
    ],
    [
      "nothing in braces",
      "{digest: , repository: a/b, tag: v1}\n",
      "{digest: <digest> , repository: a/b, tag: v1}\n",
    ],
    [
      "empty quotes in JSON",
      '{"repository": "a/b", "tag": "v1", "digest": ""}\n',
      '{"repository": "a/b", "tag": "v1", "digest":  "<digest>"}\n',
    ],
    [
      "null in JSON",
      '{"digest":null,"repository":"a/b","tag":"v1"}\n',
      '{"digest":   "<digest>","repository":"a/b","tag":"v1"}\n',
    ],
    [
      "a tag before the first key",
      "\n      !!str repository: a/b\n      tag: v1\n",
      "\n      !!str repository: a/b\n      digest: <digest>\n      tag: v1\n",
    ],
    [
      "an anchor before the first key",
      "\n      &k repository: a/b\n      tag: v1\n",
      "\n      &k repository: a/b\n      digest: <digest>\n      tag: v1\n",
    ],
    [
      "a bar with nothing under it",
      "\n      repository: a/b\n      tag: v1\n      digest: |-\n      pullPolicy: Always\n",
      "\n      repository: a/b\n      tag: v1\n      digest: <digest> # |-\n      pullPolicy: Always\n",
    ],
    [
      "a bar at the column of its key",
      "\n      digest: # c\n      |- # d\n\n      repository: a/b\n      tag: v1\n",
      "\n      digest: # c\n       <digest> #  |- # d\n\n      repository: a/b\n      tag: v1\n",
    ],
    [
      "a bar on a line of its own",
      "\n      digest:\n        |-\n      repository: a/b\n      tag: v1\n",
      "\n      digest:\n        <digest> # |-\n      repository: a/b\n      tag: v1\n",
    ],
    [
      "a tagged null",
      "\n      repository: a/b\n      tag: v1\n      digest: !!null # c\n",
      "\n      repository: a/b\n      tag: v1\n      digest: <digest> # !!null # c\n",
    ],
    [
      "a bare explicit key",
      "\n      ? digest # c\n      repository: a/b\n      tag: v1\n",
      "\n      ? digest # c\n      : <digest>\n      repository: a/b\n      tag: v1\n",
    ],
    [
      "an entry that could pass for a new one",
      "\n      repository: a/b\n      digest:\n      tag: v1\n",
      "\n      repository: a/b\n      digest: <digest> #\n      tag: v1\n",
    ],
    [
      "a merge key, which kubectl lets win over what stands before it",
      "\n      repository: a/b\n      tag: v1\n      <<: {x: y}\n",
      "\n      repository: a/b\n      tag: v1\n      <<: {x: y}\n      digest: <digest>\n",
    ],
    [
      "a key that is a tag alone",
      "{repository: a/b, tag: v1,\n!str }\n",
      "{repository: a/b, tag: v1,\n!str ,\ndigest: <digest>}\n",
    ],
    [
      "an anchor of nothing before a brace",
      "{repository: a/b, tag: v1, &x}\n",
      "{repository: a/b, tag: v1, &x, digest: <digest>}\n",
    ],
    [
      "a question mark alone",
      "{repository: a/b, tag: v1, ? }\n",
      "{repository: a/b, tag: v1, ? , digest: <digest>}\n",
    ],
    [
      "a key for which aliases stand",
      "\n      repository: a/b\n      tag: v1\n      &d digest:\n      x: *d\n",
      "\n      repository: a/b\n      tag: v1\n      &d digest: <digest>\n      x: *d\n",
    ],
    [
      "such a key in braces",
      '{repository: a/b, tag: v1, &d digest: "", x: {*d : y}}\n',
      '{repository: a/b, tag: v1, &d digest: "<digest>", x: {*d : y}}\n',
    ],
    [
      "literals alone, the last without a line break",
      "\n      repository: |-\n        a/b\n      tag: |\n        v1",
      "\n      repository: |-\n        a/b\n      digest: <digest>\n      tag: |\n        v1",
    ],
    [
      "no line break at the end",
      "\n      repository: a/b\n      tag: v1",
      "\n      repository: a/b\n      digest: <digest>\n      tag: v1",
    ],
  ])("goes in beside %s, and out again", async (_, before, after) => {
    expect(await both(release(before))).toEqual({ pinned: release(after), back: release(before) });
  });

  test.each([
    ["nothing, at once", "{repository: a/b, tag: v1, digest:}\n", '{repository: a/b, tag: v1, digest: ""}\n'],
    [
      "nothing before a comma",
      "{digest:, repository: a/b, tag: v1}\n",
      '{digest: "", repository: a/b, tag: v1}\n',
    ],
  ])("leaves quotes for %s, which Go's readers take for a part of the key", async (_, before, after) => {
    expect((await both(release(before))).back).toBe(release(after));
    expect((await both(release(after))).back).toBe(release(after));
  });

  test.each(["~", "null", "Null", "NULL"])("comes back as %s in braces", async (nothing) => {
    for (const end of ["}", " }", ", x: y}"]) {
      const text = release(`{repository: a/b, tag: v1, digest: ${nothing}${end}\n`);

      expect((await both(text)).back).toBe(text);
    }
  });

  test.each([
    ["{digest: D, repository: a/b, tag: v1}", '{digest: "", repository: a/b, tag: v1}'],
    ["{repository: a/b, digest: D, tag: v1}", '{repository: a/b, digest: "", tag: v1}'],
    ["{repository: a/b, digest: !!str D, tag: v1}", '{repository: a/b, digest: !!str "", tag: v1}'],
    ["{repository: a/b, digest: D , tag: v1}", "{repository: a/b, digest: , tag: v1}"],
    ["{repository: a/b, digest:     D, tag: v1}", '{repository: a/b, digest: "", tag: v1}'],
    ["{repository: a/b, digest: 'D', tag: v1}", "{repository: a/b, digest: '', tag: v1}"],
    ['{"repository":"a/b","digest":"D","tag":"v1"}', '{"repository":"a/b","digest":"","tag":"v1"}'],
  ])("that was written by hand in %s leaves what every reader takes for empty", async (before, after) => {
    const unpinned = await pin(release(`${before.replace("D", old)}\n`), specs("digest", "mode: unpin\n"));

    expect(unpinned.text).toBe(release(`${after}\n`));
  });

  // A line feed that is new would cut the stream at "---" for kubectl, which takes no other break there.
  test.each(["\r", "\r\n", "\u0085", "\u2028"])("has a line of its own between %j", async (eol) => {
    const before = release("\n      repository: a/b\n      tag: v1\n").replaceAll("\n", eol);

    const { pinned, back } = await both(before);

    expect(pinned).toBe(before.replace(`a/b${eol}`, `a/b${eol}      digest: <digest>${eol}`));
    expect(back).toBe(before);
  });

  test.each(["sha", "on", "ref.sha"])("is known by the name %s", async (key) => {
    const text = release("{repository: a/b, tag: v1, ref: {x: y}}\n");
    const first = await pin(text, specs(key));

    const second = await pin(first.text.replaceAll("<digest>", old), specs(key));

    expect(first.asked).toEqual(["a/b:v1"]);
    expect(second).toEqual({ text: first.text, told: [], asked: [] });
    expect((await both(text, key)).back).toBe(text);
  });

  test.each([
    ["a map", "{repository: a/b, tag: v1, digest: {a: b}}\n"],
    ["a tag above a bar", "\n      repository: a/b\n      digest: !!str\n        |-\n      tag: v1\n"],
    ["an anchor that others stand for", "{repository: a/b, tag: v1, digest: &k }\n    other: *k\n"],
  ])("is not written over %s, which is told", async (_, image) => {
    const { text, told } = await pin(release(image), specs("digest"));

    expect(text).toBe(release(image));
    expect(told).toEqual([
      'warning spec.values.image.digest: "a/b:v1": left alone: has a `digest` in which no digest can be written: take it away',
    ]);
  });

  test.each([
    [
      "behind a tag",
      "{repository: a/b, tag: v1, <<: {tag: v2}}\n",
      "the merge key on line 6 of the input as well: kubectl reads that one, other readers the key before it; its image is left alone; write the merge key first",
    ],
    [
      "behind another",
      "{repository: a/b, <<: {tag: v1}, <<: {tag: v2}}\n",
      "the second merge key on line 6 of the input as well: kubectl reads that one, other readers another or none; its image is left alone; write one merge key with a list",
    ],
  ])("is not written where a merge key %s brings in another, which fails a check", async (_, image, by) => {
    const pinned = await pin(release(image), specs("digest"));
    const checked = await pin(release(image), specs("digest", "mode: check\n"));

    expect(pinned.text).toBe(release(image));
    expect(pinned.told).toEqual([
      'warning spec.values.image.digest: "a/b:v1": left alone: a merge key makes its `tag` another for kubectl than for other readers, and no digest is that of both',
      `warning spec.values.image.tag: comes by ${by}`,
    ]);
    expect(checked.told).toContain(`error spec.values.image.tag: comes by ${by}`);
  });

  test("is written where a merge key brings in the same tag, or something else", async () => {
    const same = release("{repository: a/b, tag: v1, pullPolicy: x, <<: {tag: v1, pullPolicy: y}}\n");

    expect((await pin(same, specs("digest"))).asked).toEqual(["a/b:v1"]);
  });

  test("stays where an alias elsewhere would stand for nothing without it", async () => {
    const image = `{repository: a/b, tag: v1, digest: &d ${old}}\n    other: *d\n`;

    const { text, told } = await pin(release(image), specs("digest", "mode: unpin\n"));

    expect(text).toBe(release(image).replaceAll(old, "<digest>"));
    expect(told).toEqual([
      "info spec.values.image.digest: left alone: its digest stands under a key of its own, which goes only where a fieldSpec names it as `digestKey`, and no alias stands for it",
    ]);
  });

  test("is no matter of another kind, whatever stood before it", async () => {
    const known = release("{repository: a/b, tag: v1}\n");
    const other = known.replace("kind: HelmRelease", "kind: |-\n\n  HelmRelease");

    expect((await both(other)).pinned).toBe(other);
    expect((await both(`${known}---\n${other}`)).pinned).toBe(
      `${known.replace("v1}", "v1, digest: <digest>}")}---\n${other}`,
    );
  });

  test("goes into a map once that aliases share as an image", async () => {
    const text = release("&i {repository: a/b, tag: v1}\n    web: {image: *i}\n");

    expect((await both(text)).pinned).toBe(text.replace("v1}", "v1, digest: <digest>}"));
  });
});

describe("digests under several keys of a map", () => {
  const widget = (spec: string): string =>
    `apiVersion: acme.io/v1\nkind: Widget\nmetadata: {name: x}\nspec:${spec}`;
  const parts = "repositoryAndTag";
  const widgetSpecs = (mode: string): string =>
    `mode: ${mode}\nfieldSpecs: [${["agent", "proxy", "shell"]
      .map((name) => `{kind: Widget, path: spec/${name}Repository, in: ${parts}, digestKey: ${name}Digest}`)
      .join(", ")}]`;

  test.each([
    ["block style", "\n  agentRepository: a/b\n  agentVersion: v1\n  proxyRepository: a/c\n  proxyTag: v2\n"],
    [
      "block style without a line break at the end",
      "\n  agentRepository: a/b\n  agentVersion: v1\n  proxyRepository: a/c\n  proxyTag: v2",
    ],
    ["braces", " {agentRepository: a/b, agentVersion: v1, proxyRepository: a/c, proxyTag: v2}\n"],
    ["JSON", ' {"agentRepository":"a/b","agentVersion":"v1","proxyRepository":"a/c","proxyTag":"v2"}\n'],
    [
      "braces on lines",
      " {\n    agentRepository: a/b, agentVersion: v1,\n    proxyRepository: a/c,\n    proxyTag: v2\n  }\n",
    ],
    [
      "three",
      "\n  agentRepository: a/b\n  agentVersion: v1\n  proxyRepository: a/c\n  proxyTag: v2\n  shellRepository: a/d\n  shellTag: v3\n",
    ],
    [
      "one that waits",
      "\n  agentRepository: a/b\n  proxyDigest:\n  agentVersion: v1\n  proxyRepository: a/c\n  proxyTag: v2\n",
    ],
    [
      "two that wait",
      "\n  agentRepository: a/b\n  agentDigest:\n  proxyDigest: # c\n  agentVersion: v1\n  proxyRepository: a/c\n  proxyTag: v2\n",
    ],
    [
      "two that wait in braces",
      " {agentRepository: a/b, agentVersion: v1, proxyRepository: a/c, proxyTag: v2, agentDigest: , proxyDigest: }\n",
    ],
    [
      "two that wait in JSON",
      ' {"agentRepository":"a/b","agentVersion":"v1","proxyRepository":"a/c","proxyTag":"v2","agentDigest":"","proxyDigest":""}\n',
    ],
    [
      "one that waits between",
      " {agentRepository: a/b, agentVersion: v1, proxyDigest: , proxyRepository: a/c, proxyTag: v2}\n",
    ],
    [
      "literals",
      "\n  agentRepository: |-\n    a/b\n  agentVersion: |-\n    v1\n  proxyRepository: |-\n    a/c\n  proxyTag: |-\n    v2\n",
    ],
  ])("go in and out again: %s", async (_, spec) => {
    const text = widget(spec);

    const first = await pin(text, widgetSpecs("pin"));
    const back = await pin(first.text.replaceAll("<digest>", old), widgetSpecs("unpin"));

    expect(first.asked).toEqual(expect.arrayContaining(["a/b:v1", "a/c:v2"]));
    expect(back.text).toBe(text);
  });
});
