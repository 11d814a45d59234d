/** What is asked again and again of one mapping, and then of another. */
import type { YamlNode, YamlText } from "./scan.ts";

/** What is made of a node of a text. */
export type MadeOf<T> = (yaml: YamlText, node: YamlNode) => T;

/** Makes something of a node, and keeps it for the last node of each text: who asks for many parts of one asks in a row. */
export function keptForLast<T>(make: MadeOf<T>): MadeOf<T> {
  const last = new WeakMap<YamlText, { readonly node: YamlNode; readonly made: T }>();
  return (yaml, node) => {
    const known = last.get(yaml);
    if (known !== undefined && known.node === node) return known.made;
    const made = make(yaml, node);
    last.set(yaml, { node, made });
    return made;
  };
}
