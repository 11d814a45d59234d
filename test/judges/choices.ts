/** Choices that a generator makes: the same numbers make the same choices, and fewer or smaller ones simpler texts. */

/** One of several, by name. */
export interface Chooser {
  /** One of these; the first is the simplest. */
  one<T>(name: string, options: Readonly<Record<string, T>>): T;
  /** True with a chance of one in so many. */
  rarely(oneIn: number): boolean;
  /** A whole number from 0 up to, and without, `end`. */
  below(end: number): number;
  /** The names of what was chosen so far, such as `value: a text in quotes`. */
  readonly chosen: ReadonlySet<string>;
}

/** Makes choices by numbers, by 0 where there are none left. */
export function chooser(numbers: readonly number[]): Chooser {
  const chosen = new Set<string>();
  let at = 0;
  const below = (end: number): number => (numbers[at++] ?? 0) % end;
  return {
    below,
    rarely: (oneIn) => below(oneIn) === oneIn - 1,
    one(name, options) {
      const names = Object.keys(options);
      const option = names[below(names.length)] ?? "";
      chosen.add(`${name}: ${option}`);
      // The name is one of the options.
      return options[option] as (typeof options)[string];
    },
    chosen,
  };
}
