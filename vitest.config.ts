import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { defineConfig } from "vitest/config";

const suffix = "**/*.test.{ts,tsx}";
const serverFolders = ["db", "server", "scripts", "bench"];

/** Files that replace a module, which must not have been loaded for the file before, and those that say so themselves. */
const alone = serverFolders.flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => /\.test\.tsx?$/.test(name))
    .map((name) => path.posix.join(folder, name))
    .filter((file) => /^vi\.mock\(|^\/\/ In a process of its own/m.test(readFileSync(file, "utf8"))),
);

const server = { globalSetup: "server/testing/cluster-template.ts" };

export default defineConfig({
  test: {
    testTimeout: 30_000,
    hookTimeout: 60_000,
    pool: "forks",
    maxWorkers: 2,
    projects: [
      // Loading the same modules for each file took half of their time.
      {
        extends: true,
        test: {
          ...server,
          name: "server",
          include: [`{${serverFolders.join()}}/${suffix}`],
          exclude: ["**/node_modules/**", ...alone],
          isolate: false,
        },
      },
      { extends: true, test: { ...server, name: "alone", include: alone } },
      { extends: true, test: { name: "pages", include: [`{core,components,app}/${suffix}`], isolate: false } },
    ],
  },
});
