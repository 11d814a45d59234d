import { describe, expect, test } from "vitest";
import { fieldSpecSlips } from "../../src/find/field-spec-slips.ts";
import { pin } from "../fields/pinning.ts";

const pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: c, image: a:1}]}\n";
const widget =
  "apiVersion: acme.example/v1\nkind: Widget\nmetadata: {name: w}\nspec: {workers: [{image: r.io/a:1}]}\n";

async function warnings(text: string, spec: string): Promise<readonly string[]> {
  const { told } = await pin(text, `fieldSpecs: [${spec}]`);
  return told.flatMap((each) => /^warning -: (`fieldSpecs.*)/.exec(each)?.[1] ?? []);
}

describe("fieldSpecSlips", () => {
  test.each([
    [
      "a path",
      widget,
      '{kind: Widget, path: "spec/wrkers[]/image"}',
      '"spec/wrkers[]/image" leads to no image in 1 object of its kind: did you mean "spec/workers[]/image"?',
    ],
    [
      "a path of `pin: never`",
      pod,
      '{kind: Pod, path: "spec/container[]/image", pin: never}',
      '"spec/container[]/image" leads to no image in 1 object of its kind: did you mean "spec/containers[]/image"?',
    ],
    [
      "a kind",
      pod,
      '{kind: Pdo, path: "spec/containers[]/image", pin: never}',
      'no object here has the kind "Pdo": did you mean "Pod"?',
    ],
    [
      "a group",
      widget,
      '{group: acme.exmaple, kind: Widget, path: "spec/workers[]/image", pin: never}',
      'no object here has the group "acme.exmaple": did you mean "acme.example"?',
    ],
  ])("tells of a slip in %s, with the nearest", async (_, text, spec, expected) => {
    expect(await warnings(text, spec)).toEqual([`\`fieldSpecs[0]\`: ${expected}`]);
  });

  test.each([
    ["denies what is not here", pod, '{kind: Pod, path: "spec/initContainers[]/image", pin: never}'],
    ["denies what is here", pod, '{kind: pod, path: "spec/containers/image", pin: never}'],
    ["is about another kind", pod, '{kind: Job, path: "spec/template/spec/containers[]/image", pin: never}'],
    ["is about every kind", pod, '{path: "spec/imgae"}'],
    [
      "leads to a text whose objects have the images",
      'apiVersion: acme.example/v1\nkind: Widget\nmetadata: {name: w}\nspec: {config: \'{"containers": [{"image": "r.io/a:1"}]}\'}\n',
      "{kind: Widget, path: spec/config, in: json}",
    ],
  ])("says nothing of one that %s", async (_, text, spec) => {
    expect(await warnings(text, spec)).toEqual([]);
  });

  test("tells of all of many", () => {
    const resource = { apiVersion: "v1", kind: "Pod" };
    const fieldSpecs = Array.from({ length: 300 }, (_, at) => ({ kind: "Pod", path: `spec/x${at}` }));

    const slips = fieldSpecSlips([{ resource, fields: [], likely: [], flaws: [] }], { fieldSpecs });

    expect(slips).toHaveLength(300);
  });
});
