/** The options that say where images are. */

import type { Expressions } from "../krm/expression.ts";
import { FieldPathError, parsePath, STEPS_MAX } from "../krm/field-path.ts";
import type { FieldSpec } from "../krm/field-spec.ts";
import { quote } from "../text/quote.ts";
import { withoutKey } from "../text/without-key.ts";
import { expression } from "./expressions.ts";
import type { JsonSchema } from "./json-schema.ts";
import {
  choice,
  flag,
  list,
  type OptionValue,
  type Reader,
  reader,
  type Tell,
  text,
} from "./option-reader.ts";
import { type OptionRows, tableReader } from "./option-row.ts";

const name = text(/^[A-Za-z][\w.-]*$/, "a name", "KIND");

const path: Reader<string> = reader(
  (raw: OptionValue, tell: Tell) => {
    const written = raw.kind === "text" ? raw.text : undefined;
    try {
      if (written === undefined) throw new FieldPathError("is no text");
      parsePath(written);
      return written;
    } catch (error) {
      if (!(error instanceof FieldPathError)) throw error;
      const value = written === undefined ? undefined : withoutKey(written);
      const shown = value === undefined ? "" : ` ${quote(value)}`;
      const message = `\`${raw.path}\`${shown} must be a path such as "spec/workers[]/image": it ${withoutKey(error.message)}`;
      tell({ path: raw.path, message, value });
      return undefined;
    }
  },
  {
    get schema(): JsonSchema {
      return pathSchema();
    },
    shape: "scalar",
    shown: "PATH",
  },
);

/** What {@link parsePath} takes. */
function pathSchema(): JsonSchema {
  const name = String.raw`(?:\\[\s\S]|[^\[\]\\/])+`;
  const bracket = String.raw`\[(?:\*?|"[^\]]+"|'[^\]]+'|[^\]=]+=[^\]]*)\]`;
  const step = `(?:${name}|${bracket})`;
  const endsInAnyDepth = String.raw`(?:^|/)\*\*$`;
  return {
    type: "string",
    pattern: `^${step}(?:/${step}|${bracket}){0,${STEPS_MAX - 1}}$`,
    allOf: [{ pattern: String.raw`\S` }, { not: { pattern: endsInAnyDepth } }],
  };
}

function fieldSpecRows(expressions: Expressions): OptionRows<FieldSpec> {
  return {
    group: {
      type: text(/^(?:[A-Za-z0-9][\w.-]*)?$/, 'an API group, such as "apps"', "GROUP"),
      meaning: "the group of the objects; left out for any",
    },
    version: {
      type: text(/^[a-z][a-z0-9]*$/, 'a version without the group, such as "v1"', "VERSION"),
      meaning: "their version, without the group; left out for any",
    },
    kind: {
      type: text(/^[A-Za-z][\w.]*$/, 'a kind, such as "Deployment"', "KIND"),
      meaning: "their kind, in any case; left out for any",
    },
    path: {
      type: path,
      meaning: "where the images are: a/b[]/c; * is any key, ** any levels, l[name=web-*] those elements",
    },
    in: {
      type: choice("reference", "repositoryAndTag", "text", "json", "yaml"),
      shownDefault: "reference",
      meaning:
        "how the image stands there: the whole value; a map with the parts, or one of them; what `pattern` matches; a document in a text",
    },
    pattern: {
      // What else RE2 refuses, a schema can't say.
      type: expression(expressions.image, String.raw`\(\?P?<image>`),
      meaning: "for `in: text`: an expression of RE2 with a group `image`; ^ and $ mean lines",
    },
    digestKey: {
      type: text(/^[A-Za-z_][\w-]*(?:[./][A-Za-z_][\w-]*)*$/, 'a key, such as "digest"', "KEY"),
      meaning: "the key under which the digest goes, added where it is missing",
    },
    tagless: {
      type: choice("pin", "keep"),
      shownDefault: "pin",
      meaning: "keep: a value without a tag is left alone, since its tag stands elsewhere",
    },
    pin: { type: choice("never"), meaning: "never: what stands there is no image, whatever it reads like" },
    onError: { type: choice("fail", "warn"), meaning: "as the option of this name, for this field" },
    tag: { type: choice("keep", "drop"), meaning: "as the option of this name, for this field" },
  };
}

