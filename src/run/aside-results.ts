/** What is told of the objects of a text apart from what becomes of its images. */
import type { Config } from "../config/config.ts";
import type { ResourceImages } from "../fields/find-images.ts";
import type { Input } from "../krm/input.ts";
import type { Result } from "../krm/result.ts";
import { flawResults, skipResult } from "../outcome/outcome-results.ts";

/** A text, with what was found in its objects. */
export interface FoundInput {
  readonly input: Input;
  readonly config: Config;
  readonly resources: readonly ResourceImages[];
}

/** Says which objects were left out, where keys or documents have flaws, and what opts out or selects by a slip. */
export async function asideResults(found: FoundInput): Promise<readonly Result[]> {
  const { resources, config } = found;
  const left = config.report === "all" ? resources : [];
  return [
    ...left.flatMap(({ resource, skipped }) =>
      skipped === undefined ? [] : [skipResult(resource, skipped)],
    ),
    ...flawResults(resources, config),
    ...(await slips(found)),
  ];
}

/** What opts nothing out, or selects nothing, as it is written. Few inputs and configurations say any such thing. */
async function slips({ input, config, resources }: FoundInput): Promise<readonly Result[]> {
  const { yaml } = input;
  const isSelective = mayMiss(config);
  if (!isSelective && !mention.test(yaml.text)) return [];
  const { selectedIn, selectionSlips, slipResults } = await import("../find/slips.ts");
  const found = { yaml, resources, config };
  // Of a run over files all of them together are what is selected from.
  const isWhole = input.kind === "ResourceList" || input.file === undefined;
  return [
    ...slipResults(found),
    ...(isWhole && isSelective ? selectionSlips([selectedIn(found)], config) : []),
  ];
}

// Such an expression is found faster than the word.
const mention = /(?:pin-?|Pin-|pin_)[dD]igests?/;

/** Whether a configuration selects some images or objects, and so may select none. */
export function mayMiss({ include, exclude, skipPrefixes, resources, builtIn }: Config): boolean {
  const names = typeof builtIn === "boolean" ? [] : builtIn;
  return [include, exclude, skipPrefixes, resources.include, resources.exclude, names].some(
    ({ length }) => length > 0,
  );
}
