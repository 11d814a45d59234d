import { type Digest, parseDigest } from "../../src/image/digest.ts";
import { InputError } from "../../src/krm/input-error.ts";
import { type PinOptions, pinDigests } from "../../src/pin-digests.ts";
import { lockText } from "../support/lock-text.ts";
import { repeat, type Shape } from "./shape.ts";

/** A digest for each number. */
export function digestOf(i: number): Digest {
  return parseDigest(`sha256:${i.toString(16).padStart(64, "0")}`);
}

/** What a shape is made of: a text, and what it is pinned with. */
export interface Made {
  readonly text: string;
  readonly options?: PinOptions;
}

/** A shape that is pinned with a lock which knows `nginx:1`, so that nothing is asked. */
export function pinning(name: string, make: (n: number) => string | Made): Shape {
  return {
    name,
    prepare(n) {
      const made = make(n);
      const { text, options = {} } = typeof made === "string" ? { text: made } : made;
      const overrides = new Map([["lock", "frozen"], ...(options.overrides ?? [])]);
      const lock = { text: lockOf(["nginx:1"]), update: false, name: "image-lock.yaml" };
      return () => pinDigests(text, { lock, ...options, overrides }).catch(refusal);
    },
  };
}

/** Too large is an answer too. */
function refusal(error: unknown): unknown {
  if (error instanceof InputError) return error;
  throw error;
}

/** A lock of images. */
export function lockOf(images: readonly string[]): string {
  return lockText(Object.fromEntries(images.map((image, i) => [image, digestOf(i)])));
}

/** A list of items, each indented by two spaces. */
export function listOf(items: string, more = ""): string {
  return `apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems:\n${items}${more}`;
}

/** A Pod as an item of a list, whose `spec` is a text of lines indented by four spaces. */
export function podItem(spec: string, name = "p"): string {
  return `- apiVersion: v1\n  kind: Pod\n  metadata: {name: ${name}}\n  spec:\n${spec}`;
}

/** A Pod that is a document of its own, whose `spec` is a text of lines indented by two spaces. */
export function podOf(spec: string): string {
  return `apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n${spec}`;
}

/** Containers of `nginx:1`, in lines indented as told. */
export function containers(
  n: number,
  indent = "  ",
  image: string | ((i: number) => string) = "nginx:1",
): string {
  const of = typeof image === "string" ? () => image : image;
  return `${indent}containers:\n${repeat(n, (i) => `${indent}- {name: c${i}, image: ${of(i)}}\n`)}`;
}
