import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";
import { hangLimit } from "./support/time-limit.ts";

export default defineConfig({
  test: {
    root: new URL("..", import.meta.url).pathname,
    include: ["test/**/*.test.ts"],
    exclude: ["test/e2e/**"],
    setupFiles: ["test/support/seed.ts"],
    // A time limit is for what hangs: no outcome depends on how busy a machine is.
    testTimeout: 2 * hangLimit,
    hookTimeout: 2 * hangLimit,
    teardownTimeout: hangLimit,
    expect: { poll: { timeout: hangLimit } },
    // Most of the time goes into child processes and sockets, so that leaving a core idle would double it.
    maxWorkers: availableParallelism() + 1,
  },
});
