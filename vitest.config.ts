import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["{core,db,server,components,app,scripts,bench}/**/*.test.{ts,tsx}"],
    globalSetup: "server/testing/cluster-template.ts",
    testTimeout: 30_000,
    hookTimeout: 60_000,
    pool: "forks",
    maxWorkers: 2,
  },
});