const localKinds: readonly string[] = ["kptfile", "pindigests"];
// Flux has a Kustomization, too, which is for the cluster.
const localGroup = "kustomize.config.k8s.io";

const noImages = /^(?:apiVersion|kind|metadata\/(?:name|namespace|labels|generateName)(?:\/.*)?)$/;

/** What {@link contradictionIn} finds, as far as a schema can say it. */
const constraints = {
  type: "object",
  required: ["path"],
  dependentSchemas: {
    pattern: { properties: { in: { const: "text" } }, required: ["in"] },
    digestKey: { properties: { in: { const: "repositoryAndTag" } } },
  },
  if: { properties: { in: { const: "text" } }, required: ["in"] },
  // biome-ignore lint/suspicious/noThenProperty: a word of JSON Schema, and nobody awaits it.
  then: { required: ["pattern"] },
  allOf: [
    {
      properties: {
        group: { not: { const: localGroup } },
        kind: { not: { type: "string", pattern: `^(?:${localKinds.map(inAnyCase).join("|")})$` } },
        path: { not: { type: "string", pattern: noImages.source } },
      },
    },
  ],
};

function inAnyCase(word: string): string {
  return word.replaceAll(/./g, (letter) => `[${letter}${letter.toUpperCase()}]`);
}

/** Reads field specs in kustomize's form. One that can match nothing is a problem. */
export function fieldSpec(expressions: Expressions): Reader<FieldSpec> {
  const readSpec = tableReader<FieldSpec>(fieldSpecRows(expressions), constraints);
  return reader((raw: OptionValue, tell: Tell) => {
    const spec = readSpec(raw, tell);
    if (spec === undefined) return undefined;
    if (spec.path === undefined) {
      if (raw.kind === "map" && !raw.members.has("path"))
        tell({
          path: raw.path,
          message: `\`${raw.path}.path\` must say where the images are, such as "spec/image"`,
        });
      return undefined;
    }
    const complete = { ...spec, path: spec.path };
    const contradiction = contradictionIn(complete);
    if (contradiction === undefined) return complete;
    tell({ path: raw.path, message: `\`${raw.path}\` ${contradiction}` });
    return undefined;
  }, readSpec.traits);
}

const kinds = list(name);

/** `true`, `false`, or kinds. */
export const builtIn: Reader<boolean | readonly string[]> = reader(
  (raw: OptionValue, tell: Tell) => {
    const isFlag = raw.kind === "text" && /^(?:true|false|)$/.test(raw.text);
    if (isFlag) return flag(raw, tell);
    if (raw.kind === "list" || (raw.kind === "text" && raw.flat)) return kinds(raw, tell);
    tell({ path: raw.path, message: `\`${raw.path}\` must be "true", "false" or a list of kinds` });
    return undefined;
  },
  {
    schema: { anyOf: [flag.traits.schema, { ...kinds.traits.schema, type: "array" }] },
    shape: "list",
    shown: "true|false|KIND",
  },
);

/** Why a spec can match nothing. */
function contradictionIn(spec: FieldSpec): string | undefined {
  const { group, kind, path, pattern, digestKey } = spec;
  if (spec.in === "text" && pattern === undefined) {
    return 'must have a `pattern`, since it says `in: text`: such as "--worker=(?<image>.+)"';
  }
  if (pattern !== undefined && spec.in !== "text") return "must say `in: text`, since it has a `pattern`";
  if (digestKey !== undefined && (spec.in ?? "repositoryAndTag") !== "repositoryAndTag") {
    return "must say `in: repositoryAndTag`, since it has a `digestKey`";
  }
  if (kind !== undefined && localKinds.includes(kind.toLowerCase())) {
    return `can't match anything: a ${kind} is not for the cluster, and left alone`;
  }
  if (group === localGroup)
    return "can't match anything: a kustomization file is not for the cluster, and left alone";
  if (noImages.test(path)) {
    return `can't match anything: \`${path}\` holds no image`;
  }
  return undefined;
}
