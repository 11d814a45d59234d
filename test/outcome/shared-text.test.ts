/** What aliases share with images: only the image changes, or the run fails with both places. */
import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { parseDigest } from "../../src/image/digest.ts";
import { pinDigests } from "../../src/pin-digests.ts";

const digestOf = (image: string) => parseDigest(`sha256:${createHash("sha256").update(image).digest("hex")}`);

/** What comes of manifests; the digest of `a:1` is written `<a:1>`. */
async function pin(text: string, options = "") {
  const asked = new Set<string>();
  const result = await pinDigests(text, {
    functionConfig: `apiVersion: fn.kpt.dev/v1alpha1\nkind: PinDigests\nmetadata: {name: pin}\n${options}\n`,
    registry: {
      inspect: async (image) => {
        asked.add(image.text);
        return { digest: digestOf(image.text), recognizedBy: "by this test" };
      },
      hasDigest: async () => true,
    },
  });
  let { text: after } = result;
  for (const image of asked) after = after.replaceAll(digestOf(image), `<${image}>`);
  const told = result.results.map(({ severity, field, message }) => `${severity} ${field?.path}: ${message}`);
  return { after, told, ok: result.ok };
}

const pod = (spec: string, metadata = "{name: web}"): string =>
  `apiVersion: v1\nkind: Pod\nmetadata: ${metadata}\nspec:\n${spec}`;

const release = (values: string, metadata = "{name: web}"): string =>
  `apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: ${metadata}\nspec:\n  values:\n${values}`;

const chart = (values: string): string =>
  `apiVersion: helm.cattle.io/v1\nkind: HelmChart\nmetadata: {name: web}\nspec:\n${values}`;

const skip = "annotations: {pin-digests.fn.kpt.dev/skip: 'true'}";

type Row = readonly [what: string, before: string, after: string];

