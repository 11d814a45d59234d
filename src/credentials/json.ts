import { parseJson } from "../text/json.ts";

/** The members of a JSON object; nothing if the text is anything else. The parser's own message quotes the text, so it is dropped. */
export function parseJsonObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    return asObject(parseJson(text.replace(/^\uFEFF/, "")));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** The value as an object with members; nothing if it is a scalar or an array. */
export function asObject(value: unknown): Readonly<Record<string, unknown>> | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  return Object.fromEntries(Object.entries(value));
}

/** The value if it is a string that is not empty. */
export function asText(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** The value if it is a finite number, or a text that says one. */
export function asNumber(value: unknown): number | undefined {
  const number = typeof value === "number" ? value : Number.parseFloat(asText(value) ?? "");
  return Number.isFinite(number) ? number : undefined;
}
