/** Which of many nodes hold another, without going through all of them. */
import { lastEventOf } from "./node.ts";
import type { YamlNode, YamlText } from "./scan.ts";
import { lastUpTo } from "./sorted-offsets.ts";

/** Finds those of some nodes that are a node or hold it, the innermost first. */
export function holdersAmong(yaml: YamlText, nodes: readonly YamlNode[]): (node: YamlNode) => YamlNode[] {
  const starts = [...nodes].sort((one, other) => one - other);
  const parents: number[] = [];
  for (const [at, node] of starts.entries()) {
    let parent = at - 1;
    while (parent !== -1 && lastEventOf(yaml, starts[parent] ?? 0) < node) parent = parents[parent] ?? -1;
    parents.push(parent);
  }
  return (node) => {
    const holders: YamlNode[] = [];
    for (let at = lastUpTo(starts, node); at !== -1; at = parents[at] ?? -1) {
      const holder = starts[at] ?? node;
      if (node <= lastEventOf(yaml, holder)) holders.push(holder);
    }
    return holders;
  };
}

/** Tells whether a node is one of some nodes, or stands in one. */
export function isWithin(yaml: YamlText, nodes: readonly YamlNode[]): (node: YamlNode) => boolean {
  const starts: YamlNode[] = [];
  let end = -1;
  for (const node of [...nodes].sort((one, other) => one - other)) {
    // What stands in another one says nothing more.
    if (node <= end) continue;
    starts.push(node);
    end = lastEventOf(yaml, node);
  }
  return (node) => {
    const start = starts[lastUpTo(starts, node)];
    return start !== undefined && node <= lastEventOf(yaml, start);
  };
}
