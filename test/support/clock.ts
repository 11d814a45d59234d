import { onTestFinished, vi } from "vitest";

/** Lets time stand still for a test, but for what the test lets pass: sockets take as long as they like. */
export function stopTime(): { pass(milliseconds: number): Promise<void> } {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
  onTestFinished(() => {
    vi.useRealTimers();
  });
  return {
    async pass(milliseconds) {
      await vi.advanceTimersByTimeAsync(milliseconds);
    },
  };
}
