import { describe, expect, test } from "vitest";
import { isBarren } from "../../src/fields/glance.ts";
import { rootOf } from "../../src/yaml/node.ts";
import { scanStrictly } from "../../src/yaml/scan.ts";

function glance(text: string): boolean {
  const yaml = scanStrictly(text);
  return isBarren(yaml, rootOf(yaml.documents[0] ?? 0));
}

describe("isBarren", () => {
  test.each([
    "matchLabels: {app: web}",
    "- {name: http, containerPort: 8080}",
    "limits:\n  cpu: 500m\n  memory: 256Mi",
    "httpGet: {path: /image, port: http}",
    // Longer and shorter than the key, or a part of it.
    "images: a\nimag: b\nmyimage: c",
    "{}",
  ])("is true of %j", (text) => {
    expect(glance(text)).toBe(true);
  });

  test.each([
    "image: nginx:1",
    "a: {b: {c: [{image: nginx:1}]}}",
    "'image': nginx:1",
    'a: {"im\\x61ge": nginx:1}',
    "volumes: [{image: {reference: a}}]",
    "sidecars: [{args: [--image=a]}]",
    "spec: {apiVersion: v1}",
    "status: {}",
    "a: {rbd: {pool: b}}",
    "annotations: {}",
    "base: &base {a: b}\nother: {<<: *base}",
    "a: &a b\nc: *a",
  ])("is false of %j", (text) => {
    expect(glance(text)).toBe(false);
  });

  test("says nothing of what is long", () => {
    expect(glance(`[${"a, ".repeat(30)}]`)).toBe(true);
    expect(glance(`[${"a, ".repeat(100)}]`)).toBe(false);
  });
});
