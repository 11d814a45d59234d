/** Where fields and objects stand in a text, for those who are told of them. */
import type { Located } from "../krm/resource.ts";
import type { Position } from "../krm/result.ts";
import { startOf } from "../yaml/node.ts";
import { placeFinder } from "../yaml/place.ts";
import type { EmbeddedDocument } from "./embedded-document.ts";
import { endsOf, type ImageField } from "./image-field.ts";

/** Tells the position of a field, of what says its offset, or of the object in which it is. */
export function positionFinder({ yaml }: EmbeddedDocument): (place: Located) => Position {
  const positionAt = placeFinder(yaml.source);
  return (place) => {
    const { node } = place.resource;
    const object = node === undefined ? undefined : startOf(yaml, node);
    return positionAt(place.at ?? (isField(place) ? startOfField(place) : undefined) ?? object ?? 0);
  };
}

function isField(place: Located | ImageField): place is ImageField {
  return "locate" in place;
}

/** Where the value stands; an empty one stands where its node does. */
function startOfField(field: ImageField): number | undefined {
  const { layer, node } = field.site;
  const start = endsOf(field)[0]?.start ?? startOf(layer.yaml, node);
  return endsOf(field).length > 0 || start === undefined
    ? start
    : layer.toSource({ start, end: start + 1 })?.start;
}
