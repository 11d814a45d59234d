import { describe, expect, test } from "vitest";
import { readImageLock } from "../../../src/lock/format/image-lock.ts";
import { readLockFile } from "../../../src/lock/format/lock-file.ts";
import { lockItemEdit, lockText } from "../../../src/lock/format/new-lock.ts";
import { childOf, elementsOf, rootOf } from "../../../src/yaml/node.ts";
import { scan } from "../../../src/yaml/scan.ts";
import { applyEdits } from "../../../src/yaml/text-edit.ts";
import { toValue } from "../../../src/yaml/to-value.ts";
import { contents, digest, locked } from "../support.ts";

const images = [
  locked("redis:7", "2", { platforms: ["linux/amd64"] }),
  locked(`nginx:1.27@${digest("9")}`, "1"),
  locked("nginx:1.27", "1"),
];
const held = ["nginx:1.27 sha256:11111 - -", "redis:7 sha256:22222 - linux/amd64"];

async function addItem(text: string, index = 0): Promise<string> {
  const yaml = scan(text);
  const items = childOf(yaml, rootOf(yaml.documents[0] ?? 0), "items") ?? 0;
  return applyEdits(text, [lockItemEdit(yaml, { items, index, images })]);
}

const item = `apiVersion: fn.kpt.dev/v1alpha1
kind: ImageLock
metadata:
  name: image-lock
  annotations:
    config.kubernetes.io/local-config: "true"
    config.kubernetes.io/index: "0"
    config.kubernetes.io/path: "image-lock.yaml"
    internal.config.kubernetes.io/index: "0"
    internal.config.kubernetes.io/path: "image-lock.yaml"
images:
  nginx:1.27:
    digest: ${digest("1")}
  redis:7:
    digest: ${digest("2")}
    platforms: [linux/amd64]
`;
const asItem = (pad: string) =>
  item
    .trimEnd()
    .split("\n")
    .map((line, index) => `${pad}${index === 0 ? "- " : "  "}${line}\n`)
    .join("");

describe("lockText", () => {
  test("writes a lock that reads back, sorted by its keys, each once", async () => {
    const text = lockText(images);

    expect(text).toBe(`apiVersion: fn.kpt.dev/v1alpha1
kind: ImageLock
metadata:
  name: image-lock
  annotations:
    config.kubernetes.io/local-config: "true"
images:
  nginx:1.27:
    digest: ${digest("1")}
  redis:7:
    digest: ${digest("2")}
    platforms: [linux/amd64]
`);
    expect(contents((await readLockFile(text)).images)).toEqual(held);
  });

  test("writes an empty lock", async () => {
    expect(await readLockFile(lockText([]))).toMatchObject({ kind: "ImageLock", images: [] });
  });
});

describe("lockItemEdit", () => {
  test.each([
    {
      what: "a list whose next key follows",
      before: "kind: ResourceList\nitems:\n- kind: Pod\nfunctionConfig: {}\n",
      after: `kind: ResourceList\nitems:\n- kind: Pod\n${asItem("")}functionConfig: {}\n`,
    },
    {
      what: "a list that is indented, with a comment at its end",
      before: "kind: ResourceList\nitems:\n  - kind: Pod\n    # foot\n# next\nresults: []\n",
      after: `kind: ResourceList\nitems:\n  - kind: Pod\n    # foot\n${asItem("  ")}# next\nresults: []\n`,
    },
    {
      what: "a list at the end of a text without a line break",
      before: "kind: ResourceList\nitems:\n- kind: Pod",
      after: `kind: ResourceList\nitems:\n- kind: Pod\n${asItem("").trimEnd()}`,
    },
    {
      what: "a list that ends with a block scalar",
      before: "kind: ResourceList\nitems:\n- kind: ConfigMap\n  data: {}\n  x: |+\n    a\n\nresults: []\n",
      after: `kind: ResourceList\nitems:\n- kind: ConfigMap\n  data: {}\n  x: |+\n    a\n\n${asItem("")}results: []\n`,
    },
    {
      what: "a list with the line breaks of Windows",
      before: "kind: ResourceList\r\nitems:\r\n- kind: Pod\r\n",
      after: `kind: ResourceList\r\nitems:\r\n- kind: Pod\r\n${asItem("").replaceAll("\n", "\r\n")}`,
    },
  ])("adds a lock to $what", async ({ before, after }) => {
    expect(await addItem(before)).toBe(after);
  });

  test.each([
    '{"kind":"ResourceList","items":[{"kind":"Pod"}],"results":[]}',
    '{"kind":"ResourceList","items":[],"results":[]}',
    "kind: ResourceList\nitems: [{kind: Pod}, ]\n",
    '{\n  "kind": "ResourceList",\n  "items": [\n    {\n      "kind": "Pod"\n    }\n  ]\n}\n',
  ])("adds a lock to %j", async (before) => {
    const yaml = scan(await addItem(before, 3));

    const root = rootOf(yaml.documents[0] ?? 0);
    const last = [...elementsOf(yaml, childOf(yaml, root, "items") ?? 0)].at(-1) ?? 0;
    const { lock, problems } = readImageLock(yaml, last);
    expect(problems).toEqual([]);
    expect(contents(lock.entries)).toEqual(held);
    expect(toValue(yaml, last)).toMatchObject({
      metadata: {
        name: "image-lock",
        annotations: {
          "config.kubernetes.io/local-config": "true",
          "internal.config.kubernetes.io/index": "3",
          "internal.config.kubernetes.io/path": "image-lock.yaml",
        },
      },
    });
  });

  test("writes what JSON readers read where the list is JSON", async () => {
    const text = await addItem('{"kind":"ResourceList","items":[{"kind":"Pod"}]}');

    expect(JSON.parse(text).items[1].images["redis:7"]).toEqual({
      digest: digest("2"),
      platforms: ["linux/amd64"],
    });
  });
});