const pinned: Record<string, readonly Row[]> = {
  "an alias that is no image keeps the anchor's text": [
    [
      "a name",
      pod("  containers:\n  - image: &i a:1\n    name: *i\n"),
      pod("  containers:\n  - image: &i a:1@<a:1>\n    name: a:1\n"),
    ],
    [
      "in braces",
      pod("  containers: [{image: &i a:1, name: *i, x: [*i]}]\n"),
      pod("  containers: [{image: &i a:1@<a:1>, name: a:1, x: [a:1]}]\n"),
    ],
    [
      "a key",
      pod("  containers: [{image: &i a:1}]\n  nodeSelector: {*i : x}\n"),
      pod("  containers: [{image: &i a:1@<a:1>}]\n  nodeSelector: {a:1 : x}\n"),
    ],
    [
      "a key in a block",
      pod("  containers: [{image: &i a:1}]\n  nodeSelector:\n    *i : x\n"),
      pod("  containers: [{image: &i a:1@<a:1>}]\n  nodeSelector:\n    a:1 : x\n"),
    ],
    [
      "a command",
      pod("  containers: [{image: &i a:1, command: [run, *i]}]\n"),
      pod("  containers: [{image: &i a:1@<a:1>, command: [run, a:1]}]\n"),
    ],
    [
      "a variable of no image",
      pod("  containers: [{image: &i a:1, env: [{name: X, value: *i}]}]\n"),
      pod("  containers: [{image: &i a:1@<a:1>, env: [{name: X, value: a:1}]}]\n"),
    ],
    [
      "a selector",
      pod("  containers: [{image: &i a}]\n  affinity: {podAffinity: {matchLabels: {app: *i}}}\n"),
      pod("  containers: [{image: &i a@<a>}]\n  affinity: {podAffinity: {matchLabels: {app: a}}}\n"),
    ],
    [
      "a field that no rule knows",
      pod("  containers: [{image: &i a:1}]\n  image: *i\n"),
      pod("  containers: [{image: &i a:1@<a:1>}]\n  image: a:1\n"),
    ],
    [
      "another document's part of the same name",
      `${pod("  containers: [{image: &i a:1}]\n")}---\n${pod("  containers: [{image: &i b:1, name: *i}]\n")}`,
      `${pod("  containers: [{image: &i a:1@<a:1>}]\n")}---\n${pod("  containers: [{image: &i b:1@<b:1>, name: b:1}]\n")}`,
    ],
    [
      "before the anchor is defined again",
      pod("  containers:\n  - {image: &i a:1, name: *i}\n  - {image: &i b:1, name: *i}\n"),
      pod("  containers:\n  - {image: &i a:1@<a:1>, name: a:1}\n  - {image: &i b:1@<b:1>, name: b:1}\n"),
    ],
  ],
  "an alias that is an image is written out where its anchor is none": [
    [
      "an annotation",
      pod("  containers: [{image: *i}]\n", "{name: web, annotations: {note: &i a:1}}"),
      pod("  containers: [{image: a:1@<a:1>}]\n", "{name: web, annotations: {note: &i a:1}}"),
    ],
    [
      "a block, whose line breaks belong to it",
      pod("  containers: [{image: *i}]\n", "\n  name: web\n  annotations:\n    note: &i |+\n      a:1\n"),
      pod(
        '  containers: [{image: "a:1@<a:1>"}]\n',
        "\n  name: web\n  annotations:\n    note: &i |+\n      a:1\n",
      ),
    ],
    [
      "a block of flags keeps its line breaks",
      pod(
        "  containers: [{image: b:1, args: [*i]}]\n",
        "\n  name: web\n  annotations:\n    v: &i |\n      --job-image=a:1\n",
      ),
      pod(
        '  containers: [{image: b:1@<b:1>, args: ["--job-image=a:1@<a:1>\\n"]}]\n',
        "\n  name: web\n  annotations:\n    v: &i |\n      --job-image=a:1\n",
      ),
    ],
    [
      "a name",
      pod("  containers:\n  - image: *i # c\n", "{name: &i a}"),
      pod("  containers:\n  - image: a@<a> # c\n", "{name: &i a}"),
    ],
    [
      "several of them",
      pod("  containers: [{image: *i}, {image: *i, name: *i}]\n", "{name: &i a}"),
      pod("  containers: [{image: a@<a>}, {image: a@<a>, name: *i}]\n", "{name: &i a}"),
    ],
    [
      "a key",
      pod("  nodeSelector: {&i a : x}\n  containers: [{image: *i}]\n"),
      pod("  nodeSelector: {&i a : x}\n  containers: [{image: a@<a>}]\n"),
    ],
    [
      "a volume",
      pod("  volumes: [{name: v, image: {reference: *i}}]\n", "{name: web, labels: {v: &i a:1}}"),
      pod("  volumes: [{name: v, image: {reference: a:1@<a:1>}}]\n", "{name: web, labels: {v: &i a:1}}"),
    ],
    [
      "a chart's values",
      release("    base: &r r.io/a:3\n    image: *r\n    sidecar: {image: *r, name: *r}\n"),
      release(
        "    base: &r r.io/a:3\n    image: r.io/a:3@<r.io/a:3>\n    sidecar: {image: r.io/a:3@<r.io/a:3>, name: *r}\n",
      ),
    ],
    [
      "a list of images",
      release("    base: &r r.io/a:3\n    images: [*r, r.io/b:1]\n"),
      release("    base: &r r.io/a:3\n    images: [r.io/a:3@<r.io/a:3>, r.io/b:1@<r.io/b:1>]\n"),
    ],
    [
      "an argument",
      pod("  containers: [{image: b:1, args: [--job-image, *i, *i]}]\n", "{name: web, labels: {v: &i a:1}}"),
      pod(
        "  containers: [{image: b:1@<b:1>, args: [--job-image, a:1@<a:1>, *i]}]\n",
        "{name: web, labels: {v: &i a:1}}",
      ),
    ],
    [
      "an argument with its flag",
      pod("  containers: [{image: b:1, args: [*i]}]\n", "{name: web, annotations: {v: &i --job-image=a:1}}"),
      pod(
        '  containers: [{image: b:1@<b:1>, args: ["--job-image=a:1@<a:1>"]}]\n',
        "{name: web, annotations: {v: &i --job-image=a:1}}",
      ),
    ],
    [
      "a variable",
      pod(
        "  containers: [{image: b:1, env: [{name: RELATED_IMAGE_X, value: *i}]}]\n",
        "{name: web, labels: {v: &i a:1}}",
      ),
      pod(
        "  containers: [{image: b:1@<b:1>, env: [{name: RELATED_IMAGE_X, value: a:1@<a:1>}]}]\n",
        "{name: web, labels: {v: &i a:1}}",
      ),
    ],
    [
      "an annotation that holds an image",
      pod("  containers: []\n", "{name: &i a:1, annotations: {dapr.io/sidecar-image: *i}}"),
      pod("  containers: []\n", "{name: &i a:1, annotations: {dapr.io/sidecar-image: a:1@<a:1>}}"),
    ],
    [
      "a list of kustomize's images",
      "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: a, annotations: {note: &i acme/a:1}}\nspec: {source: {kustomize: {images: [*i, acme/b:1]}}}\n",
      "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: a, annotations: {note: &i acme/a:1}}\nspec: {source: {kustomize: {images: [acme/a:1@<acme/a:1>, acme/b:1@<acme/b:1>]}}}\n",
    ],
    [
      "a ConfigMap",
      "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: katib-config, labels: {a: &y 'image: r.io/a:1'}}\ndata: {katib-config.yaml: *y}\n",
      "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: katib-config, labels: {a: &y 'image: r.io/a:1'}}\ndata: {katib-config.yaml: 'image: r.io/a:1@<r.io/a:1>'}\n",
    ],
  ],
  "an alias that is an image stays one where its anchor is the same image": [
    [
      "in two containers",
      pod("  containers: [{image: &i a:1}, {image: *i}]\n"),
      pod("  containers: [{image: &i a:1@<a:1>}, {image: *i}]\n"),
    ],
    [
      "in values",
      release("    image: &r r.io/a:3\n    sidecar: {image: *r}\n"),
      release("    image: &r r.io/a:3@<r.io/a:3>\n    sidecar: {image: *r}\n"),
    ],
    [
      "in arguments",
      pod("  containers: [{image: b:1, args: [--job-image, &i a:1, --x-image, *i]}]\n"),
      pod("  containers: [{image: b:1@<b:1>, args: [--job-image, &i a:1@<a:1>, --x-image, *i]}]\n"),
    ],
    [
      "in a variable",
      pod("  containers: [{image: &i a:1, env: [{name: X_IMAGE, value: *i}]}]\n"),
      pod("  containers: [{image: &i a:1@<a:1>, env: [{name: X_IMAGE, value: *i}]}]\n"),
    ],
    [
      "in two objects of a list",
      `apiVersion: v1\nkind: List\nmetadata: {name: l}\nitems:\n- {apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {containers: [{image: &i a:1}]}}\n- {apiVersion: v1, kind: Pod, metadata: {name: b}, spec: {containers: [{image: *i}]}}\n`,
      `apiVersion: v1\nkind: List\nmetadata: {name: l}\nitems:\n- {apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {containers: [{image: &i a:1@<a:1>}]}}\n- {apiVersion: v1, kind: Pod, metadata: {name: b}, spec: {containers: [{image: *i}]}}\n`,
    ],
    [
      "in documents within",
      chart("  valuesContent: &v |\n    image: r.io/a:1\n  x: {valuesContent: 1}\n"),
      chart("  valuesContent: &v |\n    image: r.io/a:1@<r.io/a:1>\n  x: {valuesContent: 1}\n"),
    ],
  ],
  "what is to be left alone keeps its text": [
    [
      "an object that says so",
      `apiVersion: v1\nkind: List\nmetadata: {name: l}\nitems:\n- {apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {containers: [{image: &i a:1}]}}\n- {apiVersion: v1, kind: Pod, metadata: {name: b, ${skip}}, spec: {containers: [{image: *i}]}}\n`,
      `apiVersion: v1\nkind: List\nmetadata: {name: l}\nitems:\n- {apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {containers: [{image: &i a:1@<a:1>}]}}\n- {apiVersion: v1, kind: Pod, metadata: {name: b, ${skip}}, spec: {containers: [{image: a:1}]}}\n`,
    ],
    [
      "an object that says so, with the anchor",
      `apiVersion: v1\nkind: List\nmetadata: {name: l}\nitems:\n- {apiVersion: v1, kind: Pod, metadata: {name: b, ${skip}}, spec: {containers: [{image: &i a:1}]}}\n- {apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {containers: [{image: *i}]}}\n`,
      `apiVersion: v1\nkind: List\nmetadata: {name: l}\nitems:\n- {apiVersion: v1, kind: Pod, metadata: {name: b, ${skip}}, spec: {containers: [{image: &i a:1}]}}\n- {apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {containers: [{image: a:1@<a:1>}]}}\n`,
    ],
    [
      "an object that is not for the cluster",
      `apiVersion: v1\nkind: List\nmetadata: {name: l}\nitems:\n- {apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {containers: [{image: &i a:1}]}}\n- {apiVersion: v1, kind: Pod, metadata: {name: b, annotations: {config.kubernetes.io/local-config: 'true'}}, spec: {containers: [{image: *i}]}}\n`,
      `apiVersion: v1\nkind: List\nmetadata: {name: l}\nitems:\n- {apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {containers: [{image: &i a:1@<a:1>}]}}\n- {apiVersion: v1, kind: Pod, metadata: {name: b, annotations: {config.kubernetes.io/local-config: 'true'}}, spec: {containers: [{image: a:1}]}}\n`,
    ],
    [
      "a line that says so",
      pod("  containers:\n  - image: &i a:1\n  - image: *i # pin-digests: skip\n  - image: *i\n"),
      pod("  containers:\n  - image: &i a:1@<a:1>\n  - image: a:1 # pin-digests: skip\n  - image: *i\n"),
    ],
    [
      "a line that says so, with the anchor",
      pod("  containers:\n  - image: &i a:1 # pin-digests: skip\n  - image: *i\n"),
      pod("  containers:\n  - image: &i a:1 # pin-digests: skip\n  - image: a:1@<a:1>\n"),
    ],
    [
      "a container that is named",
      pod(
        "  containers: [{name: a, image: &i a:1}, {name: b, image: *i}]\n",
        "{name: web, annotations: {pin-digests.fn.kpt.dev/skip: b}}",
      ),
      pod(
        "  containers: [{name: a, image: &i a:1@<a:1>}, {name: b, image: a:1}]\n",
        "{name: web, annotations: {pin-digests.fn.kpt.dev/skip: b}}",
      ),
    ],
    [
      "a part that holds no images",
      pod("  containers: [{image: &i a:1}]\nstatus: {containerStatuses: [{image: *i}]}\n"),
      pod("  containers: [{image: &i a:1@<a:1>}]\nstatus: {containerStatuses: [{image: a:1}]}\n"),
    ],
    [
      "a skip annotation that a merge key brings in",
      `x: &s {pin-digests.fn.kpt.dev/skip: "true"}\n${pod("  containers: [{image: a:1}]\n", "{name: web, annotations: {<<: *s}}")}`,
      `x: &s {pin-digests.fn.kpt.dev/skip: "true"}\n${pod("  containers: [{image: a:1}]\n", "{name: web, annotations: {<<: *s}}")}`,
    ],
    [
      "a skip annotation whose key is an alias",
      `x: &s pin-digests.fn.kpt.dev/skip\n${pod("  containers: [{image: a:1}]\n", "{name: web, annotations: {*s : 'true'}}")}`,
      `x: &s pin-digests.fn.kpt.dev/skip\n${pod("  containers: [{image: a:1}]\n", "{name: web, annotations: {*s : 'true'}}")}`,
    ],
  ],
  "a scalar is written out in a style that may stand anywhere": [
    [
      "in double quotes",
      pod('  containers: [{image: &i "a:1", name: *i}]\n'),
      pod('  containers: [{image: &i "a:1@<a:1>", name: "a:1"}]\n'),
    ],
    [
      "in single quotes",
      pod("  containers: [{image: &i 'a:1', name: *i}]\n"),
      pod("  containers: [{image: &i 'a:1@<a:1>', name: 'a:1'}]\n"),
    ],
    [
      "with an escape",
      pod('  containers: [{image: &i "a\\x3a1", name: *i}]\n'),
      pod('  containers: [{image: &i "a\\x3a1@<a:1>", name: "a\\x3a1"}]\n'),
    ],
    [
      "of more lines",
      pod('  containers:\n  - image: &i "a\\\n      :1"\n    name: *i\n'),
      pod('  containers:\n  - image: &i "a\\\n      :1@<a:1>"\n    name: "a:1"\n'),
    ],
    [
      "a literal block",
      pod("  containers:\n  - image: &i |-\n      a:1\n    name: *i\n"),
      pod('  containers:\n  - image: &i |-\n      a:1@<a:1>\n    name: "a:1"\n'),
    ],
    [
      "a folded block with its line break",
      pod("  containers:\n  - image: &i >\n      a:1\n    name: *i\n"),
      pod('  containers:\n  - image: &i >\n      a:1@<a:1>\n    name: "a:1\\n"\n'),
    ],
    [
      "a block that is no image",
      pod("  containers: [{image: *i}]\n", "\n  name: web\n  labels:\n    v: &i |-\n      a:1"),
      pod('  containers: [{image: "a:1@<a:1>"}]\n', "\n  name: web\n  labels:\n    v: &i |-\n      a:1"),
    ],
    [
      "with a tag for texts",
      pod("  containers: [{image: &i !!str a:1, name: *i}]\n"),
      pod("  containers: [{image: &i !!str a:1@<a:1>, name: a:1}]\n"),
    ],
    [
      "with a tag of someone's own",
      pod("  containers: [{image: !x &i a:1, name: *i}]\n"),
      pod("  containers: [{image: !x &i a:1@<a:1>, name: !x a:1}]\n"),
    ],
    [
      "an embedded document",
      chart('  valuesContent: &v |\n    image: r.io/a:1 # "c"\n    b: x\n  copy: *v\n'),
      chart(
        '  valuesContent: &v |\n    image: r.io/a:1@<r.io/a:1> # "c"\n    b: x\n  copy: "image: r.io/a:1 # \\"c\\"\\nb: x\\n"\n',
      ),
    ],
    [
      "an embedded document that is an image by the alias alone",
      chart("  copy: &v |\n    image: r.io/a:1\n  valuesContent: *v\n"),
      chart('  copy: &v |\n    image: r.io/a:1\n  valuesContent: "image: r.io/a:1@<r.io/a:1>\\n"\n'),
    ],
  ],
  "aliases within an embedded document": [
    [
      "in a block",
      chart(
        "  valuesContent: |\n    base: &r r.io/a:1\n    image: *r\n    x: {image: &i r.io/b:1, name: *i}\n",
      ),
      chart(
        "  valuesContent: |\n    base: &r r.io/a:1\n    image: r.io/a:1@<r.io/a:1>\n    x: {image: &i r.io/b:1@<r.io/b:1>, name: r.io/b:1}\n",
      ),
    ],
    [
      "in double quotes",
      chart('  valuesContent: "base: &r \\"r.io/a:1\\"\\nimage: *r\\n"\n'),
      chart('  valuesContent: "base: &r \\"r.io/a:1\\"\\nimage: \\"r.io/a:1@<r.io/a:1>\\"\\n"\n'),
    ],
    [
      "in single quotes",
      chart("  valuesContent: 'base: &r ''r.io/a:1''\n\n    image: *r'\n"),
      chart("  valuesContent: 'base: &r ''r.io/a:1''\n\n    image: ''r.io/a:1@<r.io/a:1>'''\n"),
    ],
  ],
  "a collection changes where all that share it have the same image": [
    [
      "containers",
      pod("  containers:\n  - &c {name: a, image: a:1}\n  - *c\n"),
      pod("  containers:\n  - &c {name: a, image: a:1@<a:1>}\n  - *c\n"),
    ],
    [
      "a list of containers",
      pod("  containers: &c [{image: a:1}]\n  initContainers: *c\n"),
      pod("  containers: &c [{image: a:1@<a:1>}]\n  initContainers: *c\n"),
    ],
    [
      "a merged container",
      pod("  containers:\n  - &c {name: a, image: a:1}\n  - {<<: *c, name: b}\n"),
      pod("  containers:\n  - &c {name: a, image: a:1@<a:1>}\n  - {<<: *c, name: b}\n"),
    ],
    [
      "a merged container with an image of its own",
      pod("  containers:\n  - &c {name: a, image: a:1}\n  - {<<: *c, image: b:1}\n"),
      pod("  containers:\n  - &c {name: a, image: a:1@<a:1>}\n  - {<<: *c, image: b:1@<b:1>}\n"),
    ],
    [
      "a merge of merges",
      pod("  containers:\n  - &c {image: a:1}\n  - &d {<<: *c, name: b}\n  - {<<: [*d, *c]}\n"),
      pod("  containers:\n  - &c {image: a:1@<a:1>}\n  - &d {<<: *c, name: b}\n  - {<<: [*d, *c]}\n"),
    ],
    [
      "a merge that brings in what another merge overrides",
      pod(
        "  initContainers:\n  - &a {image: a:1}\n  - &b {<<: *a, image: b:1}\n  containers:\n  - image: c:1\n    <<: *b\n",
      ),
      pod(
        "  initContainers:\n  - &a {image: a:1@<a:1>}\n  - &b {<<: *a, image: b:1@<b:1>}\n  containers:\n  - image: c:1@<c:1>\n    <<: *b\n",
      ),
    ],
    [
      "a definition that nothing else reads",
      `x-base: &b {image: a:1}\n${pod("  containers: [{<<: *b, name: a}]\n")}`,
      `x-base: &b {image: a:1@<a:1>}\n${pod("  containers: [{<<: *b, name: a}]\n")}`,
    ],
    [
      "an object that is listed twice",
      "apiVersion: v1\nkind: List\nmetadata: {name: l}\nitems:\n- &p {apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {containers: [{image: a:1}]}}\n- *p\n",
      "apiVersion: v1\nkind: List\nmetadata: {name: l}\nitems:\n- &p {apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {containers: [{image: a:1@<a:1>}]}}\n- *p\n",
    ],
    [
      "an alias in a merged mapping whose anchor is no image",
      `x: &i a:1\ny: &b {image: *i}\n${pod("  containers: [{<<: *b}]\n")}`,
      `x: &i a:1\ny: &b {image: a:1@<a:1>}\n${pod("  containers: [{<<: *b}]\n")}`,
    ],
  ],
};

