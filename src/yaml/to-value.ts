import { dereference, elementsOf, entriesOf, kindOf, scalarText, scalarType } from "./node.ts";
import type { YamlNode, YamlText } from "./scan.ts";

/** A node as plain data by YAML 1.2's core schema; the values of unknown tags as text. */
export function toValue(yaml: YamlText, node: YamlNode): unknown {
  const target = dereference(yaml, node);
  switch (kindOf(yaml, target)) {
    case "mapping":
      return Object.fromEntries(
        entriesOf(yaml, target).map(({ key, value }) => [
          scalarText(yaml, dereference(yaml, key)) ?? "",
          toValue(yaml, value),
        ]),
      );
    case "sequence":
      return elementsOf(yaml, target).map((element) => toValue(yaml, element));
    default:
      return plainScalar(yaml, target);
  }
}

function plainScalar(yaml: YamlText, node: YamlNode): unknown {
  const text = scalarText(yaml, node) ?? "";
  switch (scalarType(yaml, node)) {
    case "null":
      return null;
    case "boolean":
      return text.toLowerCase() === "true";
    case "number":
      return Number(text.replace(/\.inf$/i, "Infinity"));
    default:
      return text;
  }
}
