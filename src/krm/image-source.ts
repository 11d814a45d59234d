/** Fields that hold images for another object, which nothing in their own says. */
import { appendTo } from "../yaml/lists-by-key.ts";
import type { Resource } from "./resource.ts";

/** A field of which a kustomization makes an image elsewhere. */
export interface ImageSource {
  /** Of its object; undefined where any will do, as the name. */
  readonly apiVersion?: string | undefined;
  readonly kind?: string | undefined;
  readonly name?: string | undefined;
  /** In the form of a fieldSpec. */
  readonly path: string;
  /** Where it is a part of a text: an expression with a group `image`. */
  readonly pattern?: string;
  /** False where only the text tells whether it is an image. */
  readonly isCertain: boolean;
}

type Identity = Partial<Pick<Resource, "apiVersion" | "kind" | "name">>;

/**
 * The sources whose fields stand in an object, those that say the same of objects together. What is not known of one that is
 * patched does not matter. There may be as many sources as objects, so they are found by what is known of these.
 */
export function sourcesIn(
  sources: readonly ImageSource[],
  object: Identity,
): readonly (readonly ImageSource[])[] {
  if (sources.length === 0) return none;
  const known = parts.filter((part) => object[part]);
  const index = indexOf(sources, known);
  return keysOf(known, object).flatMap((key) => {
    const group = index.get(key);
    return group === undefined ? [] : [group];
  });
}

const none: readonly (readonly ImageSource[])[] = [];
const parts = ["apiVersion", "kind", "name"] as const;
type Part = (typeof parts)[number];

/** By what they say of the parts that are known of an object. */
type SourceIndex = ReadonlyMap<string, readonly ImageSource[]>;

const indexes = new WeakMap<readonly ImageSource[], Map<string, SourceIndex>>();

/** One for each choice of parts, of which there are few. */
function indexOf(sources: readonly ImageSource[], known: readonly Part[]): SourceIndex {
  const choices = indexes.get(sources) ?? new Map<string, SourceIndex>();
  indexes.set(sources, choices);
  const choice = known.join();
  const index = choices.get(choice) ?? indexBy(sources, known);
  choices.set(choice, index);
  return index;
}

function indexBy(sources: readonly ImageSource[], known: readonly Part[]): SourceIndex {
  const index = new Map<string, ImageSource[]>();
  for (const source of sources) appendTo(index, keyOf(known.map((part) => source[part])), source);
  return index;
}

/** The keys of all sources that may mean an object: each of the parts is said, or is not. */
function keysOf(known: readonly Part[], object: Identity): readonly string[] {
  return known
    .reduce<readonly (readonly (string | undefined)[])[]>(
      (all, part) =>
        all.flatMap((said) => [
          [...said, object[part]],
          [...said, undefined],
        ]),
      [[]],
    )
    .map(keyOf);
}

function keyOf(said: readonly (string | undefined)[]): string {
  return JSON.stringify(said);
}