describe.each(Object.entries(pinned))("%s", (_, rows) => {
  test.each(rows)("%s", async (_what, before, expected) => {
    const { after, ok, told } = await pin(before);

    expect({ after, ok, errors: told.filter((each) => each.startsWith("error")) }).toEqual({
      after: expected,
      ok: true,
      errors: [],
    });
  });
});

const items = (...objects: readonly string[]): string =>
  `apiVersion: v1\nkind: List\nmetadata: {name: l}\nitems:\n${objects.map((each) => `- ${each}\n`).join("")}`;
const job = (name: string, more: string, template: string): string =>
  `{apiVersion: batch/v1, kind: Job, metadata: {name: ${name}${more}}, spec: {template: ${template}}}`;
const template = "{spec: {containers: [{image: a:1}]}}";
const image = "spec.template.spec.containers[0].image";

describe("a collection that is shared with what is to keep its text fails the run", () => {
  test.each([
    [
      "an object that is left alone, by its alias",
      items(job("a", "", `&t ${template}`), job("b", `, ${skip}`, "*t")),
      image,
      5,
      "6, where it is left alone: its annotation `pin-digests.fn.kpt.dev/skip` says so",
    ],
    [
      "an object that is left alone, by its anchor",
      items(job("b", `, ${skip}`, `&t ${template}`), job("a", "", "*t")),
      image,
      6,
      "5, where it is left alone: its annotation `pin-digests.fn.kpt.dev/skip` says so",
    ],
    [
      "an object that is not for the cluster",
      items(
        job("a", "", `&t ${template}`),
        job("b", ", annotations: {config.kubernetes.io/local-config: 'true'}", "*t"),
      ),
      image,
      5,
      "6, where it is left alone: its annotation `config.kubernetes.io/local-config` says that it is not for the cluster",
    ],
    [
      "a container that is named",
      pod(
        "  containers:\n  - &c {name: a, image: a:1}\n  - {<<: *c, name: b}\n",
        "{name: web, annotations: {pin-digests.fn.kpt.dev/skip: b}}",
      ),
      "spec.containers[0].image",
      6,
      "7, where it stays as it is: the annotation `pin-digests.fn.kpt.dev/skip` names it",
    ],
    [
      "labels",
      pod("  containers: [{<<: *l}]\n", "{name: web, labels: &l {image: a:1}}"),
      "spec.containers[0].image",
      5,
      "3, where it is no image",
    ],
    [
      "a status",
      `${pod("  containers: &c [{image: a:1}]\n")}status: {containers: *c}\n`,
      "spec.containers[0].image",
      5,
      "6, where it is no image",
    ],
    [
      "arguments",
      `apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: a, annotations: {x: y}}\nspec:\n  x: &a [acme/a:1]\n  source: {kustomize: {images: *a}}\n`,
      "spec.source.kustomize.images[0]",
      6,
      "5, where it is no image",
    ],
    [
      "a key whose map is a key",
      pod("  containers: [&c {image: a:1}]\n  x: {? *c : y}\n"),
      "spec.containers[0].image",
      5,
      "6, where it is no image",
    ],
  ])("%s", async (_, before, path, here, there) => {
    const strict = await pin(before);
    const lenient = await pin(before, "onError: warn");

    expect(strict).toMatchObject({ ok: false, after: "" });
    expect(strict.told[0]).toMatch(
      new RegExp(
        `^error ${path.replaceAll(/[[\].]/g, "\\$&")}: "[^"]+" can't be changed on line ${here} of the input`,
      ),
    );
    expect(strict.told[0]).toContain(`it is the same text as on line ${there}; write one of the two out`);
    expect(lenient).toMatchObject({ ok: true, after: before });
    expect(lenient.told[0]).toBe(strict.told[0]?.replace("error", "warning"));
  });

  test("with the columns of both where they stand on one line", async () => {
    const oneLine = `apiVersion: v1\nkind: Pod\nmetadata: {name: web, annotations: {pin-digests.fn.kpt.dev/skip: b}}\nspec: {containers: [&c {image: a:1, name: a}, {<<: *c, name: b}]}\n`;

    expect((await pin(oneLine)).told[0]).toContain(
      "can't be changed on line 4 (column 32) of the input alone: by the alias `*c` it is the same text as on line 4 (column 52), where it stays as it is",
    );
  });

  test("an object that the configuration excludes, and one that it does not include", async () => {
    const before = items(job("a", "", `&t ${template}`), job("b", "", "*t"));

    const excluded = await pin(before, "resources: {exclude: [{name: b}]}");
    const included = await pin(before, "resources: {include: [{name: b}]}");

    expect(excluded.told[0]).toContain(
      "5 of the input alone: by the alias `*t` it is the same text as on line 6",
    );
    expect(excluded.told[0]).toContain("it matches `resources.exclude[0]`");
    expect(included.told[0]).toContain(
      "6 of the input alone: by the alias `*t` it is the same text as on line 5",
    );
    expect(included.told[0]).toContain("it matches nothing of `resources.include`");
  });
});

