import { describe, expect, test } from "vitest";
import type { Registry } from "../../src/registry/resolve/registry-session.ts";
import { explain } from "../../src/run/explain.ts";
import { type FakeRegistry, fakeRegistry, list, lock, messages, one, run, two } from "./support.ts";

/** An object of a kind that no rule knows. */
function widget(spec: string, metadata = "name: w"): string {
  return `apiVersion: acme.example/v1\nkind: Widget\nmetadata: {${metadata}}\nspec:\n${spec.replaceAll(/^(?=.)/gm, "  ")}`;
}

const qualified = widget("serverImage: ghcr.io/acme/server:v1 # likely\n");
const short = widget("image: busybox:1.36\n");

/** A registry that says of some of its tags that an image is there, and counts what it is asked. */
function confirming(tags: Readonly<Record<string, string>>): FakeRegistry {
  const all = fakeRegistry({ ...tags } as Parameters<typeof fakeRegistry>[0]);
  const registry: Registry = {
    ...all,
    inspect: async (image, demand) => ({
      ...(await all.inspect(image, demand)),
      ...(demand.mustBeImage && { recognizedBy: "application/vnd.oci.image.index.v1+json" }),
    }),
  };
  return { ...registry, asked: all.asked };
}

const both = { "ghcr.io/acme/server:v1": one, "docker.io/library/busybox:1.36": two };

