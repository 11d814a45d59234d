/** What a user wants left alone, said in the resources themselves. */
import type { Resource } from "../krm/resource.ts";
import type { YamlText } from "../yaml/scan.ts";
import type { ImageField } from "./image-field.ts";

/** The annotation: `"true"`, or field paths and container names, parted by commas or white space. */
const skipAnnotation = "pin-digests.fn.kpt.dev/skip";

/** Why a whole object is to be left alone. */
export function resourceSkip({ annotations }: Resource): string | undefined {
  return annotations.get(skipAnnotation)?.trim() === "true"
    ? `its annotation \`${skipAnnotation}\` says so`
    : undefined;
}

/** True where a comment of the text may ask for something to be left alone. */
export function mentionsSkip({ text }: YamlText): boolean {
  return text.includes("pin-digests:");
}

/** Why a field is to be left alone: its object's annotation names it, or a comment on its line says so. */
export function fieldSkip(yaml: YamlText, field: ImageField, mentioned: boolean): string | undefined {
  const named = field.resource.annotations.get(skipAnnotation);
  if (named?.split(/[\s,]+/).some((name) => name !== "" && means(name, field))) {
    return `the annotation \`${skipAnnotation}\` names it`;
  }
  return mentioned && hasSkipComment(yaml.text, field) ? "the comment on its line says so" : undefined;
}

/** `[]` is any element; both ways to write a path, with dots and with slashes, are read. */
function means(name: string, { path, owner }: ImageField): boolean {
  if (name === owner || name === path) return true;
  const general = path.replaceAll(/\[\d+\]/g, "[]");
  return name === general || name.replaceAll("/", ".") === general || name.replaceAll("/", ".") === path;
}

const comment = /(?:^|\s)#.*\bpin-digests:\s*skip\b/;

function hasSkipComment(text: string, { locate, value = "", writing }: ImageField): boolean {
  const places = [locate({ start: 0, end: 1 }), locate({ start: value.length - 1, end: value.length })];
  const ends = writing.kind === "digest" ? [...places, writing.range] : places;
  return ends.some((place) => place !== undefined && lineHasComment(text, place.start, place.end));
}

function lineHasComment(text: string, start: number, end: number): boolean {
  const lineStart = text.lastIndexOf("\n", start - 1) + 1;
  if (comment.test(text.slice(end, endOfLine(text, end)))) return true;
  // The header of a block scalar, `image: |- # pin-digests: skip`, stands on the line before it.
  const before = text.slice(text.lastIndexOf("\n", lineStart - 2) + 1, lineStart);
  return /[|>][-+\d]*\s+#/.test(before) && comment.test(before);
}

function endOfLine(text: string, from: number): number {
  const end = text.indexOf("\n", from);
  return end === -1 ? text.length : end;
}
