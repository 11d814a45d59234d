/** Finding, of many selectors, those that may mean an object, without asking each of them about each object. */
import type { Requirement } from "../krm/label-selector.ts";
import { appendTo } from "../yaml/lists-by-key.ts";
import { type ObjectSelector, plainText, type ReplacedObject } from "./replacement.ts";

/** Something that is said of the objects that a selector means. */
export interface Selecting {
  readonly select: ObjectSelector;
}

/** Finds what may be said of an object, in order; of one that nobody knows, everything. */
export type FindSelecting<Of extends Selecting> = (object: ReplacedObject | undefined) => Iterable<Of>;

/** The text that a part of an object surely is where a selector means it. */
export type SureText = (text: string | undefined) => string | undefined;

/** Makes what finds them: each is kept under what the fewest say, such as a namespace or the value of a label. */
export function indexSelectors<Of extends Selecting>(
  all: readonly Of[],
  sureText: SureText = plainText,
): FindSelecting<Of> {
  if (all.length === 1) return () => all;
  const choices = all.map(({ select }) => choicesOf(select, sureText));
  const counts = new Map<string, number>();
  for (const key of choices.flat(2)) counts.set(key, (counts.get(key) ?? 0) + 1);
  const countOf = (keys: readonly string[]): number =>
    keys.reduce((sum, key) => sum + (counts.get(key) ?? 0), 0);
  const always: number[] = [];
  const namespaced: number[] = [];
  const byKey = new Map<string, number[]>();
  for (const [index, each] of choices.entries()) {
    const [rarest] = each.toSorted((one, other) => countOf(one) - countOf(other));
    if (rarest === undefined) always.push(index);
    for (const key of rarest ?? []) appendTo(byKey, key, index);
    if (rarest?.some((key) => key.startsWith('["namespace"'))) namespaced.push(index);
  }
  return function* (object) {
    if (object === undefined) {
      yield* all;
      return;
    }
    const own = keysAt(object).flatMap((key) => {
      const under = byKey.get(key);
      return under === undefined ? [] : [under];
    });
    // It may be given any namespace.
    const given = object.namespace === undefined ? [namespaced] : [];
    for (const index of inOrder([always, ...given, ...own])) {
      const each = all[index];
      if (each !== undefined) yield each;
    }
  };
}

/** The numbers of some lists in their order, as far as somebody asks; each list is in order, and no number is in two. */
function* inOrder(lists: readonly (readonly number[])[]): Generator<number> {
  const left = lists.filter(({ length }) => length > 0).map((list) => ({ list, at: 0 }));
  const headOf = ({ list, at }: { readonly list: readonly number[]; readonly at: number }): number =>
    list[at] ?? Number.POSITIVE_INFINITY;
  for (;;) {
    let next = left[0];
    for (const each of left) if (next !== undefined && headOf(each) < headOf(next)) next = each;
    if (next === undefined || headOf(next) === Number.POSITIVE_INFINITY) return;
    yield headOf(next);
    next.at++;
  }
}

const parts = ["group", "version", "kind", "namespace"] as const;

/** The keys of which an object that is meant has one, each choice alone. */
function choicesOf(select: ObjectSelector, sureText: SureText): readonly (readonly string[])[] {
  const { labels = [], annotations = [] } = select;
  const said = parts.flatMap((part) => {
    const text = sureText(select[part]);
    return text === undefined ? [] : [[keyOf(part, text)]];
  });
  return [
    ...said,
    ...labels.flatMap((each) => requiredKeys("label", each)),
    ...annotations.flatMap((each) => requiredKeys("annotation", each)),
  ];
}

function requiredKeys(kind: string, { key, negated, values }: Requirement): readonly (readonly string[])[] {
  if (negated) return [];
  return [values === undefined ? [keyOf(kind, key)] : [...values].map((value) => keyOf(kind, key, value))];
}

function keysAt(object: ReplacedObject): readonly string[] {
  const own = parts.flatMap((part) => {
    const text = object[part];
    return text === undefined ? [] : keyOf(part, text);
  });
  return [
    ...own,
    ...[...object.labels()].flatMap(([key, value]) => [keyOf("label", key), keyOf("label", key, value)]),
    ...[...object.annotations].flatMap(([key, value]) => [
      keyOf("annotation", key),
      keyOf("annotation", key, value),
    ]),
  ];
}

function keyOf(...said: readonly string[]): string {
  return JSON.stringify(said);
}
