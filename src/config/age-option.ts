/** The reader of an option that is an age: days and hours, where durations of the network are seconds. */
import { quote } from "../text/quote.ts";
import { withoutLogin } from "../text/without-login.ts";
import { type OptionValue, type Reader, reader, type Tell } from "./option-reader.ts";

const form = /^(?:0|(?:\d{1,4}[wdhms]){1,5})$/;

const units: Readonly<Record<string, number>> = {
  w: 604_800_000,
  d: 86_400_000,
  h: 3_600_000,
  m: 60_000,
  s: 1_000,
};

// A year: whoever waits for longer does not want to update.
const AGE_MAX = 366 * 86_400_000;

/** An age as milliseconds: `3d`, `12h`, `1d12h`; `0s` is none. */
export const age: Reader<number> = reader(
  (raw: OptionValue, tell: Tell) => {
    const milliseconds = raw.kind === "text" && form.test(raw.text) ? sum(raw.text) : Number.NaN;
    if (milliseconds <= AGE_MAX) return milliseconds;
    const but = raw.kind === "text" ? `, but is ${quote(withoutLogin(raw.text))}` : "";
    tell({
      path: raw.path,
      message: `\`${raw.path}\` must be an age of at most 366d, such as "3d" or "12h"${but}`,
    });
    return undefined;
  },
  { schema: { type: ["string", "integer"], pattern: form.source }, shape: "scalar", shown: "TIME" },
);

function sum(text: string): number {
  let total = 0;
  for (const [, number, unit = ""] of text.matchAll(/(\d+)([wdhms])/g))
    total += Number(number) * (units[unit] ?? 0);
  return total;
}

/** An age in words: `3d`, `1d12h`. */
export function formatAge(milliseconds: number): string {
  let rest = milliseconds;
  let text = "";
  for (const unit of ["d", "h", "m", "s"]) {
    const size = units[unit] ?? 1;
    const count = Math.floor(rest / size);
    if (count > 0) text += `${count}${unit}`;
    rest -= count * size;
  }
  return text === "" ? "0s" : text;
}
