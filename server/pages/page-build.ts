import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { cp, mkdir, readdir, readFile, rename, rm, stat, utimes } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { bareEnvironment } from "../beside/child-environment.ts";
import { startGuarded } from "../beside/guarded-process.ts";

export const PROJECT_FOLDER = fileURLToPath(new URL("../..", import.meta.url));

/**
 * Next builds into `.next`; each finished build is kept under the hash of its sources. A server goes on serving its own
 * build while a newer one is made, and a start after a change of the server alone builds nothing.
 */
const BUILDS_FOLDER = ".next-builds";
const KEPT_BUILDS = 4;
const SOURCES = ["app", "components", "core", "next.config.mjs", "package-lock.json", "tsconfig.json"];

async function* filesBelow(entry: string): AsyncIterable<string> {
  if (!(await stat(entry)).isDirectory()) {
    yield entry;
    return;
  }
  for (const child of (await readdir(entry)).sort()) yield* filesBelow(path.join(entry, child));
}

/** Over everything that pages are made of; tests are not. */
export async function hashPageSources(): Promise<string> {
  const hash = createHash("sha256").update(process.version);
  for (const source of SOURCES)
    for await (const file of filesBelow(path.join(PROJECT_FOLDER, source))) {
      if (/\.test\.tsx?$/.test(file)) continue;
      hash.update(path.relative(PROJECT_FOLDER, file)).update("\0");
      hash.update(await readFile(file)).update("\0");
    }
  return hash.digest("hex").slice(0, 16);
}

const isComplete = (folder: string): boolean => existsSync(path.join(folder, "BUILD_ID"));

const LOG_LINES = 80;

async function runNextBuild(say: (text: string) => void): Promise<void> {
  const nextBin = createRequire(import.meta.url).resolve("next/dist/bin/next");
  const log: string[] = [];
  // Guarded: a build that outlived a stopped start would keep the next one from building.
  const build = startGuarded([process.execPath, nextBin, "build"], {
    cwd: PROJECT_FOLDER,
    env: { ...bareEnvironment(), NEXT_TELEMETRY_DISABLED: "1", NODE_ENV: "production" },
    onLine: (line) => {
      log.push(line);
      if (log.length > LOG_LINES) log.shift();
    },
  });
  if ((await build.ended) === 0) return;
  for (const line of log) say(line);
  throw new Error("The pages could not be built; the lines before say why.");
}

async function dropOldBuilds(builds: string): Promise<void> {
  const ages = await Promise.all(
    (await readdir(builds)).map(async (name) => ({ name, usedAt: (await stat(path.join(builds, name))).mtimeMs })),
  );
  ages.sort((a, b) => b.usedAt - a.usedAt);
  for (const { name } of ages.slice(KEPT_BUILDS)) await rm(path.join(builds, name), { recursive: true, force: true });
}

/** Folder of a finished build of the sources as they are, relative to the project; builds only what is stale. */
export async function ensurePageBuild(say: (text: string) => void): Promise<string> {
  const hash = await hashPageSources();
  const builds = path.join(PROJECT_FOLDER, BUILDS_FOLDER);
  const folder = path.join(builds, hash);
  if (!isComplete(folder)) {
    say("Building the pages (once after each change, about a minute) …");
    await runNextBuild(say);
    await mkdir(builds, { recursive: true });
    const fresh = `${folder}.${process.pid}`;
    const built = path.join(PROJECT_FOLDER, ".next");
    await cp(built, fresh, {
      recursive: true,
      filter: (file) => !["cache", "dev", "lock"].includes(path.relative(built, file)),
    });
    await rm(folder, { recursive: true, force: true });
    await rename(fresh, folder);
  }
  const now = new Date();
  await utimes(folder, now, now);
  await dropOldBuilds(builds);
  return path.relative(PROJECT_FOLDER, folder);
}
