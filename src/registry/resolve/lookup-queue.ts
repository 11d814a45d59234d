/** Looking up each distinct image once, those of all registries at the same time. */
import { type Lookup, lookupKey, type Resolution } from "../../image/lookup.ts";

/** Looks something up; the same lookup again gives the same promise. */
export type LookupQueue = (lookup: Lookup) => Promise<Resolution>;

/**
 * Looks up each distinct image once, at most `concurrency` at the same time of each registry, so that one that is slow
 * holds up no other. The first lookup of a registry begins at once.
 */
export function createLookupQueue(lookUp: LookupQueue, concurrency: number): LookupQueue {
  const known = new Map<string, Promise<Resolution>>();
  const registries = new Map<string, RegistryQueue>();

  async function work(queue: RegistryQueue): Promise<void> {
    for (let next = queue.waiting[queue.taken]; next !== undefined; next = queue.waiting[queue.taken]) {
      queue.taken++;
      const resolution = lookUp(next.lookup);
      next.settle(resolution);
      await resolution.catch(() => undefined);
    }
    queue.idle++;
  }

  return (lookup) => {
    const key = lookupKey(lookup);
    const same = known.get(key);
    if (same !== undefined) return same;
    const { registry } = lookup.image;
    const queue = registries.get(registry) ?? { waiting: [], taken: 0, idle: concurrency };
    registries.set(registry, queue);
    const resolution = new Promise<Resolution>((settle) => {
      queue.waiting.push({ lookup, settle });
    });
    // Whoever waits for it hears of a fault; nobody may.
    resolution.catch(() => undefined);
    known.set(key, resolution);
    if (queue.idle > 0) {
      queue.idle--;
      void work(queue);
    }
    return resolution;
  };
}

interface RegistryQueue {
  readonly waiting: {
    readonly lookup: Lookup;
    readonly settle: (resolution: Promise<Resolution>) => void;
  }[];
  /** How many of them were taken. */
  taken: number;
  /** How many more may be asked at the same time. */
  idle: number;
}
