/** The options that say where images are. */

import { FieldPathError, parsePath } from "../fields/field-path.ts";
import type { FieldSpec } from "../fields/field-spec.ts";
import { quote } from "../image/quote.ts";
import type { Expressions } from "../krm/expression.ts";
import { expression } from "./expressions.ts";
import {
  choice,
  flag,
  group,
  list,
  type OptionValue,
  type Problem,
  type Reader,
  type Readers,
  text,
} from "./option-reader.ts";

type Tell = (problem: Problem) => void;

const name = text(/^[A-Za-z][\w.-]*$/, "a name");

const specReaders = {
  group: text(/^(?:[A-Za-z0-9][\w.-]*)?$/, 'an API group, such as "apps"'),
  version: text(/^[a-z][a-z0-9]*$/, 'a version without the group, such as "v1"'),
  kind: text(/^[A-Za-z][\w.]*$/, 'a kind, such as "Deployment"'),
  path: readPath,
  in: choice("reference", "repositoryAndTag", "text", "json", "yaml"),
  digestKey: text(/^[A-Za-z_][\w-]*(?:[./][A-Za-z_][\w-]*)*$/, 'a key, such as "digest"'),
  tagless: choice("pin", "keep"),
  pin: choice("never"),
  onError: choice("fail", "warn"),
  tag: choice("keep", "drop"),
} satisfies Omit<Readers<FieldSpec>, "pattern">;

/** Reads field specs in kustomize's form. One that can match nothing is a problem. */
export function fieldSpec(expressions: Expressions): Reader<FieldSpec> {
  const readSpec = group<FieldSpec>({ ...specReaders, pattern: expression(expressions.image) });
  return (raw, tell) => {
    const spec = readSpec(raw, tell);
    if (spec === undefined) return undefined;
    const { path } = spec;
    if (path === undefined) {
      if (raw.kind === "map" && !raw.members.has("path"))
        tell({
          path: raw.path,
          message: `\`${raw.path}.path\` must say where the images are, such as "spec/image"`,
        });
      return undefined;
    }
    const contradiction = contradictionIn({ ...spec, path });
    if (contradiction === undefined) return { ...spec, path };
    tell({ path: raw.path, message: `\`${raw.path}\` ${contradiction}` });
    return undefined;
  };
}

/** `true`, `false`, or kinds. */
export function builtIn(raw: OptionValue, tell: Tell): boolean | readonly string[] | undefined {
  const isFlag = raw.kind === "text" && /^(?:true|false|)$/.test(raw.text);
  if (isFlag) return flag(raw, tell);
  if (raw.kind === "list" || (raw.kind === "text" && raw.flat)) return list(name)(raw, tell);
  tell({ path: raw.path, message: `\`${raw.path}\` must be "true", "false" or a list of kinds` });
  return undefined;
}

function readPath(raw: OptionValue, tell: Tell): string | undefined {
  const written = raw.kind === "text" ? raw.text : undefined;
  try {
    if (written === undefined) throw new FieldPathError("is no text");
    parsePath(written);
    return written;
  } catch (error) {
    if (!(error instanceof FieldPathError)) throw error;
    const shown = written === undefined ? "" : ` ${quote(written)}`;
    const message = `\`${raw.path}\`${shown} must be a path such as "spec/workers[]/image": it ${error.message}`;
    tell({ path: raw.path, message, ...(written !== undefined && { value: written }) });
    return undefined;
  }
}

const localKinds: ReadonlySet<string> = new Set(["kptfile", "pindigests", "kustomization"]);

/** Why a spec can match nothing. */
function contradictionIn(spec: FieldSpec): string | undefined {
  const { kind, path, pattern, digestKey } = spec;
  if (spec.in === "text" && pattern === undefined) {
    return 'must have a `pattern`, since it says `in: text`: such as "--worker=(?<image>.+)"';
  }
  if (pattern !== undefined && spec.in !== "text") return "must say `in: text`, since it has a `pattern`";
  if (digestKey !== undefined && (spec.in ?? "repositoryAndTag") !== "repositoryAndTag") {
    return "must say `in: repositoryAndTag`, since it has a `digestKey`";
  }
  if (kind !== undefined && localKinds.has(kind.toLowerCase())) {
    return `can't match anything: a ${kind} is not for the cluster, and left alone`;
  }
  if (/^(?:apiVersion|kind|metadata\/(?:name|namespace|labels|generateName)(?:\/.*)?)$/.test(path)) {
    return `can't match anything: \`${path}\` holds no image`;
  }
  return undefined;
}
