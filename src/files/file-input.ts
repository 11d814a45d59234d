/** From the bytes of a file to the objects in it, or to why it is passed over. */
import type { FileForm, InputFile, ManifestStream } from "../krm/input.ts";
import { isObject } from "../krm/input.ts";
import { childOf, kindOf, rootOf, scalarText, startOf } from "../yaml/node.ts";
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
  if (form !== "manifests" || (bytes.includes("apiVersion") && bytes.includes("kind"))) return true;
  // In UTF-16, or with escapes, the words look otherwise.
  return (
    UTF16_MARKS.some((mark) => bytes.subarray(0, 2).equals(mark)) ||
    ESCAPES.some((each) => bytes.includes(each))
  );
}

const UTF16_MARKS = [Buffer.from([0xff, 0xfe]), Buffer.from([0xfe, 0xff])];
const ESCAPES = ["\\x", "\\u", "\\U"];

/** Reads the text of a file. */
export function readContent(text: string, file: InputFile): FileContent {
  const yaml = scanOrError(text);
  const mayBeTemplate = text.includes("{{");
  if (yaml instanceof YamlSyntaxError)
    return mayBeTemplate ? { kind: "template" } : { kind: "unreadable", error: yaml };
  if (mayBeTemplate && hasActions(yaml)) return { kind: "template" };
  const roots = yaml.documents
    .map(rootOf)
    .filter(
      (root) => kindOf(yaml, root) === "mapping" || (MAY_BE_LISTS.has(file.form) && isList(yaml, root)),
    );
  const form = isOfObjects(yaml, roots, file) ? "manifests" : file.form;
  const items = form === "manifests" ? roots.filter((root) => isObject(yaml, root)) : roots;
  if (items.length === 0) return { kind: "other" };
  return { kind: "input", input: { kind: "stream", yaml, items, file: { ...file, form } } };
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

/** What may be operations of JSON Patch, or several replacements. */
const MAY_BE_LISTS: ReadonlySet<FileForm> = new Set(["patch", "replacement"]);

function isList(yaml: YamlText, root: number): boolean {
  return kindOf(yaml, root) === "sequence";
}

/** Not all that lies under the name is a kustomization for kustomize: Flux has a kind of that name too, which has a spec. */
function isOfObjects(yaml: YamlText, roots: readonly number[], { form }: InputFile): boolean {
  if (MAY_BE_LISTS.has(form)) return roots.every((root) => isObject(yaml, root));
  const [first] = roots;
  if (form !== "kustomization" || first === undefined) return false;
  const kind = scalarText(yaml, childOf(yaml, first, "kind")) ?? "Kustomization";
  return !["Kustomization", "Component"].includes(kind) || childOf(yaml, first, "spec") !== undefined;
}
