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
 * The sources whose fields stand in an object. What is not known of one that is patched does not matter. There may be as many
 * of them as objects, so they are asked by their names and kinds.
 */
export function sourcesIn(sources: readonly ImageSource[], object: Identity): readonly ImageSource[] {
  if (sources.length === 0) return sources;
  const { kind, name } = object;
  const index = indexes.get(sources) ?? indexOf(sources);
  indexes.set(sources, index);
  const keys = [keyOf({ name }), keyOf({ kind }), keyOf({})];
  const some = !name || !kind ? sources : keys.flatMap((key) => index.get(key) ?? []);
  return some.filter((source) => isIn(source, object));
}

/** The sources by their names, and those without one by their kinds. */
type SourceIndex = ReadonlyMap<string, readonly ImageSource[]>;

const indexes = new WeakMap<readonly ImageSource[], SourceIndex>();

function indexOf(sources: readonly ImageSource[]): SourceIndex {
  const index = new Map<string, ImageSource[]>();
  for (const source of sources) {
    const { name, kind } = source;
    const key = keyOf(name === undefined ? { kind } : { name });
    appendTo(index, key, source);
  }
  return index;
}

function keyOf({ name, kind }: { readonly [Part in "name" | "kind"]?: string | undefined }): string {
  return name === undefined ? `kind ${kind ?? ""}` : `name ${name}`;
}

function isIn(source: ImageSource, object: Identity): boolean {
  return (["apiVersion", "kind", "name"] as const).every(
    (part) => source[part] === undefined || !object[part] || source[part] === object[part],
  );
}
