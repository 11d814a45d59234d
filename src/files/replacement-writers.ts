/** Which replacement writes over a field on every way from its file to what nothing builds on. */
import type { Kustomization } from "./kustomization.ts";
import type { KustomizationGraph } from "./kustomization-graph.ts";
import type { ReplacedField, Replacement } from "./replacement.ts";
import { indexReplacements, type ReplacementIndex } from "./replacement-index.ts";

/** Finds the first, of those that build on a file; undefined where one way leaves the field. */
export type FindWriter = (
  kustomizations: readonly Kustomization[],
  field: ReplacedField,
) => Replacement | undefined;

/** Makes what finds it; the replacements of each kustomization are indexed once. */
export function writerFinder(graph: KustomizationGraph): FindWriter {
  const indexes = new Map<Kustomization, ReplacementIndex>();
  return (kustomizations, field) => writerAbove(kustomizations, field, new Map());

  function indexOf(kustomization: Kustomization): ReplacementIndex {
    const index =
      indexes.get(kustomization) ??
      indexReplacements(graph.partsOf(kustomization).flatMap((part) => part.replacements));
    indexes.set(kustomization, index);
    return index;
  }

  function writerAbove(
    kustomizations: readonly Kustomization[],
    field: ReplacedField,
    known: Map<Kustomization, Replacement | "asked" | undefined>,
  ): Replacement | undefined {
    let first: Replacement | undefined;
    for (const each of kustomizations) {
      const writer = known.has(each) ? known.get(each) : writerAt(each, field, known);
      if (writer === undefined) return undefined;
      // What builds on itself has no say.
      if (writer !== "asked") first ??= writer;
    }
    return first;
  }

  function writerAt(
    kustomization: Kustomization,
    field: ReplacedField,
    known: Map<Kustomization, Replacement | "asked" | undefined>,
  ): Replacement | undefined {
    known.set(kustomization, "asked");
    const writer =
      indexOf(kustomization).writer(field) ??
      // Deeper, the image counts, which loses nothing.
      (known.size > DEPTH_MAX ? undefined : writerAbove(graph.usersOf(kustomization.folder), field, known));
    known.set(kustomization, writer);
    return writer;
  }
}

// More than anybody builds on each other.
const DEPTH_MAX = 200;
