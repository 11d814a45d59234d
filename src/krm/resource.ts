/** A Kubernetes object in a text: who it is and where it came from. */

import { shorten } from "../text/quote.ts";
import { membersOf, ownOrMergedChild } from "../yaml/members.ts";
import { dereference, kindOf, scalarText, scalarType } from "../yaml/node.ts";
import type { YamlNode, YamlText } from "../yaml/scan.ts";
import {
  indexAnnotation,
  localConfigAnnotation,
  olderIndexAnnotation,
  olderPathAnnotation,
  pathAnnotation,
} from "./place-annotations.ts";
import type { Position, ResourceRef, ResultFile } from "./result.ts";

/** The identity of an object, as far as it says one. */
export interface Resource {
  readonly node: YamlNode;
  /** "" where it is missing. */
  readonly apiVersion: string;
  /** The part of apiVersion before the slash, "" for the core group. */
  readonly group: string;
  /** "" where it is missing. */
  readonly kind: string;
  readonly name?: string | undefined;
  readonly namespace?: string | undefined;
  /** True for what is known by its file alone, since things of its kind have no names. */
  readonly isNameless?: true;
  readonly annotations: ReadonlyMap<string, string>;
  readonly file?: ResultFile | undefined;
  /** Tells where the object, or something in it, stands in a stream or in a file; absent in a list. */
  readonly positionOf?: (place: Located) => Position;
}

/** The object, or something in it that knows more of its place than that. */
export interface Located {
  readonly resource: { readonly node?: YamlNode };
  /** The offset in the text. */
  readonly at?: number | undefined;
}

/** Reads the identity of an object; what is missing or of another type than it should be is left out. */
export function readResource(yaml: YamlText, node: YamlNode): Resource {
  const apiVersion = nameIn(yaml, node, "apiVersion") ?? "";
  const metadata = ownOrMergedChild(yaml, node, "metadata");
  const name = nonEmpty(nameIn(yaml, metadata, "name"));
  const namespace = nonEmpty(nameIn(yaml, metadata, "namespace"));
  const annotations = stringsOf(yaml, ownOrMergedChild(yaml, metadata, "annotations"));
  const file = fileOf(annotations);
  return {
    node,
    apiVersion,
    group: apiVersion.includes("/") ? apiVersion.slice(0, apiVersion.indexOf("/")) : "",
    kind: nameIn(yaml, node, "kind") ?? "",
    name,
    namespace,
    annotations,
    file,
  };
}

/** A part of who an object is, cut where it is longer than any cluster takes: results repeat it for each image. */
function nameIn(yaml: YamlText, mapping: YamlNode | undefined, key: string): string | undefined {
  const text = scalarText(yaml, ownOrMergedChild(yaml, mapping, key));
  return text === undefined ? undefined : shorten(text, NAME_MAX);
}

const NAME_MAX = 512;

/** The labels of an object. */
export function labelsOf(yaml: YamlText, node: YamlNode): ReadonlyMap<string, string> {
  return stringsOf(yaml, ownOrMergedChild(yaml, ownOrMergedChild(yaml, node, "metadata"), "labels"));
}

/** How results name an object; undefined where it lacks one of the three parts that the specification requires. */
export function resourceRef(
  resource: { readonly [Part in keyof ResourceRef]?: string | undefined },
): ResourceRef | undefined {
  const { apiVersion = "", kind = "", name, namespace } = resource;
  if (apiVersion === "" || kind === "" || name === undefined) return undefined;
  return namespace === undefined ? { apiVersion, kind, name } : { apiVersion, kind, name, namespace };
}

/** What an object says of who it is, complete or not. */
export function identityOf({ apiVersion, kind, name, namespace }: Resource): Partial<ResourceRef> {
  return {
    ...(apiVersion !== "" && { apiVersion }),
    ...(kind !== "" && { kind }),
    ...(name !== undefined && { name }),
    ...(namespace !== undefined && { namespace }),
  };
}

/**
 * Why an object is not for the cluster, or undefined where it is: Kptfiles, kustomization files and whatever carries
 * the local-config annotation configure the tools that read them.
 */
export function localReason(resource: Resource): string | undefined {
  const { apiVersion, kind, group, annotations } = resource;
  if (kind === "Kptfile") return "the Kptfile configures kpt";
  if (annotations.has("config.kubernetes.io/function")) return "it configures a function";
  if (group === "kustomize.config.k8s.io") return "a kustomization file configures kustomize";
  if (kind === "" && apiVersion === "" && isKustomizationFile(resource.file))
    return "a kustomization file configures kustomize";
  if (isLocalConfig(resource))
    return `its annotation \`${localConfigAnnotation}\` says that it is not for the cluster`;
  return undefined;
}

/** True for an object whose annotation says that it is for functions, not for the cluster. */
export function isLocalConfig({ annotations }: Pick<Resource, "annotations">): boolean {
  const local = annotations.get(localConfigAnnotation);
  return local !== undefined && local !== "false";
}

function isKustomizationFile(file: ResultFile | undefined): boolean {
  return file !== undefined && /(?:^|\/)(?:[Kk]ustomization|kustomization\.ya?ml)$/.test(file.path);
}

function fileOf(annotations: ReadonlyMap<string, string>): ResultFile | undefined {
  const path = annotations.get(pathAnnotation) ?? annotations.get(olderPathAnnotation);
  // Longer, it is the path of no file.
  if (path === undefined || path === "" || path.length > PATH_MAX) return undefined;
  const index = annotations.get(indexAnnotation) ?? annotations.get(olderIndexAnnotation);
  // Windows writes its own separator; the specification wants slashes in results.
  const slashed = path.includes("\\") ? path.replaceAll("\\", "/") : path;
  const isIndex = index !== undefined && /^\d{1,9}$/.test(index);
  return isIndex ? { path: slashed, index: Number(index) } : { path: slashed };
}

const PATH_MAX = 4096;

function stringsOf(yaml: YamlText, mapping: YamlNode | undefined): ReadonlyMap<string, string> {
  const strings = new Map<string, string>();
  if (mapping === undefined || kindOf(yaml, mapping) !== "mapping") return strings;
  for (const { name, value } of membersOf(yaml, mapping)) {
    const target = dereference(yaml, value);
    const text = scalarText(yaml, target);
    if (text !== undefined && scalarType(yaml, target) !== "null") strings.set(name, text);
  }
  return strings;
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === "" ? undefined : text;
}

/**
 * True for a lock, whatever its name: one of another version, or without a group, is one to complain of. A kind of this
 * name in somebody else's group is theirs.
 */
export function isImageLock({ kind, group }: Pick<Resource, "kind" | "group">): boolean {
  return kind === "ImageLock" && (group === "fn.kpt.dev" || group === "");
}

/** True for what is too large for a lock and lies beside it. */
export function isImageEvidence({ kind, group }: Pick<Resource, "kind" | "group">): boolean {
  return kind === "ImageEvidence" && group === "fn.kpt.dev";
}
