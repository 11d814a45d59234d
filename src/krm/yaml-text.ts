import { isPlain } from "../yaml/insert/text.ts";

/** A text as YAML: what a manifest gave is in quotes unless every reader takes it for a text. */
export function yamlText(text: string): string {
  return isPlain(text) ? text : JSON.stringify(text);
}
