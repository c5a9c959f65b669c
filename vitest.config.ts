import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["**/test/**/*.test.ts", "e2e/**/*.test.ts"],
    exclude: ["**/node_modules/**", ".data/**", "bench/**"],
    globalSetup: ["platform/test/postgres-server.ts"],
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
