/** A glance at the text of an object, before anybody walks through it. */
import { EVENT_ID } from "js-yaml";
import { lastEventOf, type Range, startOf } from "../yaml/node.ts";
import type { YamlNode, YamlText } from "../yaml/scan.ts";
import { endsOf, type ImageField } from "./image-field.ts";

/** Whether the text of an object speaks of images elsewhere than at those that were found: a glance, without a walk. */
export function mentionsMore(yaml: YamlText, object: YamlNode, fields: readonly ImageField[]): boolean {
  const start = startOf(yaml, object) ?? 0;
  const end = endOfLastScalar(yaml, object);
  const starts = fields.map((field) => endsOf(field)[0]?.start ?? -1).toSorted((one, other) => one - other);
  let next = 0;
  for (
    let at = yaml.text.indexOf(mention, start);
    at !== -1 && at < end;
    at = yaml.text.indexOf(mention, at + 1)
  ) {
    if (yaml.text.startsWith(pullOption, at + mention.length)) continue;
    while (next < starts.length && (starts[next] ?? 0) < at) next++;
    const value = starts[next] ?? Number.POSITIVE_INFINITY;
    // `image: nginx`, where the value was found.
    if (value - at > nearby) return true;
  }
  if (namesMore(yaml, { start, end }, new Set(starts))) return true;
  return yaml.text.slice(start, end).includes("epository");
}

function endOfLastScalar(yaml: YamlText, object: YamlNode): number {
  const { types, ends } = yaml.events;
  for (let node = lastEventOf(yaml, object); node > object; node--) {
    if (types[node] === EVENT_ID.SCALAR) return ends[node] ?? 0;
  }
  return 0;
}

/** Whether a text that reads as a reference stands in a part of a text elsewhere than at fields that begin at known places. */
function namesMore({ text }: YamlText, { start, end }: Range, starts: ReadonlySet<number>): boolean {
  qualified.lastIndex = start;
  for (let match = qualified.exec(text); match !== null && match.index < end; match = qualified.exec(text)) {
    if (!starts.has(match.index)) return true;
  }
  return false;
}

const mention = "mage";
const pullOption = "Pull";
const nearby = 12;
const qualified = /[\w-]+\.[\w.-]*[\w](?::\d+)?\/[\w./-]+[:@]\w/g;