describe("what is told", () => {
  test("where an alias that is no image is written out", async () => {
    const { told } = await pin(
      pod("  containers:\n  - image: &i a:1\n    name: *i\n  nodeSelector: {x: *i, y: *i}\n"),
    );

    expect(told[0]).toBe(
      "warning spec.containers[0].image: its anchor `&i` is used on lines 7 and 8 of the input as well, where it is no image or is left alone: the text is written out there, so that only the image changes",
    );
  });

  test("where an alias that is an image is written out, unless problems alone are asked for", async () => {
    const before = pod("  containers: [{image: *i}]\n", "{name: &i a}");

    expect((await pin(before)).told).toContain(
      "info spec.containers[0].image: is written out where the alias `*i` stood, since line 3 of the input, where its anchor stands, keeps its own text",
    );
    expect((await pin(before, "report: problems")).told).toEqual([]);
  });

  test("where a definition changes", async () => {
    const { told } = await pin(`x-base: &b {image: a:1}\n${pod("  containers: [{<<: *b, name: a}]\n")}`);

    expect(told).toContain(
      "info spec.containers[0].image: changes on line 1 of the input as well, which defines it for aliases: no rule knows the field there",
    );
  });

  test("where a merge key brings in another image than the one before it", async () => {
    const before = pod("  initContainers:\n  - &b {image: a:1}\n  containers:\n  - image: b:1\n    <<: *b\n");

    const { after, told } = await pin(before);
    const checked = await pin(
      after.replaceAll(/<(.*?)>/g, (_, name) => digestOf(name)),
      "mode: check\nlock: off\ncheck: {unreachable: off, drift: off}",
    );

    expect(after).toBe(before.replace("a:1", "a:1@<a:1>").replace("b:1", "b:1@<b:1>"));
    expect(told[0]).toBe(
      "warning spec.containers[0].image: comes by the merge key on line 9 of the input as well: kubectl reads that one, other readers the key before it; both are pinned; write the merge key first",
    );
    expect(checked).toMatchObject({ ok: true, told: [told[0]] });
  });

  const [a, b, c] = ["a", "b", "c"].map((name) => `x-${name}: &${name} {image: ${name}:1}\n`);
  const byKeyBefore =
    "warning spec.containers[0].image: comes by the merge key on line 3 of the input as well: kubectl reads that one, other readers the key before it; both are pinned; write the merge key first";
  const bySecond = (line: number): string =>
    `spec.containers[0].image: comes by the second merge key on line ${line} of the input as well: kubectl reads that one, other readers another or none; both are pinned; write one merge key with a list`;

  test("where a map that is merged has another image for kubectl", async () => {
    const text = `${a}y: z\nx-b: &b {image: b:1, <<: *a}\n${pod("  containers: [{<<: *b, name: y}]\n")}`;

    const { after, told } = await pin(text);

    expect(after).toBe(text.replace("a:1", "a:1@<a:1>").replace("b:1", "b:1@<b:1>"));
    expect(told).toContain(byKeyBefore);
  });

  test.each([
    ["two merge keys", `${a}${b}`, "{<<: *a, <<: *b, name: y}", ["a", "b"], 7],
    [
      "three, the last of which names what one before it does",
      `${a}${b}${c}`,
      "{<<: *a, <<: [*b, *c], <<: *c}",
      ["a", "c"],
      8,
    ],
    ["two merge keys behind a key", `${a}${b}`, "{image: o:1, <<: *a, <<: *b}", ["o", "b"], 7],
    ["a map with two merge keys", `${a}${b}x-c: &c {<<: *a, <<: *b}\n`, "{<<: *c}", ["a", "b"], 3],
  ])("and fails a check: %s", async (_, head, container, pinned, line) => {
    const text = `${head}${pod(`  containers: [${container}]\n`)}`;

    const { after, told } = await pin(text);
    const checked = await pin(
      after.replaceAll(/<(.*?)>/g, (_match, name) => digestOf(name)),
      "mode: check\nlock: off\ncheck: {unreachable: off, drift: off}",
    );

    expect(after).toBe(pinned.reduce((all, name) => all.replace(`${name}:1`, `${name}:1@<${name}:1>`), text));
    expect(told).toContain(`warning ${bySecond(line)}`);
    expect(checked).toMatchObject({ ok: false, told: [`error ${bySecond(line)}`] });
  });

  test("nowhere, where a merge key brings in the same once more", async () => {
    const { told } = await pin(`${a}${b}${pod("  containers: [{<<: *a, <<: *b, <<: *a, name: y}]\n")}`);

    expect(told.filter((each) => each.startsWith("warning"))).toEqual([]);
  });
});

describe("an image in a field that no rule knows", () => {
  const widget = (spec: string): string =>
    `apiVersion: acme.io/v1\nkind: Widget\nmetadata: {name: w}\nspec:\n${spec}`;

  test("stays as it is where aliases share it with what is no image, and holds up no other", async () => {
    const before = widget("  a: &a {image: r.io/a:1}\n  b: {image: r.io/b:1}\nstatus: *a\n");

    const { after, told } = await pin(before);

    expect(after).toBe(before.replace("r.io/b:1", "r.io/b:1@<r.io/b:1>"));
    expect(told[0]).toMatch(/^warning spec\.a\.image: .* since aliases share its text with other fields; /);
  });

  test("changes with an alias of it that is an image for certain", async () => {
    const before = widget("  a: &a {image: r.io/a:1}\n  containers: [*a]\n");

    const { after, told } = await pin(before);

    expect(after).toBe(before.replace("r.io/a:1", "r.io/a:1@<r.io/a:1>"));
    expect(told.filter((each) => !each.startsWith("info"))).toEqual([]);
  });
});