describe("unknownFields", () => {
  test("pins by default what names its registry, and says how it was recognized", async () => {
    const { text, results, ok } = await run(qualified, confirming(both));

    expect(ok).toBe(true);
    expect(text).toBe(qualified.replace("server:v1", `server:v1@${one}`));
    expect(messages(results)).toEqual([
      `info: pinned "ghcr.io/acme/server:v1" to ${one}: in a field that no rule knows; the registry has an image there (application/vnd.oci.image.index.v1+json)`,
    ]);
  });

  test("tells by default of a short name, and asks nobody", async () => {
    const registry = confirming(both);

    const { text, results, ok } = await run(short, registry);

    expect({ text, ok, asked: registry.asked }).toEqual({ text: short, ok: true, asked: [] });
    expect(messages(results)).toEqual([
      expect.stringMatching(/^warning: .*`unknownFields: all`.*`pin: never`/),
    ]);
  });

  test.each([
    ["all", short.replace("busybox:1.36", `busybox:1.36@${two}`), 0],
    ["report", short, 1],
    ["ignore", short, 0],
  ])("%s", async (unknownFields, expected, warnings) => {
    const { text, results } = await run(short, confirming(both), { unknownFields });

    expect(text).toBe(expected);
    expect(results.filter(({ severity }) => severity === "warning")).toHaveLength(warnings);
  });

  test.each([
    ["tag-not-found", confirming({})],
    ["a registry that does not say what is there", fakeRegistry(both)],
  ])("leaves alone, with one warning, what is not confirmed: %s", async (_, registry) => {
    const { text, results, ok } = await run(qualified, registry);

    expect({ text, ok }).toEqual({ text: qualified, ok: true });
    expect(messages(results)).toEqual([
      expect.stringMatching(
        /^warning: "ghcr.io\/acme\/server:v1" reads as an image .* no registry confirms it/,
      ),
    ]);
  });

  test("asks for nothing likely where a certain image fails", async () => {
    const pod =
      "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{image: 'r.example/gone:1'}]}\n";
    const registry = confirming(both);

    const { ok } = await run(`${qualified}---\n${pod}`, registry);

    expect(ok).toBe(false);
    expect(registry.asked).toEqual(["r.example/gone:1"]);
  });

  test("takes the lock's word, and asks nobody with a frozen one", async () => {
    const registry = confirming({});
    const frozen = (entries: Readonly<Record<string, string>>) =>
      run(list(widget("serverImage: ghcr.io/acme/server:v1\n"), lock(entries)), registry, { lock: "frozen" });

    const [known, unknown] = [await frozen({ "ghcr.io/acme/server:v1": one }), await frozen({})];

    expect(known.text).toContain(`serverImage: ghcr.io/acme/server:v1@${one}`);
    expect({ ok: unknown.ok, asked: registry.asked }).toEqual({ ok: true, asked: [] });
    expect(messages(unknown.results)).toEqual([
      expect.stringMatching(/^warning: "ghcr.io\/acme\/server:v1" reads as an image .* is not in the lock/),
    ]);
  });

  test.each([
    ["by default", {}, "warning", true],
    ["as an error", { "check.unknown": "error" }, "error", false],
    ["not at all", { "check.unknown": "off" }, undefined, true],
  ])("is counted by a check %s", async (_, options, severity, ok) => {
    const result = await run(qualified, confirming(both), { mode: "check", ...options });

    expect(result.ok).toBe(ok);
    expect(result.results.map((each) => [each.severity, each.tags?.class])).toEqual(
      severity === undefined ? [] : [[severity, "unknown"]],
    );
  });

  test.each([
    [
      "an annotation",
      widget(
        "image: ghcr.io/acme/server:v1\n",
        'name: w, annotations: {pin-digests.fn.kpt.dev/skip: "true"}',
      ),
      {},
    ],
    ["a comment", widget("image: ghcr.io/acme/server:v1 # pin-digests: skip\n"), {}],
    ["`exclude`", qualified, { exclude: "ghcr.io/acme/*" }],
  ])("leaves alone without a word what is opted out by %s", async (_, text, options) => {
    const registry = confirming(both);

    const result = await run(text, registry, options);

    expect({ text: result.text, asked: registry.asked, told: messages(result.results) }).toEqual({
      text,
      asked: [],
      told: [],
    });
  });

  test("leaves alone what a fieldSpec denies, also where it is certainly an image", async () => {
    const functionConfig = `apiVersion: fn.kpt.dev/v1alpha1
kind: PinDigests
fieldSpecs:
- {kind: Widget, path: spec/serverImage, pin: never}
- {kind: Pod, path: "spec/containers[]/image", pin: never}
`;
    const pod =
      "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{image: 'r.example/a:1'}]}\n";
    const text = `${qualified}---\n${pod}`;
    const registry = confirming(both);

    const result = await run(text, registry, {}, { functionConfig });

    expect({ text: result.text, asked: registry.asked, told: messages(result.results) }).toEqual({
      text,
      asked: [],
      told: [],
    });
  });

  test("leaves to a rule what it finds in a part of a text", async () => {
    const text = `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: a}
spec: {source: {kustomize: {images: ["old=ghcr.io/acme/server:v1", ghcr.io/acme/server:v1]}}}
`;

    const result = await run(text, confirming(both));

    expect(result.text).toBe(text.replaceAll("server:v1", `server:v1@${one}`));
  });

  test("takes out again what it wrote", async () => {
    const { text } = await run(qualified, confirming(both));

    const unpinned = await run(text, confirming({}), { mode: "unpin" });

    expect(unpinned.text).toBe(qualified);
    expect(messages(unpinned.results)).toEqual([
      'info: removed the digest of "ghcr.io/acme/server:v1": in a field that no rule knows',
    ]);
    expect((await run(text, confirming({}))).text).toBe(text);
  });

  test.each([
    [
      "a tag alone",
      "{repository: ghcr.io/acme/server, tag: v1}",
      'path: "spec/image", in: repositoryAndTag, digestKey: digest}',
    ],
    ["an empty digest", "{repository: ghcr.io/acme/server, tag: v1, hash: ''}", "digestKey: hash}"],
    [
      "a registry apart",
      "{registry: ghcr.io, name: 'acme/server:v1'}",
      'path: "spec/image", in: repositoryAndTag}',
    ],
  ])(
    "tells of a reference in parts with %s, by a run, by a check and by --explain, with the fieldSpec for it",
    async (_, image, spec) => {
      const text = widget(`image: ${image}\n`);
      const registry = confirming(both);

      const pinned = await run(text, registry);
      const checked = await run(text, registry, { mode: "check" });
      const { explanations } = await explain(text);

      expect({ text: pinned.text, asked: registry.asked }).toEqual({ text, asked: [] });
      expect(messages(pinned.results)).toEqual([
        expect.stringMatching(/^warning: "ghcr.io\/acme\/server:v1" reads as an image/),
      ]);
      expect(pinned.results[0]?.message).toContain(spec);
      expect(checked.results.map(({ severity, tags, field }) => [severity, tags, field?.path])).toEqual([
        ["warning", { class: "unknown" }, "spec.image"],
      ]);
      expect(explanations).toMatchObject([
        { path: "spec.image", action: "unknown", value: "ghcr.io/acme/server:v1" },
      ]);
    },
  );

  test("writes a reference in parts by the fieldSpec that it told", async () => {
    const text = widget(
      "repository: ghcr.io/acme/a\nversion: v1\nagentRepository: ghcr.io/acme/server\nagentVersion: v1 # c\n",
    );
    const told = (await run(text, confirming(both))).results.map(
      ({ message }) => /\{group:.*?\}/.exec(message)?.[0] ?? "",
    );
    const functionConfig = `apiVersion: fn.kpt.dev/v1alpha1\nkind: PinDigests\nfieldSpecs:\n- ${told[1]}\n`;

    const { text: after } = await run(text, confirming(both), {}, { functionConfig });

    expect(told).toHaveLength(2);
    expect(after).toBe(text.replace("acme/a\n", `acme/a\n  agentDigest: ${one}\n`));
  });

  test("keeps the digest of a reference in parts up to date where one stands", async () => {
    const text = widget(`image: {repository: ghcr.io/acme/server, tag: v1, digest: "${two}"}\n`);

    expect((await run(text, confirming(both))).results).toEqual([]);
    expect((await run(text, confirming(both), { mode: "update" })).text).toBe(text.replace(two, one));
  });

  test("tells of what has no tag, and of what only its text calls an image", async () => {
    const text = widget(
      "image: ghcr.io/acme/server\npuller: ghcr.io/acme/server:v1\nurl: https://ghcr.io/acme\nname: acme/server\n",
    );

    const { text: after, results } = await run(text, confirming(both));

    expect(after).toBe(text);
    expect(results.map(({ severity, field }) => [severity, field?.path])).toEqual([
      ["warning", "spec.image"],
      ["warning", "spec.puller"],
    ]);
  });

  test("tells of no tag and of no place in kinds that rules know too, and counts them", async () => {
    const text = `apiVersion: operator.karmada.io/v1alpha1
kind: Karmada
metadata: {name: k}
spec: {components: {karmadaWebhook: {imageRepository: registry.k8s.io/a, imageTag: v1}}}
`;

    const classes = (await run(text, confirming({}), { mode: "check" })).results.map(
      ({ tags }) => tags?.class,
    );

    expect(messages((await run(text, confirming({}))).results)).toEqual([
      expect.stringMatching(
        /^warning: "registry.k8s.io\/a:v1": left alone: has no key for a digest.*digestKey: imageDigest/,
      ),
    ]);
    expect(classes).toEqual(["unknown"]);
    expect((await run(text, confirming({}), { mode: "unpin" })).results).toMatchObject([
      { severity: "info" },
    ]);
  });

  test.each([
    ["`exclude`", "image: {repository: ghcr.io/acme/server, tag: v1}\n", { exclude: "ghcr.io/acme/*" }],
    ["`ignore`", "image: {repository: ghcr.io/acme/server, tag: v1}\n", { unknownFields: "ignore" }],
    ["a build", "image: ghcr.io/acme/server\nbuild: {context: .}\n", {}],
    ["charts", "source: {repository: ghcr.io/acme/charts, chart: a, version: '1'}\n", {}],
    ["a reference to an object", "imageRef: {kind: Image, name: server}\n", {}],
  ])("says nothing of parts that are opted out or none, by %s", async (_, spec, options) => {
    expect((await run(widget(spec), confirming(both), options)).results).toEqual([]);
  });

  test("pins what an annotation calls an image", async () => {
    const text = widget(
      "x: y\n",
      "name: w, annotations: {acme.example/sidecar-image: 'ghcr.io/acme/server:v1', note: 'ghcr.io/acme/server:v1'}",
    );

    expect((await run(text, confirming(both))).text).toBe(text.replace("server:v1'", `server:v1@${one}'`));
  });

  test.each([
    "args: [--name=x, --server-image=ghcr.io/acme/server:v1]",
    "serverImage: docker://ghcr.io/acme/server:v1",
    "images: ['oci://ghcr.io/acme/server:v1']",
    "serverimage: ghcr.io/acme/server:v1",
    "imageServer: ghcr.io/acme/server:v1",
    "images: {server: {linux: ghcr.io/acme/server:v1}}",
    "parameters: {serverImage: ghcr.io/acme/server:v1}",
    "cloudControllerImage: ghcr.io/acme/server:v1",
    "env: {RELATED_IMAGE_SERVER: ghcr.io/acme/server:v1}",
  ])("pins what says so in other ways: %s", async (spec) => {
    const text = widget(`${spec}\n`);

    expect((await run(text, confirming(both))).text).toBe(text.replace("server:v1", `server:v1@${one}`));
  });

  test.each([
    "args: [--server-image=server, --image, --image=, 'a --image=server:v1 b']",
    "args: [--output-image=ghcr.io/acme/server:v1, --push.target-image=ghcr.io/acme/server:v1]",
    "chart: oci://ghcr.io/acme/server:v1",
    "output: {imageName: ghcr.io/acme/server:v1}",
  ])("says nothing of what is none: %s", async (spec) => {
    expect((await run(widget(`${spec}\n`), confirming(both))).results).toEqual([]);
  });

  test("tells of a reference that is called like a part of another", async () => {
    const text = widget(
      "imageName: ghcr.io/acme/server\nimageTag: v1\nimageVersion: ghcr.io/acme/server:v1\n",
    );

    expect((await run(text, confirming(both))).results.map(({ field }) => field?.path)).toEqual([
      "spec",
      "spec.imageVersion",
    ]);
  });

  test("is shown once by --explain where its parts stand apart", async () => {
    const parts = "{registry: ghcr.io, image: acme/server, tag: v1}";

    const { explanations } = await explain(widget(`serverImage: ${parts}\nimage: acme/other:v1\n`));

    expect(explanations.map(({ path }) => path)).toEqual(["spec.serverImage", "spec.image"]);
  });

  test("is shown by --explain where a run ignores it", async () => {
    const { explanations } = await explain(short, { overrides: new Map([["unknownFields", "ignore"]]) });

    expect(explanations).toMatchObject([{ path: "spec.image", action: "unknown" }]);
  });

  test("suggests no key that would lead into another map", async () => {
    const { results } = await run(
      widget("web.repository: ghcr.io/acme/server\nweb.tag: v1\n"),
      confirming(both),
    );

    expect(messages(results)).toEqual([expect.not.stringContaining("digestKey: ")]);
  });

  test.each([
    "proxy_img: busybox:1.36",
    "IMAGE: busybox:1.36",
    "env: [{name: WEB_IMAGE, value: 'busybox:1.36'}]",
    "repo: acme/a\ntag: v1",
    "webREPOSITORY: acme/a\nweb_tag: v1",
    "newName: acme/a\nnewTag: v1",
    "puller: r.example:5000/a/b:v1",
    "puller: registry:5000/a/b:v1",
    "puller: localhost/a/b:v1",
    "puller: https://r.example/x.y/r.example/a/b:v1 r.example/a/b:v1\npusher: r.example/a/b:v1",
  ])("tells of all that reads as an image, whatever words stand around it: %s", async (spec) => {
    const { results } = await run(widget(spec), confirming({}));

    expect(messages(results)).toEqual([expect.stringMatching(/^warning: .* reads as an image/)]);
  });

  test.each([
    ["qualified", true],
    ["report", false],
  ])(
    "takes the word of a certain image with the same reference, with %s",
    async (unknownFields, isPinned) => {
      const certain =
        "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{image: 'docker.io/busybox:1.36'}]}\n";
      const registry = fakeRegistry(both);

      const { text, results } = await run(`${short}---\n${certain}`, registry, { unknownFields });

      expect(text.includes(`image: busybox:1.36@${two}\n`)).toBe(isPinned);
      expect(registry.asked).toEqual(["docker.io/library/busybox:1.36"]);
      expect(messages(results).join("\n").includes("a rule knows the same image elsewhere")).toBe(isPinned);
    },
  );
});

