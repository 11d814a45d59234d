/**
 * The JSON Schemas of options, as far as a schema can say what a reader of options accepts.
 *
 * https://json-schema.org/draft/2020-12
 */

/** A schema, or a part of one. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** A whole number in a range. Quoted numbers are numbers too, since a ConfigMap holds only text. */
export function integerSchema(least: number, most: number): JsonSchema {
  const numbers = Array.from({ length: most - least + 1 }, (_, index) => least + index);
  return {
    anyOf: [
      { type: "integer", minimum: least, maximum: most },
      { type: "string", pattern: `^0{0,7}(?:${numbers.join("|")})$` },
    ],
  };
}

/** How many milliseconds the units of a duration have. */
export const durationUnits = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const;

/**
 * A duration of at most so many milliseconds. A pattern can't add, so it bounds each of the numbers, and the one behind a number
 * that is at its bound.
 */
export function durationSchema(most: number): JsonSchema {
  const units = Object.entries(durationUnits);
  const parts = units.map(([unit, size]) => `(?:${upTo(Math.floor(most / size))})(?:\\.\\d{1,3})?${unit}`);
  const beyond = units.flatMap(([unit, size]) => {
    const bound = Math.floor(most / size);
    return units
      .filter(([, smaller]) => smaller < size && bound > 0)
      .map(
        ([next, smaller]) =>
          `${bound}${unit}(?!(?:${upTo(Math.floor((most - bound * size) / smaller))})${next})\\d+${next}`,
      );
  });
  return { type: "string", pattern: `^(?=.*[1-9])(?!${beyond.join("|")})(?:${parts.join("|")})+$` };
}

/** A pattern for the whole numbers up to one. */
function upTo(most: number): string {
  const digits = String(most);
  const shorter = digits.length > 1 ? [`\\d{1,${digits.length - 1}}`] : [];
  const sameLength = [...digits].flatMap((digit, index) => {
    const head = digits.slice(0, index);
    const tail = "\\d".repeat(digits.length - index - 1);
    return digit === "0" ? [] : [`${head}[0-${Number(digit) - 1}]${tail}`];
  });
  return [...shorter, ...sameLength, digits].map((each) => `0*${each}`).join("|");
}
