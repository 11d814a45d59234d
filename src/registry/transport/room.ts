import { untilAborted } from "./abortable.ts";

/** Room in memory for what is read at the same time. */
export interface Room {
  /** Waits in order until there is room for so many bytes, and returns how to give it back. */
  reserve(bytes: number, signal?: AbortSignal): Promise<() => void>;
}

/** Makes room for a number of bytes; who wants more than all of it waits for all. */
export function createRoom(size: number): Room {
  // Those that have left remain in it until their turn: to take one out would be to pass over all others.
  let waiting: Guest[] = [];
  let turn = 0;
  let free = size;

  function letIn(): void {
    for (let guest = waiting[turn]; guest !== undefined; guest = waiting[turn]) {
      if (guest.isWaiting && guest.bytes > free) return;
      turn += 1;
      if (!guest.isWaiting) continue;
      guest.isWaiting = false;
      free -= guest.bytes;
      guest.enter();
    }
    waiting = [];
    turn = 0;
  }

  return {
    async reserve(wanted, signal) {
      const bytes = Math.min(wanted, size);
      const { promise: entered, enter } = createSignal();
      const guest = { bytes, enter, isWaiting: true };
      waiting.push(guest);
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
        if (guest.isWaiting) isIn = false;
        guest.isWaiting = false;
        leave();
        throw error;
      }
    },
  };
}

interface Guest {
  readonly bytes: number;
  readonly enter: () => void;
  isWaiting: boolean;
}

function createSignal(): { readonly promise: Promise<void>; readonly enter: () => void } {
  let enter: () => void = () => undefined;
  const promise = new Promise<void>((resolve) => {
    enter = resolve;
  });
  return { promise, enter };
}