describe("values of charts in values of charts", () => {
  const inner =
    "extraObjects:\n- apiVersion: argoproj.io/v1alpha1\n  kind: Application\n  metadata: {name: y}\n  spec: {source: {helm: {valuesObject: {proxy_img: 'ghcr.io/acme/server:v1', repository: ghcr.io/acme/c, tag: v3}}}}\n";
  const release = (values: string): string =>
    `apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: x}\nspec:\n  values:\n${indent(values, 4)}`;
  const application = (values: string): string =>
    `apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: x}\nspec:\n  source:\n    helm:\n      values: |\n${indent(values, 8)}`;

  test.each([
    ["a map", release(inner)],
    ["a map of a map", release(`sub:\n  objects:\n  -\n${indent(release(inner), 4)}`)],
    ["a text", application(inner)],
    ["a text of a text", application(`objects:\n-\n${indent(application(inner), 2)}`)],
  ])("are searched once, in %s", async (_, text) => {
    const { text: after, results } = await run(text, confirming(both));

    expect(after).toBe(text.replace("server:v1", `server:v1@${one}`));
    expect(results.map(({ severity }) => severity)).toEqual(["warning", "info"]);
  });

  test.each([
    ["a text", 'values: &v "proxy_img: ghcr.io/acme/server:v1\\n"', "values: *v"],
    [
      "a text of a text",
      `values: &v ${JSON.stringify(application("proxy_img: ghcr.io/acme/server:v1\n"))}`,
      "values: *v",
    ],
  ])("are searched once, and pinned wherever an alias brings them: %s", async (_, values, alias) => {
    const text = `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: x}
spec:
  source: {helm: {${values}}}
  sources:
  - {helm: {${alias}}}
  - {helm: {${alias}}}
  - {helm: {${alias}}}
`;

    const { text: after, results } = await run(text, confirming(both));

    expect(after).toBe(text.replace("server:v1", `server:v1@${one}`));
    expect(results.map(({ severity, field }) => `${severity} ${field?.path?.split(".helm")[0]}`)).toEqual(
      ["source", "sources[0]", "sources[1]", "sources[2]"].map((source) => `info spec.${source}`),
    );
  });

  test("are told once, with all places, where an alias brings a map of them", async () => {
    const text = `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: x}
spec:
  source: {helm: {valuesObject: &v {proxy_img: "ghcr.io/acme/server:v1"}}}
  sources:
  - {helm: &h {valuesObject: *v}}
  - {helm: *h}
  - {helm: *h}
`;

    const { text: after, results } = await run(text, confirming(both));
    const { explanations } = await explain(text);

    expect(after).toBe(text.replace("server:v1", `server:v1@${one}`));
    expect(results.map(({ field }) => field?.path)).toEqual(["spec.source.helm.valuesObject.proxy_img"]);
    expect(explanations.map(({ path }) => path)).toEqual(
      ["source", "sources[0]", "sources[1]", "sources[2]"].map(
        (source) => `spec.${source}.helm.valuesObject.proxy_img`,
      ),
    );
  });

  function indent(text: string, by: number): string {
    return text.replaceAll(/^(?=.)/gm, " ".repeat(by));
  }
});
