/** From the bytes of a file to the objects in it, or to why it is passed over. */
import type { FileForm, InputFile, ManifestStream } from "../krm/input.ts";
import { isObject } from "../krm/input.ts";
import { childOf, kindOf, rootOf, startOf } from "../yaml/node.ts";
import { scan, type YamlText } from "../yaml/scan.ts";
import { YamlSyntaxError } from "../yaml/syntax-error.ts";

/** What a file turns out to be. */
export type FileContent =
  | { readonly kind: "input"; readonly input: ManifestStream }
  /** It holds no object of Kubernetes. */
  | { readonly kind: "other" }
  /** It is the template of a chart or the like. */
  | { readonly kind: "template" }
  | { readonly kind: "unreadable"; readonly error: YamlSyntaxError };

/**
 * False for bytes that certainly hold no object of Kubernetes, which most files of YAML and JSON in a repository don't:
 * they are not even read as text.
 */
export function mayHoldObjects(bytes: Buffer, form: FileForm): boolean {
  return form !== "manifests" || (bytes.includes("apiVersion") && bytes.includes("kind"));
}

/** Reads the text of a file. */
export function readContent(text: string, file: InputFile): FileContent {
  const yaml = scanOrError(text);
  const mayBeTemplate = text.includes("{{");
  if (yaml instanceof YamlSyntaxError)
    return mayBeTemplate ? { kind: "template" } : { kind: "unreadable", error: yaml };
  if (mayBeTemplate && hasActions(yaml)) return { kind: "template" };
  const roots = yaml.documents.map(rootOf);
  const items =
    file.form === "manifests"
      ? roots.filter((root) => isObject(yaml, root))
      : roots.filter((root) => kindOf(yaml, root) === "mapping");
  if (items.length === 0 || isOtherKustomization(yaml, items, file)) return { kind: "other" };
  return { kind: "input", input: { kind: "stream", yaml, items, file } };
}

function scanOrError(text: string): YamlText | YamlSyntaxError {
  try {
    return scan(text);
  } catch (error) {
    if (error instanceof YamlSyntaxError) return error;
    throw error;
  }
}

/**
 * True where a template happens to be YAML: `{{ .Values.image }}` is a map whose key is a map, which no object has. In
 * quotes it is a text, which many objects have.
 */
function hasActions(yaml: YamlText): boolean {
  const { length } = yaml.events;
  for (let node = 0; node < length; node++) {
    if (kindOf(yaml, node) !== "mapping") continue;
    const start = startOf(yaml, node);
    if (start !== undefined && yaml.text.startsWith("{{", start)) return true;
  }
  return false;
}

/** A kustomization of Flux has the same name, and is an object. */
function isOtherKustomization(yaml: YamlText, [first]: readonly number[], { form }: InputFile): boolean {
  if (form !== "kustomization" || first === undefined) return false;
  return childOf(yaml, first, "spec") !== undefined;
}
