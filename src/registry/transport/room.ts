import { untilAborted } from "./abortable.ts";

/** Room in memory for what is read at the same time. */
export interface Room {
  /** Waits in order until there is room for so many bytes, and returns how to give it back. */
  reserve(bytes: number, signal?: AbortSignal): Promise<() => void>;
}

/** Makes room for a number of bytes; who wants more than all of it waits for all. */
export function createRoom(size: number): Room {
  const waiting = new Set<Guest>();
  let free = size;

  function letIn(): void {
    for (const guest of waiting) {
      if (guest.bytes > free) return;
      waiting.delete(guest);
      free -= guest.bytes;
      guest.enter();
    }
  }

  return {
    async reserve(wanted, signal) {
      const bytes = Math.min(wanted, size);
      const { promise: entered, enter } = createSignal();
      const guest = { bytes, enter };
      waiting.add(guest);
      letIn();
      let isIn = true;
      const leave = () => {
        if (isIn) free += bytes;
        isIn = false;
        letIn();
      };
      try {
        await (signal === undefined ? entered : untilAborted(entered, signal));
        return leave;
      } catch (error) {
        // It may have got in just then; else it goes, and the next may be smaller.
        if (waiting.delete(guest)) isIn = false;
        leave();
        throw error;
      }
    },
  };
}

interface Guest {
  readonly bytes: number;
  readonly enter: () => void;
}

function createSignal(): { readonly promise: Promise<void>; readonly enter: () => void } {
  let enter: () => void = () => undefined;
  const promise = new Promise<void>((resolve) => {
    enter = resolve;
  });
  return { promise, enter };
}
