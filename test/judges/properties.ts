/** What holds for every run, whatever the style of its input. */
import { parseDigest } from "../../src/image/digest.ts";
import { type PinOptions, type PinResult, pinDigests } from "../../src/pin-digests.ts";
import type { Input } from "./inputs.ts";
import { difference, type Reading, type Written } from "./meaning.ts";

/** The digest of every image. */
export const digest = parseDigest(`sha256:${"0123456789abcdef".repeat(4)}`);

/** The run of a mode over an input. */
export function run(
  text: string,
  { key }: Pick<Input, "key">,
  mode = "pin",
  options: Pick<PinOptions, "lock"> = {},
): Promise<PinResult> {
  const specs = ["spec/values/**/image", "spec/values/images[]"].map(
    (path) => `{kind: HelmRelease, path: ${JSON.stringify(path)}, digestKey: ${JSON.stringify(key)}}`,
  );
  return pinDigests(text, {
    functionConfig: [
      "apiVersion: fn.kpt.dev/v1alpha1",
      "kind: PinDigests",
      "metadata: {name: pin}",
      `mode: ${mode}`,
      `lock: ${options.lock === undefined ? "auto" : "frozen"}`,
      `report: ${mode === "unpin" ? "problems" : "changes"}`,
      `fieldSpecs: [${specs.join(", ")}]`,
      "",
    ].join("\n"),
    resolveDigest: async () => digest,
    ...options,
  });
}

/** What is wrong with what a run made of an input, or of a lock, by what a reader makes of both. */
export function fault(
  before: Reading,
  after: Reading,
  { keys = [], isLock = false }: Partial<Pick<Written, "keys" | "isLock">> = {},
): string | undefined {
  if (before === undefined) return undefined;
  if (after === undefined) return "the output can't be read";
  if (before.length !== after.length) return `${before.length} documents are ${after.length}`;
  const written: Written = { keys, digest, isLock };
  for (const [index, document] of before.entries()) {
    const found = difference(document, after[index] ?? document, written);
    if (found !== undefined) return `document ${index}: ${found}`;
  }
  return undefined;
}
