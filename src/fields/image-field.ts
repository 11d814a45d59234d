/** A field that holds an image: what it says, and which characters of the text say it. */
import type { ImageParts } from "../krm/input.ts";
import type { Resource } from "../krm/resource.ts";
import { aliasRange, type Range } from "../yaml/node.ts";
import type { Locate } from "../yaml/scalar-source.ts";
import type { YamlNode } from "../yaml/scan.ts";
import type { TextEdit } from "../yaml/text-edit.ts";
import type { Site } from "./embedded-document.ts";
import type { SuggestedSpec } from "./suggested-spec.ts";

/** A field that holds an image, or should. */
export interface ImageField {
  readonly resource: Resource;
  /** From the resource's root: `spec.template.spec.containers[0].image`. */
  readonly path: string;
  /** The scalar that is written to, or an alias of it, or the map that gets a key. */
  readonly site: Site;
  /** Fields with the same identity are the same characters. */
  readonly identity: string | number;
  /** The text of the reference, put together where its parts stand apart; absent where it is no text. */
  readonly value?: string | undefined;
  /**
   * Where characters of `value` stand in the document of the site, for an alias in its anchor's scalar; undefined for those
   * that stand nowhere.
   */
  readonly locate: Locate;
  /** Where it begins and ends in that document, where aliases stand for its text or for parts of it. */
  readonly ends?: readonly Range[] | undefined;
  readonly writing: Writing;
  /** Where its digest stands, or is to, under a key of its own. Two references in one place would have one digest. */
  readonly digestAt?: string | undefined;
  /** Why the value can't be taken for an image. */
  readonly fault?: ImageFieldFault | undefined;
  /** How the rule that found it is called: `containers`, `tekton.dev Task: spec/steps[]/image`, `fieldSpecs[0]`. */
  readonly rule: string;
  /** Whether that is a fieldSpec of the user. */
  readonly isUsers: boolean;
  /** The parts that it is put together from, where they stand apart. */
  readonly parts: ImageParts | undefined;
  /** `keep`: without a tag the value may be a name whose tag stands elsewhere, so it is left alone. */
  readonly tagless: "pin" | "keep";
  /** The name of the container, or of whatever has the image. */
  readonly owner?: string | undefined;
  /** Why the user wants it left alone. */
  readonly skipped?: string;
  /** Why what runs has no digest, whatever is written here, and what to do about it. */
  readonly floats?: string;
  readonly onError?: "fail" | "warn" | undefined;
  readonly tag?: "keep" | "drop" | undefined;
  /** Where an operation of JSON Patch puts it in what is patched, which is another place than its own. */
  readonly putAt?: string;
  /** What would settle it, where no rule says that a digest can be written here. */
  readonly suggestion?: SuggestedSpec | undefined;
}

/**
 * `not-a-string`: a number, a map…; `too-many-matches`: a pattern finds more images in a text than any names; `two-tags` and
 * `two-digests`: another one stands beside a reference that has its own; `partial-match`: a pattern matches a part of a
 * reference; `shared-digest`: another reference has the same key for its digest; `no-name`: a tag, and nothing says of what.
 */
export type ImageFieldFault =
  | "not-a-string"
  | "too-many-matches"
  | "partial-match"
  | "two-tags"
  | "two-digests"
  | "shared-digest"
  | "no-name";

/** How a digest comes into the field. */
export type Writing =
  /** The characters of the reference change, where they stand; `removal` takes out a digest that has a key of its own. */
  | { readonly kind: "in-place"; readonly removal?: Removal | undefined }
  /** The digest alone goes to a place of its own, between two texts. */
  | {
      readonly kind: "digest";
      readonly range: Range;
      readonly before: string;
      readonly after: string;
      /** Whether what reads the key puts `sha256:` before its text. */
      readonly isBare: boolean;
      /** Who else gets it; absent where nobody can. */
      readonly inheritance?: Inheritance;
    }
  /** There is no place for a digest. */
  | { readonly kind: "none"; readonly reason: string };

/** A map that gets the digest of another. */
export interface Heir {
  readonly map: YamlNode;
  /** The reference that its parts make; undefined where no parts are known. */
  readonly value: string | undefined;
}

/** The digest of a reference as others come by it. */
export interface Inheritance {
  /** The path of its key. */
  readonly key: string;
  /** The maps that get it, but for those that get their own, and what gets it through them. */
  readonly heirs: (getsOwn: (map: YamlNode) => boolean) => readonly Heir[];
}

/** An edit of a map. */
interface Removal {
  readonly site: Site;
  readonly edit: TextEdit;
}

/** Where a field begins and ends in the text that is edited. */
export function endsOf({ site, locate, ends, value = "" }: ImageField): readonly Range[] {
  const { layer } = site;
  const ranges = ends ?? [
    locate({ start: 0, end: 1 }),
    locate({ start: value.length - 1, end: value.length }),
  ];
  return ranges.flatMap((range) => (range && layer.toSource(range)) ?? []);
}

/** The aliases of texts in which the document of a field stands, in the text that is edited. */
export function carrierAliases({ site }: ImageField): readonly Range[] {
  const ranges: Range[] = [];
  for (let { carrier } = site.layer; carrier !== undefined; { carrier } = carrier.layer) {
    const alias = aliasRange(carrier.layer.yaml, carrier.node);
    const range = alias && carrier.layer.toSource(alias);
    if (range !== undefined) ranges.push(range);
  }
  return ranges;
}
