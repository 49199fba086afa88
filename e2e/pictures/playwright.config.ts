import { defineConfig } from "@playwright/test";
import { findChromium } from "../../scripts/find-chromium.ts";

/** `npm run pictures`: the pictures of the guides, taken from the real product. No part of `npm test`. */
export default defineConfig({
  testDir: ".",
  testMatch: "*.pictures.ts",
  outputDir: "../../test-results/pictures",
  workers: 1,
  timeout: 900_000,
  expect: { timeout: 30_000 },
  use: {
    actionTimeout: 30_000,
    viewport: { width: 1280, height: 720 },
    locale: "en-GB",
    launchOptions: { executablePath: findChromium() ?? undefined, args: ["--no-sandbox"] },
  },
});
