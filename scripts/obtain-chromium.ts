import { createRequire } from "node:module";
import { installDebianPackages, mayInstall } from "./debian-packages.ts";
import { findChromium } from "./find-chromium.ts";
import { runStep } from "./run-step.ts";

const FETCH_BOUND_MS = 180_000;

/** What the machine can do; each attempt ends within three minutes. */
export interface ChromiumSource {
  find(): string | null;
  mayInstall(): boolean;
  installFromDebian(): Promise<boolean>;
  /** Playwright's own, with the system's libraries that it needs or without. */
  fetch(withLibraries: boolean): Promise<boolean>;
}

const thisMachine: ChromiumSource = {
  find: findChromium,
  mayInstall,
  installFromDebian: () => installDebianPackages(["chromium"]),
  fetch(withLibraries) {
    const cli = createRequire(import.meta.url).resolve("@playwright/test/cli");
    const options = withLibraries ? ["--with-deps"] : [];
    return runStep([process.execPath, cli, "install", ...options, "chromium"], FETCH_BOUND_MS);
  },
};

/** Without a browser the tests fail: a skip would hide that nothing was looked at. */
export async function obtainChromium(source: ChromiumSource = thisMachine): Promise<string | null> {
  const found = source.find();
  if (found) return found;
  if (source.mayInstall()) {
    await source.installFromDebian();
    const installed = source.find();
    if (installed) return installed;
  }
  console.log("Fetching a Chromium for Playwright …");
  // With libraries first, as a fresh system lacks them; as an ordinary user that asks for a password nobody types.
  for (const withLibraries of [true, false]) {
    await source.fetch(withLibraries);
    const fetched = source.find();
    if (fetched) return fetched;
  }
  return null;
}
