/** What is told of an image names it: whoever reads a line alone must know what it is about. */
import { quote } from "../text/quote.ts";

/**
 * A message about the value of a field, which stands at its beginning unless the message names it. `has no digest` becomes
 * `"nginx:1.27" has no digest`.
 */
export function naming(value: string | undefined, message: string): string {
  const [name = ""] = (value ?? "").split("@");
  if (value === undefined || name.trim() === "") return message;
  if (PREDICATE.test(message)) return `${quote(value)} ${message}`;
  return message.includes(name) ? message : `${quote(value)}: ${message}`;
}

// With what messages begin that have the image for their subject.
const PREDICATE = /^(?:has|is|must|holds|reads|stays|lacks|can't be) /;
