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
      "Asks the registries what each tag means now, and writes the digest beside it. An image that has a digest stays as it is.",
    examples: [
      ["pin-digests pin .", "pin all files below this folder"],
      ["pin-digests pin --lock-mode create .", "pin, and make a lock that holds the digests"],
      ["helm template shop ./chart | pin-digests pin > out.yaml", "pin what a chart renders"],
      ["kustomize build . | pin-digests | kubectl apply -f -", "pin on the way to the cluster"],
    ],
  },
  update: {
    meaning: "look up the tags again, and write the digests that they mean now",
    about:
      "Looks up every tag again, even if a digest is written, and writes the digest that the tag means now. A digest without a tag stays, unless a lock knows its tag.",
    examples: [
      ["pin-digests update --diff .", "which tags have moved?"],
      ["pin-digests update --include 'nginx:*' .", "update some images"],
      ["pin-digests update --prune .", "also remove the entries of locks that nothing uses"],
    ],
  },
  check: {
    meaning: "report what has no digest and which tags have moved; change nothing",
    about:
      "Changes nothing. Fails if an image has no digest, or if its digest is gone from the registry; warns if a tag now means another digest. Flags such as --check-drift make a finding an error, a warning, or nothing at all.",
    examples: [
      ["pin-digests check .", "is everything pinned?"],
      ["pin-digests check --check-drift error .", "fail if a tag has moved, too"],
      ["helm template shop ./chart | pin-digests check > /dev/null", "check what a chart renders"],
    ],
  },
  unpin: {
    meaning: "remove the digests again",
    about:
      "Removes the digests beside tags. No registry is asked. A digest without a tag stays, unless a lock knows its tag.",
    examples: [["pin-digests unpin .", "go back to tags without digests"]],
  },
  explain: {
    meaning: "show which rule finds each image, or why none does",
    about:
      "Writes a table of all text that looks like an image, with the rule that finds it and what a run would do with it. For files and streams, it asks no registry and changes nothing. A ResourceList is pinned as usual, and the report goes to the file of --output.",
    examples: [
      ["pin-digests explain .", "a table for people"],
      ["helm template shop ./chart | pin-digests explain --format json", "the same for programs"],
      ["pin-digests explain --format fieldspecs < in.yaml", "fieldSpecs for what no rule knows, to paste"],
    ],
  },
  images: {
    meaning: "list the images that are used, with their digests",
    about:
      "Lists each image once with the digest that pinning would write, as a table, as a lock, as images of a kustomization, or as JSON. Nothing is changed.",
    examples: [
      ["pin-digests images .", "a table for people"],
      ["kustomize build . | pin-digests images --format kustomize", "as the images: of a kustomization"],
      ["pin-digests images --format lock . > image-lock.yaml", "as a lock"],
    ],
  },
  schema: {
    meaning: "print the JSON Schema of PinDigests, ImageLock or Results",
    about:
      "Prints a JSON Schema (2020-12): of the configuration, of locks, or of the report of --format json. Editors use the schema to complete and check a file.",
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
