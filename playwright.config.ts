import { defineConfig } from "@playwright/test";
import { COLLEAGUE_HOST_RULE } from "./e2e/server/colleague-address.ts";
import { findChromium } from "./scripts/find-chromium.ts";

/** One spec per walk through the product, against the real server (e2e/server/running-server.ts). */
export default defineConfig({
  testDir: "e2e",
  globalSetup: "./server/testing/cluster-template.ts",
  outputDir: "test-results",
  workers: 1, // two browsers and a server of one walk keep two cores busy; two walks at a time took as long
  forbidOnly: true,
  retries: 0,
  timeout: 120_000,
  expect: { timeout: 15_000 },
  use: {
    actionTimeout: 30_000,
    viewport: { width: 1280, height: 720 },
    locale: "en-GB",
    trace: "retain-on-failure",
    screenshot: "only-on-failure",
    launchOptions: { executablePath: findChromium() ?? undefined, args: ["--no-sandbox", COLLEAGUE_HOST_RULE] },
  },
});
