import { type Browser, type BrowserContext, chromium } from "@playwright/test";
import { findChromium } from "../../scripts/find-chromium.ts";

/** A Chromium process of its own: two of them are two people's browsers. */
export function launchBrowser(): Promise<Browser> {
  const executablePath = findChromium();
  if (!executablePath) throw new Error("No Chromium was found: name one in KARYOLOOP_CHROMIUM.");
  return chromium.launch({ executablePath, args: ["--no-sandbox"] });
}

type Stored = Awaited<ReturnType<BrowserContext["storageState"]>>;

/** A person's window, as the tests have it; with the session of `stored`, and nothing cached. */
export async function openWindow(browser: Browser, stored?: Stored): Promise<BrowserContext> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 720 }, storageState: stored });
  // tsx keeps names of functions by calls of this; functions that are sent to the page need it there.
  await context.addInitScript({ content: "globalThis.__name ??= (value) => value;" });
  return context;
}
