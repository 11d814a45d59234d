/**
 * Paths of fields, as kustomize writes them.
 *
 *     path    := segment *( "/" segment )
 *     segment := ( name | "*" | "**" ) *( "[]" | "[" key "=" glob "]" )
 *
 * `[]` is any element of a list, `[key=glob]` those elements whose `key` matches, `*` any key, `**` any number of
 * levels. A slash in a name is written `~1` or `\/`, a tilde `~0`; a name in brackets, `["a/b"]`, stands for itself.
 *
 * https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/images/
 */
import { quote } from "../text/quote.ts";

/** One step of a path. */
export type PathStep =
  | { readonly kind: "key"; readonly name: string }
  | { readonly kind: "any-key" }
  | { readonly kind: "any-depth" }
  | { readonly kind: "elements" }
  | { readonly kind: "select"; readonly key: string; readonly glob: string };

/** A path that can't be read; the message says why. */
export class FieldPathError extends Error {
  override readonly name = "FieldPathError";
}

/**
 * Reads a path.
 *
 * @throws {FieldPathError}
 */
export function parsePath(path: string): readonly PathStep[] {
  if (path.trim() === "") throw new FieldPathError("is empty");
  const steps = splitSegments(path).flatMap((segment) => parseSegment(segment));
  if (steps.length > STEPS_MAX) throw new FieldPathError(`has more than ${STEPS_MAX} parts`);
  if (steps.at(-1)?.kind === "any-depth") throw new FieldPathError('ends in "**"');
  return steps;
}

/** How many a path may have: more than that of any field, since each may count at every level of an object. */
export const STEPS_MAX = 50;

/** How long a key in a path may be that is shown: no key of Kubernetes is longer, prefix included. */
export const KEY_MAX = 320;

/** How long a path may be that is shown: the path of each image repeats the keys above it. */
export const PATH_MAX = 2000;

/** Slashes part segments, but for those that are escaped or stand in brackets. */
function splitSegments(path: string): readonly string[] {
  const segments: string[] = [];
  let start = 0;
  let depth = 0;
  for (let at = 0; at <= path.length; at++) {
    const character = path[at];
    if (character === "\\" && at === path.length - 1)
      throw new FieldPathError('ends in "\\", which escapes nothing there');
    if (character === "\\") at++;
    else if (character === "[") depth++;
    else if (character === "]") depth--;
    else if (character === undefined || (character === "/" && depth <= 0)) {
      segments.push(path.slice(start, at));
      start = at + 1;
    }
  }
  if (segments[0] === "") throw new FieldPathError('begins with "/", but is read from below the object');
  if (segments.includes("")) throw new FieldPathError("has an empty part between two slashes");
  return segments;
}

const SEGMENT = /^(?<name>(?:\\.|[^[\]\\])*)(?<brackets>(?:\[[^\]]*\])*)$/s;

function parseSegment(segment: string): readonly PathStep[] {
  // Nearly all segments of the built-in table are of this form, and each run reads some.
  const isList = segment.indexOf("[") === segment.length - 2 && segment.endsWith("[]");
  const key = isList ? segment.slice(0, -2) : segment;
  if (key !== "" && !key.includes("[") && !key.includes("]") && !key.includes("\\")) {
    return isList ? [parseName(key), { kind: "elements" }] : [parseName(key)];
  }
  const { name, brackets } = SEGMENT.exec(segment)?.groups ?? {};
  if (name === undefined || brackets === undefined) {
    throw new FieldPathError(`has a bracket in the wrong place, in ${quote(segment)}`);
  }
  return [
    ...(name === "" ? [] : [parseName(name)]),
    ...(brackets.match(/\[[^\]]*\]/g) ?? []).map((bracket) => parseBracket(bracket.slice(1, -1), segment)),
  ];
}

function parseName(written: string): PathStep {
  if (written === "*") return { kind: "any-key" };
  if (written === "**") return { kind: "any-depth" };
  const unescaped = written.includes("\\") ? written.replaceAll(/\\(.)/gs, "$1") : written;
  const name = unescaped.replaceAll("~1", "/").replaceAll("~0", "~");
  return { kind: "key", name };
}

function parseBracket(inside: string, segment: string): PathStep {
  if (inside === "" || inside === "*") return { kind: "elements" };
  const quoted = /^(?<quote>["'])(?<name>.+)\k<quote>$/s.exec(inside)?.groups?.name;
  if (quoted !== undefined) return { kind: "key", name: quoted };
  const { key, glob } = /^(?<key>[^=]+)=(?<glob>.*)$/s.exec(inside)?.groups ?? {};
  if (key !== undefined && glob !== undefined) return { kind: "select", key, glob };
  if (/^\d+$/.test(inside)) {
    throw new FieldPathError(`names one element of a list, in ${quote(segment)}: write "[]"`);
  }
  throw new FieldPathError(`has brackets that are neither "[]" nor "[key=value]", in ${quote(segment)}`);
}

/** What a path of the built-in table stands for: `spec/{a,b}/image` is `spec/a/image` and `spec/b/image`. Braces come in pairs. */
export function expandBraces(path: string): readonly string[] {
  const close = path.indexOf("}");
  const open = path.lastIndexOf("{", close);
  if (open === -1 || close === -1) return [path];
  const choices = path.slice(open + 1, close).split(",");
  return choices.flatMap((choice) => expandBraces(path.slice(0, open) + choice + path.slice(close + 1)));
}
