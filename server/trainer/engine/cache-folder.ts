import { homedir } from "node:os";
import { join, resolve } from "node:path";

/** Where downloads that outlive `npm ci` are kept: KARYOLOOP_CACHE, else the user's cache folder. */
export function cacheFolder(env: Readonly<Record<string, string | undefined>> = process.env): string {
  if (env.KARYOLOOP_CACHE) return resolve(env.KARYOLOOP_CACHE);
  if (env.XDG_CACHE_HOME) return join(env.XDG_CACHE_HOME, "karyoloop");
  return join(homedir(), ".cache", "karyoloop");
}
