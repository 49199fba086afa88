import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { chromium } from "@playwright/test";

const USUAL_PLACES = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome-stable",
  "/usr/bin/google-chrome",
  "/snap/bin/chromium",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
];

const runs = (file: string): boolean =>
  existsSync(file) && spawnSync(file, ["--version"], { stdio: "ignore", timeout: 20_000 }).status === 0;

/** A Chromium that starts: KARYOLOOP_CHROMIUM, the system's, or the one that Playwright fetched. */
export function findChromium(): string | null {
  const named = process.env.KARYOLOOP_CHROMIUM;
  if (named) return runs(named) ? named : null;
  return [...USUAL_PLACES, chromium.executablePath()].find(runs) ?? null;
}
