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
/** A snap needs seconds for its first start. */
const START_BOUND_MS = 20_000;

const starts = (file: string, boundMs: number): boolean =>
  existsSync(file) &&
  spawnSync(file, ["--version"], { stdio: "ignore", timeout: boundMs, killSignal: "SIGKILL" }).status === 0;

export interface ChromiumPlaces {
  /** What KARYOLOOP_CHROMIUM names: then it is this one or none. */
  readonly named: string | undefined;
  /** In this order. */
  readonly places: readonly string[];
  readonly boundMs: number;
}

/** Asked anew each time: Playwright's own appears when it has been fetched. */
const usualPlaces = (): ChromiumPlaces => ({
  named: process.env.KARYOLOOP_CHROMIUM,
  places: [...USUAL_PLACES, chromium.executablePath()],
  boundMs: START_BOUND_MS,
});

/** A Chromium that starts: KARYOLOOP_CHROMIUM, the system's, or the one that Playwright fetched. */
export function findChromium({ named, places, boundMs }: ChromiumPlaces = usualPlaces()): string | null {
  if (named) return starts(named, boundMs) ? named : null;
  return places.find((file) => starts(file, boundMs)) ?? null;
}
