import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

// Vite alone would find graphql's second copy, `index.mjs`; Node, and every package under it, takes this one.
const resolve = { alias: [{ find: /^graphql$/, replacement: fileURLToPath(import.meta.resolve("graphql")) }] };

const common = {
  globalSetup: ["platform/test/postgres-server.ts"],
  testTimeout: 30_000,
  hookTimeout: 60_000,
  // What is waited for comes in its own time: a slow machine must not fail it.
  expect: { poll: { timeout: 10_000 } },
};

export default defineConfig({
  test: {
    projects: [
      {
        resolve,
        test: {
          ...common,
          name: "suites",
          // Much of what the suites do is waiting, for browsers, databases and time: a worker a core keeps all busy.
          maxWorkers: Math.max(2, availableParallelism()),
          include: ["**/test/**/*.test.ts", "e2e/attacks/*.test.ts"],
          exclude: ["**/node_modules/**", ".data/**"],
        },
      },
      {
        resolve,
        test: {
          ...common,
          name: "journeys",
          include: ["e2e/*.test.ts", "e2e/attacks/running-city/*.test.ts"],
          globalSetup: [...common.globalSetup, "e2e/support/shared-city.ts"],
          testTimeout: 90_000,
          // Each journey may start a city of its own: two at a time would only slow one another.
          fileParallelism: false,
        },
      },
    ],
  },
});
