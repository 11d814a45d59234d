/** Runs that begin anew where another one has written what contradicts them. */
import { LockWriteError } from "./lock-write-error.ts";

// Only runs to which registries say different things of one tag begin anew, and one of each two need not.
const runsMax = 10;

/**
 * The exit code of the first attempt that contradicts no other run. An error that `mayPass` says may be another run's doing
 * ends an attempt too, and is thrown by the last one.
 *
 * @throws {LockWriteError} where none succeeds, with the name of the lock.
 */
export async function untilAgreed(
  attempt: () => Promise<number | "contradiction">,
  lock: string,
  mayPass: (error: unknown) => boolean = () => false,
): Promise<number> {
  for (let runs = 1; runs <= runsMax; runs++) {
    try {
      const code = await attempt();
      if (code !== "contradiction") return code;
    } catch (error) {
      if (runs === runsMax || !mayPass(error)) throw error;
    }
  }
  throw new LockWriteError(
    `${lock} could not be written: other runs write other digests into it all the time`,
  );
}
