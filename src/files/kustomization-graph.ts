/** Which kustomizations of a run build on which, and on which files. */
import { dirname } from "node:path";
import { appendTo } from "../yaml/lists-by-key.ts";
import type { Kustomization } from "./kustomization.ts";

/** The kustomizations of a run, and what builds on what. */
export interface KustomizationGraph {
  readonly all: readonly Kustomization[];
  /** The one in a folder. */
  at(folder: string): Kustomization | undefined;
  /** Those that build on a folder or on a file, without more between them. */
  usersOf(place: string): readonly Kustomization[];
  /** The one that is the file at a place, and those that build on what is there. */
  aroundFile(place: string): {
    readonly own: Kustomization | undefined;
    readonly direct: readonly Kustomization[];
  };
  /** The one that has the file at a place for a transformer or a generator, or for what these name. */
  laterUserOf(place: string): Kustomization | undefined;
  /** The folders of all that build on a folder, or on what does. */
  foldersAbove(folder: string): ReadonlySet<string>;
  /** Some with all that build on them, or on what does, as far as that goes in practice. */
  withUsers(kustomizations: readonly Kustomization[]): ReadonlySet<Kustomization>;
  /** One and its components, whose replacements and patches are for all that it builds on. */
  partsOf(kustomization: Kustomization): readonly Kustomization[];
  /** The files that they name, and none of which is a kustomization. */
  named(): readonly string[];
}

/** Makes it of the kustomizations of a run, of which each has a folder of its own. */
export function kustomizationGraph(all: readonly Kustomization[]): KustomizationGraph {
  const known = new Map(all.map((each) => [each.folder, each]));
  const users = new Map<string, Kustomization[]>();
  for (const each of all) for (const place of each.bases) appendTo(users, place, each);
  const laterUsers = new Map(all.flatMap((each) => each.later.map((place) => [place, each] as const)));
  const above = new Map<string, ReadonlySet<string>>();
  const usersOf = (place: string): readonly Kustomization[] => users.get(place) ?? [];
  const graph: KustomizationGraph = {
    all,
    at: (folder) => known.get(folder),
    usersOf,
    aroundFile(place) {
      const at = known.get(dirname(place));
      const own = at?.place === place ? at : undefined;
      const folder = own === undefined ? laterUsers.get(place)?.folder : dirname(place);
      return { own, direct: usersOf(folder ?? place) };
    },
    laterUserOf: (place) => laterUsers.get(place),
    foldersAbove(folder) {
      const folders =
        above.get(folder) ?? new Set([...graph.withUsers(usersOf(folder))].map((each) => each.folder));
      above.set(folder, folders);
      return folders;
    },
    withUsers(kustomizations) {
      const found = new Set(kustomizations);
      let last: Iterable<Kustomization> = kustomizations;
      for (let depth = 0; depth < DEPTH_MAX; depth++) {
        const next = new Set<Kustomization>();
        for (const { folder } of last)
          for (const user of usersOf(folder)) if (!found.has(user)) next.add(user);
        if (next.size === 0) break;
        for (const user of next) found.add(user);
        last = next;
      }
      return found;
    },
    partsOf(kustomization) {
      const parts = new Set([kustomization]);
      for (const { components } of parts) {
        for (const folder of components) {
          const part = known.get(folder);
          if (part !== undefined) parts.add(part);
        }
      }
      return [...parts];
    },
    named() {
      const forms = all.flatMap((each) => each.forms.map(([place]) => place));
      return [...new Set([...users.keys(), ...forms, ...laterUsers.keys()])].filter(
        (place) => !known.has(place),
      );
    },
  };
  return graph;
}

// More than anybody builds on each other. Without it, each of a long chain would be held against all above it.
const DEPTH_MAX = 50;
