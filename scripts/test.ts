import { spawnSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import os from "node:os";
import path from "node:path";
import { ensurePageBuild } from "../server/pages/page-build.ts";
import { typescriptArguments } from "../server/supervisor/typescript-arguments.mjs";
import { installDebianPackages, mayInstall } from "./debian-packages.ts";
import { obtainChromium } from "./obtain-chromium.ts";
import { Interrupted, runStep } from "./run-step.ts";
import { readTally, sumTallies, tallyLines } from "./test-tally.ts";

/** `npm test`: unit, property, integration and browser tests, and one plain line at the end. */

const MINUTE_MS = 60_000;
const TENSORFLOW_BOUND_MS = 15 * MINUTE_MS;
const RUNNER_BOUND_MS = 45 * MINUTE_MS;

const require = createRequire(import.meta.url);
const succeeds = (command: string, ...args: string[]): boolean =>
  spawnSync(command, args, { stdio: "ignore" }).status === 0;

/** Judges that are not ours: their tests skip by name where they cannot be had. */
async function installJudges(): Promise<void> {
  const missing = [
    ...(succeeds("/usr/bin/python3", "-c", "import tifffile") ? [] : ["python3-tifffile"]),
    ...(succeeds("/usr/bin/python3", "-c", "import PIL") ? [] : ["python3-pil"]),
    ...(succeeds("/usr/bin/python3", "-c", "import prometheus_client") ? [] : ["python3-prometheus-client"]),
    ...(succeeds("xmllint", "--version") ? [] : ["libxml2-utils"]),
  ];
  if (missing.length > 0 && mayInstall()) await installDebianPackages(missing);
}

async function test(): Promise<boolean> {
  const results = await mkdtemp(path.join(os.tmpdir(), "karyoloop-test-"));
  const tallyFile = (runner: string) => path.join(results, `${runner}.json`);
  try {
    await installJudges();
    await runStep(
      [process.execPath, ...typescriptArguments, "server/trainer/engine/setup/setup-tensorflow.ts"],
      TENSORFLOW_BOUND_MS,
    );
    const vitest = path.join(path.dirname(require.resolve("vitest/package.json")), "vitest.mjs");
    await runStep(
      [process.execPath, vitest, "run", "--reporter=default", "--reporter=./scripts/vitest-tally.ts"],
      RUNNER_BOUND_MS,
      { KARYOLOOP_TALLY: tallyFile("vitest"), NODE_ENV: "test" },
    );
    const tallies = [await readTally(tallyFile("vitest"), "vitest")];
    const chromium = await obtainChromium();
    if (chromium) {
      await ensurePageBuild((text) => console.log(text));
      await runStep(
        [
          process.execPath,
          require.resolve("@playwright/test/cli"),
          "test",
          "--reporter=list,./scripts/playwright-tally.ts",
        ],
        RUNNER_BOUND_MS,
        { KARYOLOOP_TALLY: tallyFile("playwright"), KARYOLOOP_CHROMIUM: chromium },
      );
      tallies.push(await readTally(tallyFile("playwright"), "Playwright"));
    } else tallies.push({ passed: 0, failed: ["no Chromium could be found or installed"], skipped: [] });
    const sum = sumTallies(tallies);
    console.log(`\n${tallyLines(sum).join("\n")}`);
    return sum.failed.length === 0;
  } finally {
    await rm(results, { recursive: true, force: true });
  }
}

/** As a shell names a program that Ctrl-C has ended. */
const ENDED_BY_PERSON = 130;

const exitCode = await test().then(
  (passed) => (passed ? 0 : 1),
  (error: unknown) => {
    if (!(error instanceof Interrupted)) throw error;
    console.log("\nThe tests were ended before they were done.");
    return ENDED_BY_PERSON;
  },
);
process.exit(exitCode);
