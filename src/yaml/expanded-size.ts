import { dereference, elementsOf, entriesOf, kindOf } from "./node.ts";
import type { YamlNode, YamlText } from "./scan.ts";

/**
 * How many nodes a node is once every alias in it is replaced by what it stands for: a few lines of aliases of aliases
 * can be more than any memory holds. Infinite beyond what a number can count.
 */
export function expandedSize(yaml: YamlText, node: YamlNode): number {
  const known = new Map<YamlNode, number>();
  const sizeOf = (each: YamlNode): number => {
    const target = dereference(yaml, each);
    const size =
      known.get(target) ?? 1 + childrenOf(yaml, target).reduce((sum, child) => sum + sizeOf(child), 0);
    if (target !== each) known.set(target, size);
    return size;
  };
  return sizeOf(node);
}

function childrenOf(yaml: YamlText, node: YamlNode): readonly YamlNode[] {
  switch (kindOf(yaml, node)) {
    case "mapping":
      return entriesOf(yaml, node).flatMap(({ key, value }) => [key, value]);
    case "sequence":
      return elementsOf(yaml, node);
    default:
      return [];
  }
}
