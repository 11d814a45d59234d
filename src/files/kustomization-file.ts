/** The file of a kustomization, and what reads the files that it names. */

/** A kustomization of a run. */
export interface KustomizationFile {
  /** Absolute. */
  readonly place: string;
  /** As messages name it. */
  readonly path: string;
  readonly text: string;
}

/** Reads the file at a place; undefined for what is none of the run. */
export type ReadNamed = (place: string) => ReadText | undefined;

/** A file that a kustomization names. */
export interface ReadText {
  /** As messages name it. */
  readonly path: string;
  readonly text: string;
}
