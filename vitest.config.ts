import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

export default defineConfig({
  // Vite alone would find graphql's second copy, `index.mjs`; Node, and every package under it, takes this one.
  resolve: { alias: [{ find: /^graphql$/, replacement: fileURLToPath(import.meta.resolve("graphql")) }] },
  test: {
    include: ["**/test/**/*.test.ts", "e2e/**/*.test.ts"],
    exclude: ["**/node_modules/**", ".data/**", "bench/**"],
    globalSetup: ["platform/test/postgres-server.ts"],
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
