/** Objects that some selectors of one name, or of none, can't tell apart. */
import type { Requirement } from "../krm/label-selector.ts";
import { type ObjectSelector, plainText, type ReplacedObject } from "./replacement.ts";

/** Makes what names the class of an object: it has what the selectors say of an object, or something else. */
export function objectClasses(
  selectors: readonly ObjectSelector[],
): (object: ReplacedObject | undefined) => string {
  const said = parts.map((part) => new Set(selectors.flatMap((each) => plainText(each[part]) ?? [])));
  const labels = saidValues(selectors.flatMap((each) => each.labels ?? []));
  const annotations = saidValues(selectors.flatMap((each) => each.annotations ?? []));
  return (object) => {
    if (object === undefined) return "";
    const own = parts.map((part, at) => {
      const text = object[part];
      return text === undefined || said[at]?.has(text) ? [text] : [];
    });
    return JSON.stringify([
      own,
      labels.size === 0 ? [] : saidOf(object.labels(), labels),
      annotations.size === 0 ? [] : saidOf(object.annotations, annotations),
    ]);
  };
}

const parts = ["group", "version", "kind", "namespace"] as const;

type SaidValues = ReadonlyMap<string, ReadonlySet<string>>;

function saidValues(requirements: readonly Requirement[]): SaidValues {
  const said = new Map<string, Set<string>>();
  for (const { key, values = [] } of requirements) {
    const ofKey = said.get(key) ?? new Set();
    said.set(key, ofKey);
    for (const value of values) ofKey.add(value);
  }
  return said;
}

function saidOf(texts: ReadonlyMap<string, string>, said: SaidValues): readonly (readonly string[])[] {
  const own = [...texts].flatMap(([key, value]) => {
    const values = said.get(key);
    return values === undefined ? [] : [values.has(value) ? [key, value] : [key]];
  });
  return own.sort(([one = ""], [other = ""]) => (one < other ? -1 : 1));
}
