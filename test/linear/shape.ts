/** A shape of input that can be as large as one likes. */
export interface Shape {
  readonly name: string;
  /** Makes an input of a size in proportion to a number, and returns what is done with it. */
  readonly prepare: (n: number) => () => unknown;
}

/** Repeats a text, or what a function makes of each number from 0 on. */
export function repeat(n: number, part: string | ((i: number) => string), between = ""): string {
  return Array.from({ length: n }, (_, i) => (typeof part === "string" ? part : part(i))).join(between);
}
