/** Patches that may mean many objects. */
import { expect, test } from "vitest";
import { PathError } from "../../src/files/file-error.ts";
import { readKustomizations } from "../../src/files/kustomizations.ts";

test("says that too many patches may mean too many objects", () => {
  const patches = Array.from(
    { length: 1001 },
    (_, at) =>
      `- {target: {labelSelector: app!=a${at}}, patch: '[{op: replace, path: /spec/image/tag, value: "1"}]'}\n`,
  );
  const text = `resources: [w.yaml]\npatches:\n${patches.join("")}`;
  const { overridden } = readKustomizations([{ path: "k.yaml", place: "/0/k.yaml", text }]);
  const ofPlace = overridden("/0/w.yaml");
  const path = "spec.image.digest";
  const ask = (from: number, to: number): void => {
    for (let at = from; at < to; at++) {
      const labels = new Map([["app", `a${at}`]]);
      const resource = { node: 0, apiVersion: "v1", group: "", kind: "Widget", annotations: new Map() };
      ofPlace?.({ path, putAt: path, value: "a@sha256:1", resource, labels: () => labels, isApart: true });
    }
  };

  ask(0, 1000);
  ask(0, 1000);

  expect(() => ask(1000, 1001)).toThrow(PathError);
  expect(() => ask(1000, 1001)).toThrow(
    'patches such as those in "k.yaml" may mean objects in more than 1000000 ways: say in their targets which',
  );
});
