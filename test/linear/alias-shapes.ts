import { containers, listOf, pinning, podItem, podOf } from "./pinning.ts";
import { repeat, type Shape } from "./shape.ts";

const helmRelease = "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: h}\nspec:\n";

/** How many aliases may lead to each other. */
const LINKS = 50;

/** So many Lists, each of the one before it by alias, in chains of so many. */
function listsInLists(n: number, links: number): string {
  const first =
    "- &l0 {apiVersion: v1, kind: List, items: [{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {containers: [{image: nginx:1}]}}]}\n";
  return (
    first +
    repeat(n, (i) => `- &l${i + 1} {apiVersion: v1, kind: List, items: [*l${i % links === 0 ? 0 : i}]}\n`)
  );
}

/** What a text may share: anchors, aliases, merge keys. */
export const aliasShapes: readonly Shape[] = [
  pinning("aliases of one image", (n) =>
    podOf(`  containers:\n  - image: &i nginx:1\n${"  - image: *i\n".repeat(n)}`),
  ),
  pinning(
    "aliases of one image, elsewhere too",
    (n) =>
      `apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\n  labels: {app: &i nginx:1}\nspec:\n  containers:\n${"  - image: *i\n".repeat(n)}`,
  ),
  pinning("aliases of one image in names", (n) =>
    podOf(`  containers:\n  - image: &i nginx:1\n${"  - {name: *i, image: *i}\n".repeat(n)}`),
  ),
  pinning("an anchor for each alias", (n) =>
    podOf(`  containers:\n${repeat(n, (i) => `  - {name: &a${i} nginx:1, image: *a${i}}\n`)}`),
  ),
  pinning("an anchor for each image", (n) =>
    podOf(`  containers:\n${repeat(n, (i) => `  - {image: &a${i} nginx:1}\n  - {image: *a${i}}\n`)}`),
  ),
  pinning("one anchor defined anew", (n) =>
    podOf(`  containers:\n${"  - {image: &a nginx:1}\n  - {image: *a}\n".repeat(n)}`),
  ),
  pinning("aliases of one container", (n) =>
    podOf(`  containers:\n  - &c {name: a, image: nginx:1}\n${"  - *c\n".repeat(n)}`),
  ),
  pinning("aliases of a pod's spec", (n) =>
    listOf(
      podItem("    &s\n", "a").replace("spec:\n    &s\n", "spec: &s\n") +
        containers(1, "    ") +
        repeat(n, (i) => `- {apiVersion: v1, kind: Pod, metadata: {name: p${i}}, spec: *s}\n`),
    ),
  ),
  pinning("aliases of a long list of containers", (n) =>
    listOf(
      `${podItem(containers(n, "    ")).replace("containers:\n", "containers: &s\n")}- {apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {containers: *s}}\n`,
    ),
  ),
  pinning("aliases of an item", (n) =>
    listOf(
      `- &p {apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {containers: [{image: nginx:1}]}}\n${"- *p\n".repeat(n)}`,
    ),
  ),
  pinning("one List by alias", (n) =>
    listOf(
      `- &l {apiVersion: v1, kind: List, items: [{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {containers: [{image: nginx:1}]}}]}\n${"- *l\n".repeat(n)}`,
    ),
  ),
  pinning("a List that names a pod by alias", (n) =>
    listOf(
      `- &p {apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {containers: [{image: nginx:1}]}}\n- {apiVersion: v1, kind: List, items: [${repeat(n, "*p", ", ")}]}\n`,
    ),
  ),
  pinning("merge keys of one map", (n) =>
    podOf(`  x: &d {image: nginx:1}\n  containers:\n${repeat(n, (i) => `  - {<<: *d, name: c${i}}\n`)}`),
  ),
  pinning("merge keys of a map with as many keys", (n) =>
    podOf(`  x: &d {${repeat(n, (i) => `k${i}: v`, ", ")}}\n  containers:\n  - {<<: *d, image: nginx:1}\n`),
  ),
  pinning("merge chains of as many links as may be", (n) =>
    podOf(
      `  containers:\n${repeat(n, (i) => (i % LINKS === 0 ? `  - &a${i} {image: nginx:1}\n` : `  - &a${i} {<<: *a${i - 1}, name: c${i}}\n`))}`,
    ),
  ),
  pinning("a chain of merge keys", (n) =>
    podOf(`  containers:\n  - &a0 {image: nginx:1}\n${repeat(n, (i) => `  - &a${i + 1} {<<: *a${i}}\n`)}`),
  ),
  pinning("a chain of merge keys, each with a key of its own", (n) =>
    podOf(
      `  containers:\n  - &a0 {image: nginx:1}\n${repeat(n, (i) => `  - &a${i + 1} {<<: *a${i}, k${i}: v}\n`)}`,
    ),
  ),
  pinning(
    "chains of merge keys in Helm values",
    (n) =>
      `${helmRelease}  values:\n${repeat(n, (i) => (i % LINKS === 0 ? `    a${i}: &a${i} {image: nginx:1}\n` : `    a${i}: &a${i} {<<: *a${i - 1}, k${i}: v}\n`))}`,
  ),
  pinning(
    "chains of maps in maps in Helm values",
    (n) =>
      `${helmRelease}  values:\n${repeat(n, (i) => (i % LINKS === 0 ? `    a${i}: &a${i} {image: nginx:1}\n` : `    a${i}: &a${i} {x: *a${i - 1}}\n`))}`,
  ),
  pinning("a list that a pod only defines, of as many merge keys", (n) =>
    podOf(
      `  x:\n${repeat(n, (i) => `  - &m${i} {k${i}: v}\n`)}  y: &l [${repeat(n, (i) => `*m${i}`, ", ")}]\n  containers:\n${"  - {<<: *l, image: nginx:1}\n".repeat(n)}`,
    ),
  ),
  pinning("Lists in Lists by alias", (n) => listOf(listsInLists(n, n))),
  pinning("Lists in Lists by alias, as deep as may be", (n) => listOf(listsInLists(n, LINKS))),
  pinning("pods that share as many containers", (n) =>
    listOf(
      `${podItem(containers(n, "    ")).replace("spec:", "spec: &s")}${repeat(n, (i) => `- {apiVersion: v1, kind: Pod, metadata: {name: p${i}}, spec: *s}\n`)}`,
    ),
  ),
  pinning("Lists that share as many pods", (n) =>
    listOf(
      `- &l\n  apiVersion: v1\n  kind: List\n  items:\n${repeat(n, "  - {apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {containers: [{image: nginx:1}]}}\n")}${"- *l\n".repeat(n)}`,
    ),
  ),
  pinning(
    "Helm values that share as many images",
    (n) =>
      `${helmRelease}  values:\n    d: &d\n${repeat(n, (i) => `      c${i}: {image: nginx:1}\n`)}${repeat(n, (i) => `    m${i}: *d\n`)}`,
  ),
  pinning(
    "Helm values that merge as many images",
    (n) =>
      `${helmRelease}  values:\n    d: &d\n${repeat(n, (i) => `      c${i}: {image: nginx:1}\n`)}${repeat(n, (i) => `    m${i}: {<<: *d}\n`)}`,
  ),
  pinning(
    "texts of values that share as many images",
    (n) =>
      `apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: a}\nspec:\n  source:\n    helm:\n      values: &v |\n${repeat(n, (i) => `        k${i}: {image: {repository: nginx, tag: "1"}}\n`)}  sources:\n${"  - {helm: {values: *v}}\n".repeat(n)}`,
  ),
  pinning("containers that share as many arguments", (n) =>
    podOf(
      `  x: &a [${repeat(n, "--x-image=nginx:1", ", ")}]\n  containers:\n${"  - {image: nginx:1, args: *a}\n".repeat(n)}`,
    ),
  ),
  pinning("a list that a pod only defines", (n) =>
    podOf(`  x: &c\n${repeat(n, "  - image: nginx:1\n")}  containers: *c\n`),
  ),
  pinning(
    "a map that values only define",
    (n) =>
      `${helmRelease}  values:\n    x-defaults: &d\n${repeat(n, (i) => `      c${i}: {image: nginx:1}\n`)}    all: {<<: *d}\n`,
  ),
  pinning("a merge key of a list of maps", (n) =>
    podOf(
      `  x:\n${repeat(n, (i) => `  - &m${i} {k${i}: v}\n`)}  containers:\n  - {<<: [${repeat(n, (i) => `*m${i}`, ", ")}], image: nginx:1}\n`,
    ),
  ),
  pinning("merge keys that are overridden", (n) =>
    podOf(`  x: &d {image: nginx:1}\n  containers:\n${"  - {image: nginx:1, <<: *d}\n".repeat(n)}`),
  ),
  pinning("merge keys of one container, twice each", (n) =>
    podOf(`  x: &d {image: nginx:1}\n  y: &e {name: a}\n  containers:\n${"  - {<<: [*d, *e]}\n".repeat(n)}`),
  ),
  pinning("aliases unfold to much", (n) =>
    podOf(`  a: &a [${repeat(n, "x", ", ")}]\n  b: [${repeat(40, "*a", ", ")}]\n${containers(1)}`),
  ),
  pinning("aliases unfold to many images", (n) =>
    podOf(
      `  containers: &a [${repeat(n, "{image: nginx:1}", ", ")}]\n  initContainers: *a\n  ephemeralContainers: *a\n`,
    ),
  ),
  pinning("aliases of aliases", (n) =>
    podOf(
      `${repeat(n, (i) => `  a${i}: &a${i} [x, x]\n  b${i}: &b${i} [*a${i}, *a${i}]\n  c${i}: [*b${i}, *b${i}]\n`)}${containers(1)}`,
    ),
  ),
  pinning(
    "a text of manifests by alias",
    (n) =>
      `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata:\n  a.yaml: &t |\n    apiVersion: v1\n    kind: Pod\n    metadata: {name: a}\n    spec: {containers: [{image: nginx:1}]}\n${repeat(n, (i) => `  b${i}.yaml: *t\n`)}`,
  ),
  pinning(
    "a long text of manifests by alias",
    (n) =>
      `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata:\n  a.yaml: &t |\n    apiVersion: v1\n    kind: Pod\n    metadata: {name: a}\n    spec:\n${containers(n, "      ")}  b.yaml: *t\n`,
  ),
  pinning(
    "aliases in an embedded document",
    (n) =>
      `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata:\n  a.yaml: |\n    apiVersion: v1\n    kind: Pod\n    metadata: {name: a}\n    spec:\n      containers:\n      - image: &i nginx:1\n${"      - {name: *i, image: *i}\n".repeat(n)}`,
  ),
  pinning(
    "Helm values by alias",
    (n) => `${helmRelease}  values:\n    base: &r nginx:1\n${repeat(n, (i) => `    c${i}: {image: *r}\n`)}`,
  ),
  pinning(
    "Helm values with defaults to merge",
    (n) =>
      `${helmRelease}  values:\n    x-defaults: &d {image: {repository: nginx, tag: "1"}}\n${repeat(n, (i) => `    c${i}: {<<: *d}\n`)}`,
  ),
  pinning(
    "split references by alias",
    (n) =>
      `${helmRelease}  values:\n    r: &r nginx\n    t: &t "1"\n${repeat(n, (i) => `    c${i}: {image: {repository: *r, tag: *t}}\n`)}`,
  ),
  pinning("arguments by alias", (n) =>
    podOf(
      `  x: &i nginx:1\n  containers:\n  - image: nginx:1\n    args: [${repeat(n, "--job-image, *i", ", ")}]\n`,
    ),
  ),
  pinning("environment by alias", (n) =>
    podOf(
      `  x: &i nginx:1\n  containers:\n  - image: nginx:1\n    env: [${repeat(n, (i) => `{name: RELATED_IMAGE_${i}, value: *i}`, ", ")}]\n`,
    ),
  ),
  pinning("keys by alias", (n) => podOf(`  x: &k image\n  containers:\n${"  - {*k : nginx:1}\n".repeat(n)}`)),
  pinning("long alias names", (n) =>
    podOf(
      `  x: &${"a".repeat(n * 5)} nginx:1\n  containers:\n  - image: *${"a".repeat(n * 5)}\n${containers(1).replace("  containers:\n", "")}`,
    ),
  ),
  pinning("anchors without aliases", (n) =>
    podOf(`  containers:\n${repeat(n, (i) => `  - &c${i} {image: &i${i} nginx:1}\n`)}`),
  ),
  pinning("tags on everything", (n) =>
    podOf(`  containers:\n${repeat(n, "  - !!map {!!str image: !!str nginx:1}\n")}`),
  ),
  pinning("skip annotations beside aliases", (n) =>
    listOf(
      `- apiVersion: apps/v1\n  kind: Deployment\n  metadata: {name: d}\n  spec:\n    template: &t\n      spec:\n${containers(3, "        ")}${repeat(n, (i) => `- apiVersion: batch/v1\n  kind: Job\n  metadata: {name: j${i}, annotations: {pin-digests.fn.kpt.dev/skip: "true"}}\n  spec: {template: *t}\n`)}`,
    ),
  ),
  pinning("alternating users of one template", (n) =>
    listOf(
      `- apiVersion: apps/v1\n  kind: Deployment\n  metadata: {name: d}\n  spec:\n    template: &t\n      spec:\n${containers(n, "        ")}${repeat(10, (i) => `- apiVersion: batch/v1\n  kind: Job\n  metadata: {name: j${i}}\n  spec: {template: *t}\n`)}`,
    ),
  ),
  pinning("aliases of aliases of templates", (n) =>
    repeat(
      n,
      () =>
        `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d}\nspec:\n  a: &c [{image: nginx:1}]\n  template: &t {spec: {containers: *c}}\n  b: *t\n`,
      "---\n",
    ),
  ),
  pinning(
    "values of likely images by alias",
    (n) =>
      `apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: a}\nspec:\n  source:\n    helm:\n      valuesObject: &v\n        server_img: nginx:1\n${repeat(n, (i) => `        k${i}: v\n`)}  sources:\n${"  - {helm: {valuesObject: *v}}\n".repeat(n)}`,
  ),
  pinning(
    "a text of likely images by alias",
    (n) =>
      `apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: a}\nspec:\n  source:\n    helm:\n      values: &v |\n        server_img: nginx:1\n${repeat(n, (i) => `        k${i}: v\n`)}  sources:\n${"  - {helm: {values: *v}}\n".repeat(n)}`,
  ),
];
