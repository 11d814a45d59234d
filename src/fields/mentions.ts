/** A glance at the text of an object, before anybody walks through it. */
import { EVENT_ID } from "js-yaml";
import { lastEventOf, startOf } from "../yaml/node.ts";
import type { YamlNode, YamlText } from "../yaml/scan.ts";
import { endsOf, type ImageField } from "./image-field.ts";
import { isVersioned, namesHost, namesImages } from "./likely-value.ts";

/** Whether the text of an object speaks of images elsewhere than at those that were found: a glance, without a walk. */
export function mentionsMore(yaml: YamlText, object: YamlNode, fields: readonly ImageField[]): boolean {
  const start = startOf(yaml, object) ?? 0;
  // Alone: who looks for a word that is not in it would look through all objects behind it as well.
  const text = yaml.text.slice(start, endOfLastScalar(yaml, object));
  const starts = fields
    .map((field) => (endsOf(field)[0]?.start ?? -1) - start)
    .toSorted((one, other) => one - other);
  return speaksOfMore(text, starts) || namesMore(text, new Set(starts));
}

/** Whether words for images, or for parts of them, stand elsewhere than right before fields that begin at known places. */
function speaksOfMore(text: string, starts: readonly number[]): boolean {
  let next = 0;
  for (const { index, 0: found } of text.matchAll(word)) {
    const behind = index + found.length;
    if (text.startsWith(pullOption, behind)) continue;
    while (next < starts.length && (starts[next] ?? 0) < behind) next++;
    const value = starts[next] ?? Number.POSITIVE_INFINITY;
    // `image: nginx`, where the value was found.
    if (value - behind > nearby) return true;
  }
  return false;
}

function endOfLastScalar(yaml: YamlText, object: YamlNode): number {
  const { types, ends } = yaml.events;
  for (let node = lastEventOf(yaml, object); node > object; node--) {
    if (types[node] === EVENT_ID.SCALAR) return ends[node] ?? 0;
  }
  return 0;
}

/** Whether what may be a reference with a registry stands elsewhere than at fields that begin at known places. */
function namesMore(text: string, starts: ReadonlySet<number>): boolean {
  for (const { index, 0: path } of text.matchAll(hostedPath)) {
    const isTagged = tagged.test(path);
    // The tag of what has a path of two parts may stand elsewhere; labels and annotations have one.
    if (!isTagged && !path.includes("/", 2)) continue;
    const start = startOfHost(text, index);
    const found = text.slice(start, index) + path;
    if (starts.has(start)) continue;
    if (isTagged ? namesHost(found) || isVersioned(found) : namesImages(found)) return true;
  }
  return false;
}

/** Where the name begins that ends before a place. */
function startOfHost(text: string, end: number): number {
  let start = end;
  while (start > 0 && hostPart.test(text.charAt(start - 1))) start--;
  return start;
}

const word = /im(?:age|g)|repo|newname/gi;
const pullOption = "Pull";
const nearby = 8;
// Found by its slash, since texts have fewer of those than words.
const hostedPath = /[\w.:-]\/\w[\w./:@-]*/g;
const hostPart = /[\w.:-]/;
const tagged = /[:@]\w/;
