/** What is told of an image names it: whoever reads a line alone must know what it is about. */
import { quote } from "../text/quote.ts";

/**
 * A message about the value of a field, which stands at its beginning unless the message names it. `has no digest` becomes
 * `"nginx:1.27" has no digest`. No image has a colon before white space; kpt drops lines with such as `: Waiting`.
 */
export function naming(value: string | undefined, message: string): string {
  const [name = ""] = (value ?? "").split("@");
  if (value === undefined || name.trim() === "") return message;
  const shown = quote(value.replace(/:\s.*$/s, ":…"));
  if (PREDICATE.test(message)) return `${shown} ${message}`;
  return message.includes(name) ? message : `${shown}: ${message}`;
}

// With what messages begin that have the image for their subject.
const PREDICATE = /^(?:has|is|must|holds|reads|stays|lacks|can't be) /;
