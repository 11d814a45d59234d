/** The commands: what each is for, and what it does in terms of options and reports. */

/** A command. The first four are the option `mode` by another name. */
export type Verb = "pin" | "update" | "check" | "unpin" | "explain" | "images";

/** All that a command line may begin with. */
export type Command = Verb | "schema";

/** What a command is for. */
export interface CommandRow {
  /** One line. */
  readonly meaning: string;
  /** What `--help` says below its first line. */
  readonly about: string;
  /** Lines of a shell, each with what it does. */
  readonly examples: readonly (readonly [line: string, meaning: string])[];
}

/** The commands by their names. */
export const commands: Readonly<Record<Command, CommandRow>> = {
  pin: {
    meaning: "write digests beside tags that have none (the default)",
    about:
      "Asks the registries what each tag means now, and writes the digest beside it. An image that has a digest is left as it is.",
    examples: [
      ["pin-digests pin .", "pin all files below this folder"],
      ["pin-digests pin --lock-mode create .", "and make a lock that holds the digests"],
      ["helm template shop ./chart | pin-digests pin > out.yaml", "pin what a chart renders"],
      ["kustomize build . | pin-digests | kubectl apply -f -", "pin on the way to the cluster"],
    ],
  },
  update: {
    meaning: "look for newer digests of the tags that are written",
    about:
      "Asks for every tag again, also where a digest is written, and writes the digest that it means now. A digest without a tag stays, unless a lock knows its tag.",
    examples: [
      ["pin-digests update --diff .", "which tags have moved?"],
      ["pin-digests update --include 'nginx:*' .", "move some images"],
      ["pin-digests update --prune .", "move the locks along, and drop what nothing uses"],
    ],
  },
  check: {
    meaning: "say what has no digest and which tags have moved; change nothing",
    about:
      "Changes nothing. Fails where an image has no digest, or where its digest is gone; warns where a tag means another digest now. --check-drift error and the like say what counts how much.",
    examples: [
      ["pin-digests check .", "is all of it pinned?"],
      ["pin-digests check --check-drift error .", "fail where a tag has moved, too"],
      ["helm template shop ./chart | pin-digests check > /dev/null", "the same of what a chart renders"],
    ],
  },
  unpin: {
    meaning: "take the digests out again",
    about:
      "Removes the digests beside tags. No registry is asked. A digest without a tag stays, unless a lock knows its tag.",
    examples: [["pin-digests unpin .", "give back the tags"]],
  },
  explain: {
    meaning: "say which rule finds each image, or why none does",
    about:
      "Writes a table of all that reads as an image, with the rule that finds it and what a run would do about it. For files and streams no registry is asked and nothing is changed; a ResourceList goes through beside the report, pinned.",
    examples: [
      ["pin-digests explain .", "a table for people"],
      ["helm template shop ./chart | pin-digests explain --format json", "the same for programs"],
      ["pin-digests explain --format fieldspecs < in.yaml", "what no rule knows, to paste"],
    ],
  },
  images: {
    meaning: "list the images that are used, with their digests",
    about:
      "Lists each image once with the digest that pinning would write, as a table, as a lock, as images of a kustomization, or as JSON. Nothing is changed.",
    examples: [
      ["pin-digests images .", "a table for people"],
      ["kustomize build . | pin-digests images --format kustomize", "images: of a kustomization"],
      ["pin-digests images --format lock . > image-lock.yaml", "a lock"],
    ],
  },
  schema: {
    meaning: "print the JSON Schema of PinDigests, or of ImageLock",
    about: "Prints the JSON Schema (2020-12) of the configuration, by which editors complete and check it.",
    examples: [
      ["pin-digests schema > PinDigests.schema.json", "the schema of the configuration"],
      ["pin-digests schema ImageLock > ImageLock.schema.json", "the schema of locks"],
      ["pin-digests schema Results > Results.schema.json", "the schema of --format json"],
    ],
  },
};

/** True for a word that is a command. */
export function isCommand(word: string): word is Command {
  return Object.hasOwn(commands, word);
}
