/**
 * What the entries of `images` in all that builds on something leave of an image there: where each gives it another tag or
 * another name, what the file says is not what runs. They may do so after each other.
 */
import type { Override } from "../krm/input.ts";
import type { ImageEntry } from "./image-entry.ts";
import type { Kustomization } from "./kustomization.ts";
import type { KustomizationGraph } from "./kustomization-graph.ts";

/** The images of one file, of which each is asked about once. */
export interface SettledImages {
  /** What becomes of an image by those that build on its file, in whose folder it may stand itself. */
  by(kustomizations: readonly Kustomization[], image: Pick<NamedImage, "name" | "own">): Override | undefined;
  /** What becomes of the image of an entry: by those behind it, and by what builds on its kustomization. */
  behind(kustomization: Kustomization, image: EnteredImage): Override | undefined;
}

/** The image of an entry, and what that calls it. */
export interface EnteredImage {
  readonly entry: ImageEntry;
  readonly name: string;
}

/** Makes it for a file. */
export function settledImages(graph: KustomizationGraph): SettledImages {
  const answers = new Map<string, Answers>();
  return {
    by: (kustomizations, image) => settledBy(kustomizations, { ...image, depth: 0 }),
    behind({ folder, path, follow }, { entry, name: own }) {
      const { isSet, name } = follow(own, entry.index);
      if (isSet) return { kind: "set", reason: `another entry of \`images\` of ${path} sets another` };
      const above = settledBy(graph.usersOf(folder), { name, own: folder, depth: 0 });
      return above ?? (name === own ? undefined : renamedOverride(path));
    },
  };

  /** Undefined where one of them leaves it. What was asked before is known, and what builds on itself has no say. */
  function settledBy(kustomizations: readonly Kustomization[], image: NamedImage): Override | undefined {
    // Deeper, the image counts, which loses nothing.
    if (image.depth > DEPTH_MAX) return undefined;
    const ofName: Answers = answers.get(image.name) ?? new Map();
    answers.set(image.name, ofName);
    let first: Override | undefined;
    for (const each of kustomizations) {
      const answer = ofName.has(each) ? ofName.get(each) : settledOne(each, image, ofName);
      if (answer === undefined) return undefined;
      if (answer !== "asked" && (first === undefined || answer.kind === "floats")) first = answer;
    }
    return first;
  }

  function settledOne(
    kustomization: Kustomization,
    image: NamedImage,
    ofName: Answers,
  ): Override | undefined {
    ofName.set(kustomization, "asked");
    const override = overrideBy(kustomization, image);
    ofName.set(kustomization, override);
    return override;
  }

  function overrideBy(
    { folder, path, follow, components }: Kustomization,
    image: NamedImage,
  ): Override | undefined {
    // A component has no say of its own entries; those of others come first.
    const others = components.filter((each) => each !== image.own).flatMap((each) => graph.at(each) ?? []);
    let [name, isSet] = [image.name, false];
    for (const each of [...others.map((other) => other.follow), follow]) {
      const followed = each(name);
      name = followed.name;
      isSet ||= followed.isSet;
    }
    if (isSet) return { kind: "set", reason: `\`images\` of ${path} sets another` };
    const above = settledBy(graph.usersOf(folder), { ...image, name, depth: image.depth + 1 });
    return above ?? (name === image.name ? undefined : renamedOverride(path));
  }
}

function renamedOverride(path: string): Override {
  const reason = `\`images\` of ${path} gives it another name, which may have another digest for its tag: write \`newTag\` beside that \`newName\``;
  return { kind: "floats", reason };
}

interface NamedImage {
  readonly name: string;
  /** The folder that it stands in. */
  readonly own: string;
  /** How many kustomizations stand between. */
  readonly depth: number;
}

/** What is known of an image by what builds on it. */
type Answers = Map<Kustomization, Override | undefined | "asked">;

// More than anybody builds on each other.
const DEPTH_MAX = 200;
