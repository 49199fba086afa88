import { defineConfig } from "vitest/config";

const suffix = "**/*.test.{ts,tsx}";

export default defineConfig({
  test: {
    testTimeout: 30_000,
    hookTimeout: 60_000,
    pool: "forks",
    maxWorkers: 2,
    projects: [
      {
        extends: true,
        test: {
          name: "server",
          include: [`{db,server,scripts,bench}/${suffix}`],
          globalSetup: "server/testing/cluster-template.ts",
        },
      },
      {
        extends: true,
        // These start nothing: most of their time went into loading the same modules for each file.
        test: { name: "pages", include: [`{core,components,app}/${suffix}`], isolate: false },
      },
    ],
  },
});
