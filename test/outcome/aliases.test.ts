import { describe, expect, test } from "vitest";
import { pinDigests } from "../../src/pin-digests.ts";

const levels = Array.from({ length: 60 }, (_, n) => n + 1);

const tooMuch =
  /^the input is too large: line \d+, column \d+: with what `\*a\d+` stands for, aliases unfold to more than \d+ nodes: /;

describe("a few lines of aliases that stand for more than any memory holds", () => {
  test("are refused in an object", async () => {
    const lines = levels.map((n) => `  a${n}: &a${n} [*a${n - 1}, *a${n - 1}]\n`).join("");
    const text = `apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  a0: &a0 [x]\n${lines}`;

    await expect(pinDigests(text)).rejects.toThrow(tooMuch);
  });

  test("are refused where they are merged", async () => {
    const lines = levels.map((n) => `  a${n}: &a${n} {<<: [*a${n - 1}, *a${n - 1}]}\n`).join("");
    const text = `apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  a0: &a0 {k: v}\n${lines}  containers:\n  - {<<: *a60}\n`;

    await expect(pinDigests(text)).rejects.toThrow(tooMuch);
  });

  test.each(["functionConfig", "results"])("are refused in %s", async (key) => {
    const lines = levels.map((n) => `- &a${n} [*a${n - 1}, *a${n - 1}]\n`).join("");
    const text = `kind: ResourceList\nitems: []\n${key}:\n- &a0 [x]\n${lines}`;

    await expect(pinDigests(text)).rejects.toThrow(tooMuch);
  });
});

describe("aliases of what holds images", () => {
  const digest = `sha256:${"1".repeat(64)}`;
  const resolveDigest = async () => digest;

  test("change each image once, however often a List is named", async () => {
    const pod =
      "{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {containers: [{name: c, image: a:1}]}}";
    const text = `kind: ResourceList\nitems:\n- &l {apiVersion: v1, kind: List, items: [${pod}]}\n${"- *l\n".repeat(1000)}`;

    const { changes, results } = await pinDigests(text, { resolveDigest });

    expect(changes).toBe(1);
    expect(results).toHaveLength(1);
  });

  test("count in the documents of all texts together", async () => {
    const eight = (name: string) => `[${Array.from({ length: 8 }, () => name).join(", ")}]`;
    const manifest = `x: [&a ${eight("1")}, &b ${eight("*a")}, &c ${eight("*b")}, &d ${eight("*c")}, ${eight("*d")}]`;
    const text = (count: number) => `kind: ResourceList
items:
- {apiVersion: addons.cluster.x-k8s.io/v1beta1, kind: ClusterResourceSet, metadata: {name: s}, spec: {resources: [{kind: ConfigMap, name: m}]}}
- apiVersion: v1
  kind: ConfigMap
  metadata: {name: m}
  data:
${Array.from({ length: count }, (_, at) => `    k${at}: "${manifest}"\n`).join("")}`;

    await expect(pinDigests(text(2), { resolveDigest })).resolves.toMatchObject({ ok: true });
    await expect(pinDigests(text(12), { resolveDigest })).rejects.toThrow(
      /^the input is too large: line \d+: with the document in this text, it unfolds to more than \d+ nodes: /,
    );
  });

  test.each([
    [
      "a collection",
      (count: number) =>
        `apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: h}\nspec:\n  values:\n    d: &d\n${"      - {image: a:1}\n".repeat(count)}${Array.from({ length: count }, (_, at) => `    m${at}: *d\n`).join("")}`,
      "line 101: with what `*d` stands for",
    ],
    [
      "a text",
      (count: number) =>
        `apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: a}\nspec:\n  source: {helm: {values: &v "x: [${Array.from({ length: count }, () => "{image: a:1}").join(", ")}]"}}\n  sources:\n${"  - {helm: {values: *v}}\n".repeat(count)}`,
      "line 45: with what `*v` stands for",
    ],
  ])("may not bring images to more places than the size of a text allows: %s", async (_, text, place) => {
    await expect(pinDigests(text(30), { resolveDigest })).resolves.toMatchObject({ ok: true });
    await expect(pinDigests(text(60), { resolveDigest })).rejects.toThrow(
      `the input is too large: ${place}, aliases bring images to more places than its size allows: use it in fewer places`,
    );
  });

  test("may be Lists in Lists", async () => {
    const lists = Array.from(
      { length: 50 },
      (_, at) => `- &l${at + 1} {apiVersion: v1, kind: List, items: [*l${at}]}\n`,
    );
    const pod =
      "{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {containers: [{name: c, image: a:1}]}}";

    const { changes } = await pinDigests(`kind: ResourceList\nitems:\n- &l0 ${pod}\n${lists.join("")}`, {
      resolveDigest,
    });

    expect(changes).toBe(1);
  });
});
