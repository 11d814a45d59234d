import type { ImageField } from "../../src/fields/image-field.ts";
import { type Resource, readResource } from "../../src/krm/resource.ts";
import { rootOf, valuesOf } from "../../src/yaml/node.ts";
import { scan, type YamlText } from "../../src/yaml/scan.ts";
import { imageField } from "../support/image-field.ts";

const identity = "apiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: shop}\n";

/** A field, and where it stands. */
export interface Found {
  readonly yaml: YamlText;
  readonly resource: Resource;
  readonly field: ImageField;
}

/** The field `image` of a pod with these lines, or of another object whose lines come first. */
export async function find(lines: string, value: string, head = identity): Promise<Found> {
  const yaml = scan(head + lines);
  const root = rootOf(yaml.documents[0] ?? 0);
  const resource = readResource(yaml, root);
  const [node = root] = valuesOf(yaml, root, "image");
  return { yaml, resource, field: imageField(yaml, node, { resource, path: "image", value }) };
}
