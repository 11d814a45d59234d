/** Keys that stand twice in an object and decide which rules hold for it: readers take it for different objects. */
import type { Resource } from "../krm/resource.ts";
import { childOf, timesOf } from "../yaml/node.ts";
import type { YamlNode } from "../yaml/scan.ts";
import type { EmbeddedDocument } from "./embedded-document.ts";
import type { Flaw } from "./flaw.ts";
import { doubledKeys, duplicateKey } from "./note-flaw.ts";
import { skipAnnotation } from "./skip.ts";

/** What is told of such keys of an object. */
export function identityFlaws(layer: EmbeddedDocument, resource: Resource): readonly Flaw[] {
  const { node } = resource;
  const metadata = childOf(layer.yaml, node, "metadata");
  const flaws: Flaw[] = [];
  for (const name of ["apiVersion", "kind", "metadata"]) noteTwice(node, name, name);
  noteTwice(metadata, "annotations", "metadata.annotations");
  if (resource.annotations.has(skipAnnotation)) {
    const annotations = childOf(layer.yaml, metadata, "annotations");
    noteTwice(annotations, skipAnnotation, `metadata.annotations["${skipAnnotation}"]`);
  }
  return flaws;

  function noteTwice(mapping: YamlNode | undefined, name: string, path: string): void {
    // Each object is asked, and hardly one has such a key twice.
    if (mapping === undefined || timesOf(layer.yaml, mapping, name) < 2) return;
    const keys = doubledKeys(layer.yaml, mapping).get(name) ?? [];
    flaws.push({ kind: "duplicate-key", path, ...duplicateKey(layer, keys) });
  }
}
