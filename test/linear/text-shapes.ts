import { containers, digestOf, listOf, pinning, podItem, podOf } from "./pinning.ts";
import { repeat, type Shape } from "./shape.ts";

const helmRelease = "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: h}\nspec:\n";

/** What a text may be made of where nothing is shared: nesting, scalars, comments, line ends, keys, documents. */
export const textShapes: readonly Shape[] = [
  pinning("pods as items of a list", (n) =>
    listOf(repeat(n, (i) => podItem(containers(1, "    "), `p${i}`))),
  ),
  pinning("pods as documents", (n) => repeat(n, () => podOf(containers(1)), "---\n")),
  pinning("containers of one pod", (n) => podOf(containers(n))),
  pinning("containers of one pod, on lines of their own", (n) =>
    podOf(`  containers:\n${repeat(n, (i) => `  - name: c${i}\n    image: nginx:1\n`)}`),
  ),
  pinning("a list as JSON in one line", (n) =>
    JSON.stringify({
      apiVersion: "config.kubernetes.io/v1",
      kind: "ResourceList",
      items: Array.from({ length: n }, (_, i) => pod(i)),
    }),
  ),
  pinning("a stream of JSON objects without a break", (n) => repeat(n, (i) => JSON.stringify(pod(i)))),
  pinning("JSON in one line, with `pin-digests:` in each name", (n) =>
    repeat(n, (i) => JSON.stringify({ ...pod(i), metadata: { name: `pin-digests: skip ${i}` } }), "\n"),
  ),
  pinning("one line of JSON, with `pin-digests:` in it", (n) =>
    JSON.stringify({
      ...pod(0),
      spec: {
        containers: Array.from({ length: n }, (_, i) => ({ name: `pin-digests: x ${i}`, image: "nginx:1" })),
      },
    }),
  ),
  pinning("flow collections nested in pods", (n) =>
    repeat(n, () => podOf(`  x: ${"[".repeat(90)}1${"]".repeat(90)}\n${containers(1)}`), "---\n"),
  ),
  pinning("flow lists beside each other", (n) =>
    podOf(`  x: [${repeat(n, "[a, {b: c}]", ", ")}]\n${containers(1)}`),
  ),
  pinning("an image at the end of deep block maps", (n) =>
    repeat(
      n,
      () => podOf(`${repeat(60, (i) => `${"  ".repeat(i + 1)}a:\n`)}${"  ".repeat(61)}image: nginx:1\n`),
      "---\n",
    ),
  ),
  pinning("long plain scalar", (n) => podOf(`  x: ${"word ".repeat(n)}end\n${containers(1)}`)),
  pinning("long plain scalar on many lines", (n) =>
    podOf(`  x: a\n${"    word\n".repeat(n)}${containers(1)}`),
  ),
  pinning("long image", (n) => podOf(`  containers:\n  - image: ${"a".repeat(n * 10)}:1\n`)),
  pinning("long image of components", (n) => podOf(`  containers:\n  - image: ${"a/".repeat(n * 5)}b:1\n`)),
  pinning("long image of separators", (n) => podOf(`  containers:\n  - image: a${"._-".repeat(n * 4)}:1\n`)),
  pinning("long image of colons", (n) => podOf(`  containers:\n  - image: "${":".repeat(n * 10)}"\n`)),
  pinning("long image of at signs", (n) => podOf(`  containers:\n  - image: "a${"@sha256:a".repeat(n)}"\n`)),
  pinning("image with a long tail of signs", (n) =>
    podOf(`  containers:\n  - image: nginx:1 ${"# ".repeat(n * 5)}\n`),
  ),
  pinning("image with signs and setters behind", (n) =>
    podOf(`  containers:\n  - image: nginx:1 ${'# "$imagepolicy '.repeat(n)}\n`),
  ),
  pinning("images on one line, and a setter somewhere", (n) =>
    podOf(`  containers: [${repeat(n, (i) => `{name: c${i}, image: "nginx:1"}`, ", ")}] # kpt-set: x\n`),
  ),
  pinning(
    "text with a line of keys without values",
    (n) => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata:\n  a: "${"image: ".repeat(n)}"\n`,
  ),
  pinning("comment that asks for a long word", (n) =>
    podOf(`${containers(1)}# pin-digests: ${"a".repeat(n * 10)} #\n`),
  ),
  pinning("comment that asks for much", (n) => podOf(`${containers(1)}${"# pin-digests: x ".repeat(n)}\n`)),
  pinning("image with signs and `pin-digests: x` behind", (n) =>
    podOf(`  containers:\n  - image: nginx:1 ${"# ".repeat(n * 5)} pin-digests: x\n`),
  ),
  pinning("`pin-digests: x` many times in a comment", (n) =>
    podOf(`  containers:\n  - image: nginx:1 # ${"pin-digests: x ".repeat(n)}\n`),
  ),
  pinning("`pin-digests:` and white space in a comment", (n) =>
    podOf(`  containers:\n  - image: nginx:1 # pin-digests:${" ".repeat(n * 10)}x\n`),
  ),
  pinning("comments that say skip", (n) =>
    podOf(`  containers:\n${repeat(n, (i) => `  - name: c${i}\n    image: nginx:1 # pin-digests: skip\n`)}`),
  ),
  pinning("comments between entries", (n) =>
    podOf(`  containers:\n${repeat(n, () => "  - image: nginx:1\n  # a comment\n  # another\n")}`),
  ),
  pinning("comments before an object", (n) => `${"# comment\n".repeat(n * 3)}${podOf(containers(1))}`),
  pinning("comments behind a list", (n) =>
    listOf(podItem(containers(1, "    ")), "# comment\n".repeat(n * 3)),
  ),
  pinning("blank lines behind a list", (n) => listOf(podItem(containers(1, "    ")), "\n".repeat(n * 10))),
  pinning("markers behind a list", (n) => listOf(podItem(containers(1, "    ")), "---\n".repeat(n * 3))),
  pinning("markers alone", (n) => "---\n".repeat(n * 3)),
  pinning("image as a block with blank lines", (n) =>
    podOf(`  containers:\n  - image: |\n      nginx:1\n${"\n".repeat(n * 10)}`),
  ),
  pinning("image as a block with blank lines and a text", (n) =>
    podOf(`  containers:\n  - image: |\n      nginx:1\n${"\n".repeat(n * 10)}      x\n`),
  ),
  pinning("image in quotes with line breaks", (n) =>
    podOf(`  containers:\n  - image: "nginx:1${"\n\n".repeat(n * 5)}    "\n`),
  ),
  pinning("image in quotes with escapes", (n) =>
    podOf(`  containers:\n  - image: "${"\\x61".repeat(n * 3)}:1"\n`),
  ),
  pinning("images in quotes with escapes", (n) =>
    podOf(`  containers:\n${repeat(n, '  - image: "ngin\\x78:1"\n')}`),
  ),
  pinning("images as folded blocks", (n) =>
    podOf(`  containers:\n${repeat(n, "  - image: >-\n      nginx:1\n")}`),
  ),
  pinning("literal of many lines", (n) =>
    podOf(`  x: |\n${"    line: of text\n".repeat(n)}${containers(1)}`),
  ),
  pinning("folded text of many lines", (n) =>
    podOf(`  x: >\n${"    line: of text\n\n".repeat(n)}${containers(1)}`),
  ),
  pinning("lines ended by CR and LF", (n) => podOf(containers(n)).replaceAll("\n", "\r\n")),
  pinning("lines ended by CR alone", (n) => podOf(containers(n)).replaceAll("\n", "\r")),
  pinning("a list with lines ended by CR alone", (n) =>
    listOf(repeat(n, (i) => podItem(containers(1, "    "), `p${i}`))).replaceAll("\n", "\r"),
  ),
  pinning("characters beyond Unicode's first plane", (n) =>
    podOf(`  x: "${"😀".repeat(n * 3)}"\n${containers(n)}`),
  ),
  pinning("line breaks of YAML 1.1", (n) => podOf(`  x: "${"\u2028".repeat(n * 5)}"\n${containers(n)}`)),
  pinning("tabs where js-yaml wants spaces", (n) =>
    podOf(`  x: {\n${"\ta: b,\n".repeat(n)}  }\n${containers(n)}`),
  ),
  pinning("flow content at the parent's column", (n) =>
    repeat(
      n,
      () => "apiVersion: v1\nkind: Pod\nmetadata: {\nname: a\n}\nspec:\n  containers:\n  - image: nginx:1\n",
      "---\n",
    ),
  ),
  pinning("comments right behind quotes", (n) =>
    repeat(
      n,
      () =>
        'apiVersion: v1\nkind: Pod\nmetadata: {name: "a"# c\n}\nspec:\n  containers:\n  - image: nginx:1\n',
      "---\n",
    ),
  ),
  pinning("block scalars at the column of their keys", (n) =>
    podOf(`${repeat(n, (i) => `  k${i}:\n  # c\n\n  |\n    a\n`)}${containers(1)}`),
  ),
  pinning("blank lines before a block scalar at the column of its key", (n) =>
    podOf(`  k:\n${"\n".repeat(n * 10)}  |\n    a\n${containers(1)}`),
  ),
  pinning("aliases as keys, with their colons", (n) =>
    podOf(`  k: &k x\n${"  *k: {image: nginx:1}\n".repeat(n)}${containers(1)}`),
  ),
  pinning("commas in tags", (n) => podOf(`  containers:\n${"  - {image: !a,b nginx:1}\n".repeat(n)}`)),
  pinning("texts right behind anchors", (n) =>
    podOf(`  x:\n${repeat(n, (i) => `  - &a${i}:b - c\n`)}${containers(1)}`),
  ),
  pinning("properties of a map, over and over", (n) => `${"!t\n".repeat(n * 3)}${podOf(containers(1))}`),
  pinning("escaped apostrophes", (n) =>
    podOf(`${repeat(n, (i) => `  k${i}: "it\\'s"\n`)}  x: "${"\\'".repeat(n * 5)}"\n${containers(1)}`),
  ),
  pinning("directives behind documents that nothing ends", (n) =>
    repeat(n, () => podOf(containers(1)), "%YAML 1.1\n---\n"),
  ),
  pinning("keys in a map", (n) => podOf(`${repeat(n, (i) => `  k${i}: v\n`)}${containers(1)}`)),
  pinning("odd keys", (n) =>
    podOf(`${repeat(n, (i) => `  "a.b[${i}]/\\u0007": {image: nginx:1}\n`)}${containers(1)}`),
  ),
  pinning("long keys", (n) => podOf(`  ${"k".repeat(n * 5)}:\n    image: nginx:1\n${containers(n)}`)),
  pinning("keys that are collections", (n) =>
    podOf(`${repeat(n, (i) => `  ? {a: ${i}}\n  : {image: nginx:1}\n`)}${containers(1)}`),
  ),
  pinning("`image` many times in one map", (n) =>
    podOf(`  containers:\n  - name: a\n${"    image: nginx:1\n".repeat(n)}`),
  ),
  pinning("each key twice", (n) =>
    podOf(`  containers:\n${"  - image: nginx:1\n    image: nginx:1\n".repeat(n)}`),
  ),
  pinning(
    "`kind` many times",
    (n) => `apiVersion: v1\nmetadata: {name: a}\n${"kind: Pod\n".repeat(n * 2)}spec:\n${containers(1)}`,
  ),
  pinning(
    "many annotations",
    (n) =>
      `apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\n  annotations:\n${repeat(n, (i) => `    a/b${i}: "image: nginx:1"\n`)}spec:\n${containers(1)}`,
  ),
  pinning(
    "variables of containers that name images",
    (n) =>
      `apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers:\n${repeat(n, (i) => `  - name: c${i}\n    env: [{name: A, value: ghcr.io/acme/a:v${i}}]\n`)}`,
  ),
  pinning(
    "a variable of dots and slashes",
    (n) =>
      `apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers:\n  - env: [{name: A, value: "${"a.b/".repeat(n)}"}]\n`,
  ),
  pinning(
    "skip annotation with names over containers",
    (n) =>
      `apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\n  annotations:\n    pin-digests.fn.kpt.dev/skip: ${repeat(n, (i) => `c${i}`, ",")}\nspec:\n${containers(n)}`,
  ),
  pinning(
    "skip annotation with paths over containers",
    (n) =>
      `apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\n  annotations:\n    pin-digests.fn.kpt.dev/skip: ${repeat(n, (i) => `spec/containers[${i}]/image`, " ")}\nspec:\n${containers(n)}`,
  ),
  pinning("environment of a container", (n) =>
    podOf(
      `  containers:\n  - image: nginx:1\n    env:\n${repeat(n, (i) => `    - {name: RELATED_IMAGE_${i}, value: "nginx:1"}\n`)}`,
    ),
  ),
  pinning("arguments of a container", (n) =>
    podOf(
      `  containers:\n  - image: nginx:1\n    args:\n${repeat(n, (i) => `    - --x-image${i}=nginx:1\n`)}`,
    ),
  ),
  pinning("arguments with images behind them", (n) =>
    podOf(`  containers:\n  - image: nginx:1\n    args: [${repeat(n, "--image, nginx:1", ", ")}]\n`),
  ),
  pinning("one flag many times in one argument", (n) =>
    podOf(`  containers:\n  - image: nginx:1\n    args: ["${"--x-image= ".repeat(n)}"]\n`),
  ),
  pinning("`--x-image=` without an image", (n) =>
    podOf(`  containers:\n  - image: nginx:1\n    args: [${repeat(n, "--x-image=", ", ")}]\n`),
  ),
  pinning("dashes in an argument", (n) =>
    podOf(`  containers:\n  - image: nginx:1\n    args: ["${"-".repeat(n * 10)}image=nginx:1"]\n`),
  ),
  pinning(
    "a ConfigMap of manifests",
    (n) =>
      `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata:\n${repeat(n, (i) => `  f${i}.yaml: |\n    apiVersion: v1\n    kind: Pod\n    metadata: {name: a}\n    spec:\n      containers:\n      - image: nginx:1\n`)}`,
  ),
  pinning(
    "a ConfigMap with a long manifest",
    (n) =>
      `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata:\n  f.yaml: |\n    apiVersion: v1\n    kind: Pod\n    metadata: {name: a}\n    spec:\n${containers(n, "      ")}`,
  ),
  pinning(
    "a ConfigMap with a long manifest in quotes",
    (n) =>
      `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata:\n  f.yaml: ${JSON.stringify(podOf(containers(n)))}\n`,
  ),
  pinning(
    "a ConfigMap with what is no manifest",
    (n) =>
      `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata:\n  f.yaml: |\n    image: [\n${"    image: nginx:1\n".repeat(n)}`,
  ),
  pinning(
    "a ConfigMap of JSON",
    (n) =>
      `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata:\n  f.json: '${JSON.stringify({ kind: "List", apiVersion: "v1", items: Array.from({ length: n }, (_, i) => pod(i)) })}'\n`,
  ),
  pinning("last-applied annotations", (n) =>
    repeat(
      n,
      (i) =>
        `apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\n  annotations:\n    kubectl.kubernetes.io/last-applied-configuration: |\n      ${JSON.stringify(pod(i))}\nspec:\n${containers(1)}`,
      "---\n",
    ),
  ),
  pinning(
    "Helm values",
    (n) =>
      `${helmRelease}  values:\n${repeat(n, (i) => `    c${i}:\n      image: {repository: nginx, tag: "1"}\n`)}`,
  ),
  pinning(
    "Helm values as whole images",
    (n) => `${helmRelease}  values:\n${repeat(n, (i) => `    c${i}: {image: "nginx:1"}\n`)}`,
  ),
  pinning(
    "Helm values as a text",
    (n) =>
      `apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: a}\nspec:\n  source:\n    helm:\n      values: |\n${repeat(n, (i) => `        c${i}:\n          image: {repository: nginx, tag: "1"}\n`)}`,
  ),
  pinning(
    "Helm values with a registry above",
    (n) =>
      `${helmRelease}  values:\n    global: {imageRegistry: docker.io}\n${repeat(n, (i) => `    c${i}: {image: {repository: library/nginx, tag: "1", digest: ""}}\n`)}`,
  ),
  pinning(
    "a kind that no rule knows",
    (n) =>
      `apiVersion: a.example/v1\nkind: Thing\nmetadata: {name: t}\nspec:\n${repeat(n, (i) => `  p${i}: {image: nginx:1}\n`)}`,
  ),
  pinning("objects of as many kinds", (n) =>
    repeat(
      n,
      (i) => `apiVersion: g${i}.example/v1\nkind: Thing${i}\nmetadata: {name: t}\nspec: {image: "nginx:1"}\n`,
      "---\n",
    ),
  ),
  pinning(
    "objects in objects",
    (n) =>
      `apiVersion: a.example/v1\nkind: Thing\nmetadata: {name: t}\nspec:\n  objects:\n${repeat(n, "  - apiVersion: v1\n    kind: Pod\n    metadata: {name: p}\n    spec: {containers: [{image: nginx:1}]}\n")}`,
  ),
  pinning("Lists of Lists", (n) =>
    listOf(
      repeat(
        n,
        "- apiVersion: v1\n  kind: List\n  items:\n  - apiVersion: v1\n    kind: PodList\n    items:\n    - {metadata: {name: p}, spec: {containers: [{image: nginx:1}]}}\n",
      ),
    ),
  ),
  pinning(
    "a List of as many",
    (n) => `apiVersion: v1\nkind: List\nitems:\n${repeat(n, (i) => podItem(containers(1, "    "), `p${i}`))}`,
  ),
  pinning(
    "a CustomResourceDefinition",
    (n) =>
      `apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: c}\nspec:\n${repeat(n, (i) => `  p${i}: {type: string, description: "the image: nginx:1", default: {image: nginx:1}}\n`)}`,
  ),
  pinning(
    "denied parts beside likely images",
    (n) =>
      `apiVersion: a.example/v1\nkind: Thing\nmetadata: {name: t}\nspec:\n${repeat(n, (i) => `  d${i}: {apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition, metadata: {name: x}, spec: {image: nginx:1}}\n  p${i}: {sidecarImage: nginx:1}\n`)}`,
  ),
  pinning("a long text that nearly names an image", (n) =>
    thingOf(`  image: nginx:1\n  x: "${"a.".repeat(n * 5)}/${":".repeat(n * 5)} "\n`),
  ),
  pinning("a long name beside its registry", (n) =>
    thingOf(`  image: {registry: r.example, repository: "${"a.".repeat(n * 10)}a:1"}\n`),
  ),
  pinning("a long word in a kind that no rule knows", (n) => thingOf(`  x: ${"a".repeat(n * 10)}\n`)),
  pinning("long hosts in a kind that no rule knows", (n) =>
    thingOf(`  x: ${"a.".repeat(n * 5)}/${"b/".repeat(n * 5)}\n`),
  ),
  pinning("images in a text that no rule reads", (n) =>
    thingOf(`  config: |\n${repeat(n, (i) => `    a${i}: {image: "ghcr.io/acme/a:1"}\n`)}`),
  ),
  pinning("images in a template that no rule reads", (n) =>
    thingOf(`  config: |\n    {{ if x }}\n${repeat(n, () => "    image: ghcr.io/acme/a:1\n")}`),
  ),
  pinning("aliases of a text that no rule reads", (n) =>
    thingOf(
      `  config: &c |\n${repeat(n, () => "    image: ghcr.io/acme/a:1\n    ---\n")}${repeat(n, (i) => `  a${i}: *c\n`)}`,
    ),
  ),
  pinning("a word in a text that no rule reads", (n) =>
    thingOf(`  config: |\n    {{ x }}\n    image=${"a.".repeat(n * 5)}\n    ${"image".repeat(n * 2)}\n`),
  ),
  pinning("likely images below a long key", (n) =>
    thingOf(`  ${"k".repeat(n * 5)}:\n${repeat(n, (i) => `    a${i}Image: acme/a:1\n`)}`),
  ),
  pinning("objects that speak of no image", (n) =>
    repeat(n, () => thingOf(`  x: ${"y ".repeat(50)}\n`), "---\n"),
  ),
  pinning("a comment with many blanks", (n) =>
    podOf(`  # pin-digests${" ".repeat(n * 10)}x\n${containers(1)}`),
  ),
  pinning("comments that opt nothing out", (n) => podOf(containers(n, "  ", "nginx:1 # pin-digest: skip"))),
  pinning(
    "an annotation that nearly names a container",
    (n) =>
      `apiVersion: v1\nkind: Pod\nmetadata: {name: p, annotations: {pin-digests.fn.kpt.dev/skip: "${"a".repeat(n * 5)}b"}}\nspec: {containers: [{name: "${"a".repeat(n * 5)}", image: nginx:1}]}\n`,
  ),
  pinning("tags of images that nothing names, in one map", (n) =>
    thingOf(repeat(n, (i) => `  a${i}ImageTag: v1\n`)),
  ),
  pinning("references in parts in one map", (n) =>
    thingOf(repeat(n, (i) => `  a${i}Repository: acme/a${i}\n  a${i}Tag: v1\n`)),
  ),
  pinning("keys that may be of one reference", (n) =>
    thingOf(repeat(n, (i) => `  ${signs(i)}repository: acme/a${i}\n  ${signs(i)}tag: v1\n`)),
  ),
  pinning("references in parts in one list", (n) =>
    thingOf(
      `  set:\n${repeat(n, (i) => `  - {name: a${i}.image.repository, value: acme/a${i}}\n  - {name: a${i}.image.tag, value: v1}\n`)}`,
    ),
  ),
  pinning("references in parts in one map that a user names", (n) => ({
    text: thingOf(repeat(n, (i) => `  a${i}Repository: acme/a${i}\n  a${i}Tag: v1\n`)),
    options: {
      functionConfig:
        "apiVersion: fn.kpt.dev/v1alpha1\nkind: PinDigests\nmetadata: {name: p}\nonError: warn\nfieldSpecs: [{kind: Thing, path: spec/*, in: repositoryAndTag}]\n",
    },
  })),
  pinning("images in one map that a user names as parts", (n) => ({
    text: thingOf(repeat(n, (i) => `  a${i}: acme/a${i}:1\n`)),
    options: {
      functionConfig:
        "apiVersion: fn.kpt.dev/v1alpha1\nkind: PinDigests\nmetadata: {name: p}\nonError: warn\nfieldSpecs: [{kind: Thing, path: spec/*, in: repositoryAndTag}]\n",
    },
  })),
  pinning("digests in parts in one map", (n) =>
    thingOf(
      repeat(n, (i) => `  a${i}Repository: acme/a${i}\n  a${i}Tag: v1\n  a${i}Digest: ${digestOf(i)}\n`),
    ),
  ),
];

/** An object of a kind that no rule knows, whose `spec` is a text of lines indented by two spaces. */
function thingOf(spec: string): string {
  return `apiVersion: a.example/v1\nkind: Thing\nmetadata: {name: t}\nspec:\n${spec}`;
}

/** A number in signs that are no letters. */
function signs(i: number): string {
  return i.toString(2).replaceAll("0", "_").replaceAll("1", ".");
}

function pod(i: number): object {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: `p${i}` },
    spec: { containers: [{ name: "c", image: "nginx:1" }] },
  };
}
