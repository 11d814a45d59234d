/** Values that look like images, whether or not they are: for people who want to know why one was passed over. */
import { InvalidReferenceError, parseReference } from "../image/reference.ts";
import {
  aliasRange,
  dereference,
  elementsOf,
  entriesOf,
  kindOf,
  type Range,
  scalarRange,
  scalarText,
  scalarType,
} from "../yaml/node.ts";
import type { YamlNode, YamlText } from "../yaml/scan.ts";
import { namesHost } from "./likely-value.ts";
import { formatPath } from "./walk-state.ts";

/** A text that looks like an image. */
export interface Lookalike {
  readonly node: YamlNode;
  readonly path: string;
  readonly value: string;
  readonly range: Range;
}

/** The texts in an object that look like images, in order; not those within longer texts. */
export function lookalikes(yaml: YamlText, object: YamlNode): readonly Lookalike[] {
  const found: Lookalike[] = [];
  collect({ yaml, found, path: [] }, object, "");
  return found;
}

interface Collection {
  readonly yaml: YamlText;
  readonly found: Lookalike[];
  readonly path: (string | number)[];
}

function collect(collection: Collection, node: YamlNode, key: string): void {
  const { yaml, found, path } = collection;
  switch (kindOf(yaml, node)) {
    case "mapping":
      for (const entry of entriesOf(yaml, node)) {
        const name = scalarText(yaml, dereference(yaml, entry.key)) ?? "";
        path.push(name);
        collect(collection, entry.value, name);
        path.pop();
      }
      return;
    case "sequence": {
      let index = 0;
      for (const element of elementsOf(yaml, node)) {
        path.push(index);
        collect(collection, element, key);
        path.pop();
        index++;
      }
      return;
    }
    case "scalar":
    case "alias": {
      // What an alias of a collection brings is told where it stands.
      const target = dereference(yaml, node);
      const value = scalarText(yaml, target) ?? "";
      const range = aliasRange(yaml, node) ?? scalarRange(yaml, node);
      if (range !== undefined && scalarType(yaml, target) === "string" && looksLikeImage(key, value)) {
        found.push({ node, path: formatPath(path), value, range });
      }
      return;
    }
  }
}

/** A whole reference with a registry and a tag or a digest, or any reference under a key that speaks of images. */
function looksLikeImage(key: string, written: string): boolean {
  const value = written.trim().replace(/^(?:oci|docker|registry):\/\//, "");
  if (value.length > 400 || /\s/.test(value) || value === "") return false;
  try {
    const { name, tag, digest } = parseReference(value);
    if (/image(?!PullPolicy|PullSecrets)/i.test(key) && !/^\d+$|^(?:true|false)$/.test(value)) return true;
    return namesHost(name) && (tag !== undefined || digest !== undefined);
  } catch (error) {
    if (error instanceof InvalidReferenceError) return false;
    throw error;
  }
}
