import { defineConfig } from "vitest/config";
import { hangLimit } from "../support/time-limit.ts";

// The tools and the image are shared, so one file after the other; a container takes its time to start.
export default defineConfig({
  test: {
    root: new URL("../..", import.meta.url).pathname,
    include: ["test/e2e/**/*.test.ts"],
    globalSetup: ["test/e2e/setup.ts"],
    fileParallelism: false,
    testTimeout: 4 * hangLimit,
    hookTimeout: 4 * hangLimit,
    expect: { poll: { timeout: hangLimit } },
  },
});
