import { outerLayer, straight } from "../../src/fields/embedded-document.ts";
import { access } from "../../src/fields/extract.ts";
import type { ImageField } from "../../src/fields/image-field.ts";
import type { Resource } from "../../src/krm/resource.ts";
import type { YamlNode, YamlText } from "../../src/yaml/scan.ts";

/** The field that a scalar makes, or an alias of one, as if a rule had found it. */
export function imageField(
  yaml: YamlText,
  node: YamlNode,
  { resource, path, value }: { resource: Resource; path: string; value: string },
): ImageField {
  const layer = outerLayer(yaml);
  const found = {
    resource,
    path,
    site: { layer, node, via: straight },
    value,
    identity: String(node),
    writing: { kind: "in-place" },
    rule: "containers",
    isUsers: false,
    parts: undefined,
    tagless: "pin",
  } as const;
  return { ...found, ...access(layer, node) };
}
