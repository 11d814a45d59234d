/** A place for a digest beside the other parts of a reference. */
import { empty, slotOf, vacate } from "../yaml/insert/text-entry.ts";
import { memberAt } from "../yaml/members.ts";
import { kindOf } from "../yaml/node.ts";
import type { YamlNode } from "../yaml/scan.ts";
import type { TextEdit } from "../yaml/text-edit.ts";
import { type EmbeddedDocument, sourceEdit } from "./embedded-document.ts";
import type { Writing } from "./image-field.ts";

/** The digest as the value of a key that the user names: where the key stands and waits for it, else in a new entry. */
export function writeKey(layer: EmbeddedDocument, map: YamlNode, key: string): Writing {
  const { owner, name, above } = ownerOf(layer, map, key);
  if (owner === undefined || kindOf(layer.yaml, owner) !== "mapping") {
    return noPlace(`has no \`${above}\` in which \`${name}\` could stand`);
  }
  if (layer.depth > 0 && memberAt(layer.yaml, owner, name) === undefined)
    return noPlace("is written so that no key can be added beside it");
  const slot = slotOf(layer.yaml, owner, name);
  return slot === undefined || !isCertain(layer, { ...slot.range, text: "" })
    ? noPlace(`has a \`${name}\` in which no digest can be written: take it away`)
    : { kind: "digest", ...slot, isBare: isBareKey(name) };
}

/** Whether a digest stands under a key without its algorithm, as in the charts of Prometheus and Grafana. */
export function isBareKey(name: string): boolean {
  return /(?:^s|[/_-]s|S)ha(?:256)?$/.test(name);
}

/** The edit after which a digest under a key is gone: what stood there before it was written does again. */
export function clearKey(layer: EmbeddedDocument, map: YamlNode, key: string): TextEdit | undefined {
  const { owner, name } = ownerOf(layer, map, key);
  if (owner === undefined || layer.depth > 0 || kindOf(layer.yaml, owner) !== "mapping") return undefined;
  return vacate(layer.yaml, owner, name);
}

/** The same for a key that was there before, and stays. */
export function emptyKey(layer: EmbeddedDocument, map: YamlNode, key: string): TextEdit | undefined {
  const { owner, name } = ownerOf(layer, map, key);
  if (owner === undefined || kindOf(layer.yaml, owner) !== "mapping") return undefined;
  const edit = empty(layer.yaml, owner, name);
  return edit && isCertain(layer, edit) ? edit : undefined;
}

/** Whether the text around a document shows where an edit of that is made. */
function isCertain(layer: EmbeddedDocument, edit: TextEdit): boolean {
  return layer.depth === 0 || sourceEdit(layer, edit) !== undefined;
}

/** Why a digest is written nowhere. */
export function noPlace(reason: string): Writing {
  return { kind: "none", reason };
}

interface Owner {
  /** The map in which the key stands, or is to stand. */
  readonly owner: YamlNode | undefined;
  readonly name: string;
  /** The keys that lead to it. */
  readonly above: string;
}

function ownerOf({ yaml }: EmbeddedDocument, map: YamlNode, key: string): Owner {
  const names = key.split("/");
  const name = names.pop() ?? key;
  const owner = names.reduce<YamlNode | undefined>(
    (at, each) => (at === undefined ? at : memberAt(yaml, at, each)),
    map,
  );
  return { owner, name, above: names.join(".") };
}
