/** What can be wrong with a lock of any kind. */

import { canonicalName } from "../../image/reference.ts";
import { quote } from "../../text/quote.ts";
import { kindOf, scalarText, scalarType, startOf, writtenText } from "../../yaml/node.ts";
import type { YamlNode, YamlText } from "../../yaml/scan.ts";
import type { LockedImage } from "./locked-image.ts";

/** Something wrong with a lock. */
export interface LockProblem {
  /** From the lock's root: `images["nginx:1.27"].digest`. */
  readonly path: string;
  readonly message: string;
  /** What the complaint is about, or what stands before it where that is empty. */
  readonly node: YamlNode;
}

/** What a reader tells of a lock. */
export interface LockProblems {
  readonly problems: readonly LockProblem[];
  readonly tell: (problem: LockProblem) => void;
}

/** Collects what is wrong with a lock. */
export function collectProblems(yaml: YamlText): LockProblems {
  const problems: LockProblem[] = [];
  return {
    problems,
    tell(problem) {
      let { node } = problem;
      // An empty value stands nowhere.
      while (node > 0 && startOf(yaml, node) === undefined) node -= 1;
      problems.push({ ...problem, node });
    },
  };
}

/** The resolutions that contradict an earlier one of the same image for the same platform. */
export function disagreements<Image extends LockedImage>(
  images: readonly Image[],
): readonly { readonly image: Image; readonly message: string }[] {
  const known = new Map<string, Image>();
  return images.flatMap((image) => {
    const name = `${canonicalName(image.reference)} ${image.platform ?? ""}`;
    const first = known.get(name) ?? image;
    known.set(name, first);
    if (first.digest === image.digest) return [];
    const [text, other] = [image.reference.text, first.reference.text];
    const same =
      text === other
        ? `${quote(text)} stands here twice, with two digests`
        : `${quote(text)} is the same image as ${quote(other)}, but has another digest`;
    return [{ image, message: `${same}: remove the one that is wrong` }];
  });
}

/** A text in any notation; the line break that ends a block scalar is no part of it. */
export function textOf(yaml: YamlText, node: YamlNode): string | undefined {
  return scalarType(yaml, node) === "string" ? writtenText(yaml, node) : undefined;
}

/** What stands at a node, in a few words. */
export function describeNode(yaml: YamlText, node: YamlNode): string {
  const kind = kindOf(yaml, node);
  if (kind === "mapping") return "a map";
  if (kind === "sequence") return "a list";
  const text = scalarText(yaml, node) ?? "";
  return text === "" ? "empty" : `${scalarType(yaml, node) === "string" ? "the text " : ""}${quote(text)}`;
}
