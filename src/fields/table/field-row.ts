/** The form of the built-in table: data that a person can check, one row a fact. */
import type { FieldForm } from "../../krm/field-spec.ts";

/** Where the parts of a reference stand, as paths below the field. The first that is there counts. */
export interface SplitKeys {
  readonly registry?: readonly string[];
  /** What stands between the registry and the repository. */
  readonly namespace?: readonly string[];
  readonly repository: readonly string[];
  readonly tag: readonly string[];
  readonly digest?: readonly string[];
}

/** A path, with what it takes to read and write what stands there. */
export interface FieldRow {
  /** kustomize's form, with `[key=glob|glob]`, `{a,b}` for alternatives, `**` for any levels and `<pod>` for the images of a pod spec. */
  readonly path: string;
  /**
   * `object`: an object or a part of one, perhaps as a text; `patch`: the same, or operations of JSON Patch; `values`: those of
   * a chart, in which keys called `image` count.
   */
  readonly in?: FieldForm | "object" | "patch" | "values";
  /** With a group `image`; `^` and `$` mean lines, and each item of a list is a line. */
  readonly pattern?: string;
  /** A text with none of these has no match of `pattern`, which takes longer to find out. */
  readonly mentions?: readonly string[];
  /** The value may be a name alone, whose tag stands elsewhere. */
  readonly tagless?: "keep";
  /** The name of the field says image, but not for certain: only what has a tag or a digest counts as one. */
  readonly loose?: true;
  readonly keys?: SplitKeys;
  /**
   * What stands there is no image but a chart or manifests, where its repository begins with `oci://`; and what pins that, by
   * the documentation of what fetches it. It is told, and never asked for.
   */
  readonly artifact?: string;
  /** No part is ever a whole reference. */
  readonly apart?: true;
  /** The consumer puts the tag behind a colon as it stands, so that `1.2@sha256:…` may stand there. */
  readonly digestInTag?: true;
  /** Not all of the texts here are documents, so that one that can't be read is no mistake. */
  readonly mixed?: true;
  /** The documents here are in base64. */
  readonly encoded?: true;
  /** Only objects of this name, a glob. */
  readonly name?: string;
  /** Not where one of these keys stands beside the field: then it is what is built. */
  readonly unless?: readonly string[];
  /** Not where the `name` beside the field matches one of these globs. */
  readonly except?: string;
}

/**
 * Groups, parted by spaces → what makes their kinds. `core` is the group without a name, `*.` before one all below it. A run
 * meets few groups, and to make the kinds of all takes longer than a small list. A table has no prototype: of an object that
 * has one, V8 expects to see more, and takes ten times as long to make it.
 */
export type FieldTable = Readonly<Record<string, () => KindTable>>;

/** Kinds, parted by spaces → rows. `*` is any kind. */
export type KindTable = Readonly<Record<string, readonly (string | FieldRow)[]>>;

/** A part of an object that holds no images, whatever it looks like. */
export interface DenyRow {
  readonly path: string;
  readonly why: string;
}

/** Groups → why none of its kinds holds images, or kinds → why, or which of their parts don't. */
export type DenyTable = Readonly<
  Record<string, string | Readonly<Record<string, string | readonly DenyRow[]>>>
>;
