/** The readers of options that are globs, and of words. */
import { globKind } from "../image/glob-set.ts";
import { list, type OptionValue, type Reader, reader, type Tell, text } from "./option-reader.ts";

/** A text without white space. */
export const word: Reader<string> = text(/^\S+$/, "a text without white space");

// Each image is held against all of them.
const GLOBS_MAX = 250;

// Quotes belong to a notation that is not read here, such as JSON in a ConfigMap.
const words = list(text(/^[^\s"']+$/, "a glob without white space and quotes, such as `nginx:*`"));
/** Image globs. */
export const globs: Reader<readonly string[]> = reader(
  (raw: OptionValue, tell: Tell) => {
    const read = words(raw, tell);
    const others = read?.filter((glob) => globKind(glob) === "other").length ?? 0;
    if (others <= GLOBS_MAX) return read;
    const message = `\`${raw.path}\` must have at most ${GLOBS_MAX} globs with a star elsewhere than at their end, but has ${others}`;
    tell({ path: raw.path, message });
    return undefined;
  },
  {
    ...words.traits,
    schema: {
      ...words.traits.schema,
      contains: { type: "string", pattern: String.raw`\*.` },
      minContains: 0,
      maxContains: GLOBS_MAX,
    },
    shown: "GLOB",
  },
);
