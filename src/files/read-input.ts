/** What one file holds, or why that can't be known. */
import { existsSync } from "node:fs";
import type { Config } from "../config/config.ts";
import type { InputFile, ManifestStream } from "../krm/input.ts";
import type { Position, Result } from "../krm/result.ts";
import { fileFault } from "./file-error.ts";
import { mayHoldObjects, readContent } from "./file-input.ts";
import { type FileState, hashIfFresh, readFile, stateOf, utf8Fault } from "./file-text.ts";
import type { FoundFile } from "./find-files.ts";
import type { Kustomizations } from "./kustomizations.ts";
import type { ValuesLayers } from "./values-layers.ts";

/** By what files are read. */
export interface FileReader {
  readonly config: Config;
  readonly kustomizations: Kustomizations;
  readonly layers: ValuesLayers;
}

/** A file that may hold images. */
export interface InputReading {
  readonly kind: "reading";
  readonly input: ManifestStream;
  readonly bytes: Buffer;
  readonly state: FileState;
  readonly hash: string | undefined;
}

/** A file that holds none, or can't be read. */
export interface OtherReading {
  readonly file: FoundFile;
  readonly kind: "other" | "template" | "unreadable";
  /** What is told of the file. */
  readonly results: readonly Result[];
}

/** Reads a file, unless its bytes show that it holds no object. */
export function readInputFile(
  file: FoundFile,
  { config, kustomizations, layers }: FileReader,
): InputReading | OtherReading {
  const { path, place, isTemplate, isNamed } = file;
  const said = file.form === "manifests" ? kustomizations.formOf(place) : undefined;
  const form = said?.form ?? file.form;
  const { mode } = config;
  try {
    const { bytes, stats } = readFile(place);
    // Of YAML that somebody names it is said whether that can be read.
    const isMeant = isNamed && /\.ya?ml$/.test(path);
    if (!isMeant && !mayHoldObjects(bytes, form)) return { file, kind: "other", results: [] };
    const position = utf8Fault(bytes);
    if (position !== undefined) {
      const results = [
        unreadableResult(
          { path, fault: "must be UTF-8, but holds bytes that are not", position },
          { isNamed, mode },
        ),
      ];
      return { file, kind: "unreadable", results };
    }
    const text = bytes.toString("utf8");
    if (isTemplate && text.includes("{{")) return { file, kind: "template", results: [] };
    const overridden = firstOf(kustomizations.overridden(place), layers.overridden(place));
    const sources = kustomizations.sources(place);
    const content = readContent(text, { path, form, ...said, overridden, sources });
    switch (content.kind) {
      case "input": {
        const state = stateOf(stats);
        return { kind: "reading", input: content.input, bytes, state, hash: hashIfFresh(bytes, state) };
      }
      case "unreadable": {
        const { line, column, reason: fault } = content.error;
        const unreadable = { path, fault: `must be YAML or JSON: ${fault}`, position: { line, column } };
        return { file, kind: "unreadable", results: [unreadableResult(unreadable, { isNamed, mode })] };
      }
      case "other":
      case "template":
        return { file, kind: content.kind, results: [] };
    }
  } catch (error) {
    const reason = fileFault(error);
    if (reason === undefined) throw error;
    const fault = isMisread(place) ? "its name is not UTF-8: give it another" : reason;
    return { file, kind: "unreadable", results: [unreadableResult({ path, fault }, { isNamed, mode })] };
  }
}

/** What either says of an image. */
function firstOf(one: InputFile["overridden"], other: InputFile["overridden"]): InputFile["overridden"] {
  if (one === undefined || other === undefined) return one ?? other;
  return (image) => one(image) ?? other(image);
}

/** True for a name in which signs stand for bytes that are none of UTF-8, so that it leads nowhere. */
function isMisread(place: string): boolean {
  return place.includes("\ufffd") && !existsSync(place);
}

interface Unreadable {
  readonly path: string;
  readonly fault: string;
  /** The beginning of the file unless told. */
  readonly position?: Position;
}

/** What can't be read may hold an image: an error of a check, and of a file that somebody names. */
export function unreadableResult(
  { path, fault, position = { line: 1, column: 1 } }: Unreadable,
  { isNamed, mode }: { readonly isNamed: boolean; readonly mode: Config["mode"] },
): Result {
  const severity = isNamed || mode === "check" ? "error" : "warning";
  return {
    severity,
    message: `can't be read, so no image in it is found: ${fault}`,
    file: { path },
    position,
  };
}
