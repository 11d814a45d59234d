/** Digests that a map would hand on to others, which merge it, and whose images they are not. */
import type { Heir } from "../fields/image-field.ts";
import { type LinePlace, lineNames } from "../yaml/place.ts";
import type { YamlNode } from "../yaml/scan.ts";
import type { ChangedOutcome, Outcome } from "./outcome.ts";

/** What is known of the maps of a document. */
export interface Maps {
  /** What becomes of a map itself. */
  readonly changesOf: (map: YamlNode) => readonly ChangedOutcome[];
  /** What became of the images in a map, by whichever way, and why an object in which it stands is left alone. */
  readonly placesOf: (map: YamlNode) => Iterable<{
    readonly outcome: Outcome | undefined;
    readonly skipped: string | undefined;
  }>;
  readonly placeOf: (map: YamlNode) => LinePlace;
}

/** Why a map can't get the digests that it is to; undefined where nothing speaks against it. */
export function heirConflict(map: YamlNode, maps: Maps): string | undefined {
  for (const { field, from } of maps.changesOf(map)) {
    if (field.writing.kind !== "digest" || field.site.node !== map) continue;
    const { inheritance } = field.writing;
    if (inheritance === undefined) continue;
    const { key } = inheritance;
    const getsOwn = (heir: YamlNode): boolean =>
      heir !== map && maps.changesOf(heir).some((each) => keyOf(each) === key);
    for (const heir of inheritance.heirs(getsOwn)) {
      const objection = objectionOf(heir, from, maps);
      if (objection === undefined) continue;
      const name = key.replaceAll("/", ".");
      const [here, there] = lineNames([maps.placeOf(map), maps.placeOf(heir.map)]);
      return `can't be changed on line ${here} of the input alone: by an alias its \`${name}\` counts on line ${there} as well, where it ${objection}; write one of the two out, or give it a \`${name}\` of its own`;
    }
  }
  return undefined;
}

function keyOf({ field: { writing } }: ChangedOutcome): string | undefined {
  return writing.kind === "digest" ? writing.inheritance?.key : undefined;
}

/** Why the digest of an image is not that of a map. */
function objectionOf({ map, value }: Heir, from: string, maps: Maps): string | undefined {
  if (value === undefined) return "is no image that is known";
  if (value !== from) return `is ${JSON.stringify(value)}`;
  for (const { outcome, skipped } of maps.placesOf(map)) {
    const reason = skipped ?? outcome?.field.skipped;
    if (reason !== undefined) return `is left alone: ${reason}`;
  }
  return undefined;
}
