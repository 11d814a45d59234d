import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    root: new URL("..", import.meta.url).pathname,
    include: ["test/**/*.test.ts"],
    exclude: ["test/e2e/**"],
    testTimeout: 20_000,
    // Most of the time goes into child processes and sockets, so that leaving a core idle would double it.
    maxWorkers: availableParallelism() + 1,
  },
});
