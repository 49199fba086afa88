import { spawn } from "node:child_process";
import { copyFile, mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { emailOf, PASSWORD } from "../e2e/server/first-person.ts";
import { launchBrowser } from "./page/bench-browser.ts";
import { openProduct, poll } from "./page/bench-product.ts";
import { numberAfter } from "./page/report.ts";

/*
 * The loop on a kind of volume that the product was not tuned on: PREFIX_image.tif is imported with PREFIX_labels.tif, and
 * once more without labels; the product trains, and proposes nuclei in the second:
 *   node --import tsx bench/loop-on-volume.ts PREFIX [--minutes 3]
 * The same nuclei are learned from and proposed, so nothing is said about how good the proposals are.
 */
const CLI = fileURLToPath(new URL("../server/cli/karyoloop.mjs", import.meta.url));
const MINUTES = numberAfter("--minutes", 3);
/** Training may start late and end late on a busy machine; then it predicts. */
const BOUND_MS = (MINUTES * 2 + 10) * 60_000;

const [prefix] = process.argv.slice(2);
if (!prefix) throw new Error("Name the volume: PREFIX of PREFIX_image.tif and PREFIX_labels.tif");

function importByCommandLine(address: string, args: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(
      process.execPath,
      [CLI, "import", "--server", address, "--email", emailOf("Ada Lovelace"), "--project", "Benchmark", ...args],
      { env: { ...process.env, KARYOLOOP_PASSWORD: PASSWORD }, stdio: ["ignore", "inherit", "inherit"] },
    );
    child.on("error", reject);
    child.on("close", (code) => (code === 0 ? resolve() : reject(new Error(`the import ended with ${code}`))));
  });
}

const browser = await launchBrowser();
const folder = await mkdtemp(path.join(os.tmpdir(), "kl-loop-"));
try {
  const bench = await openProduct(browser, { trainer: "local" });
  const { api, product, projectId } = bench;
  try {
    const began = performance.now();
    await importByCommandLine(product.address, [
      ...["--specimen", "one", "--complete"],
      ...[`${prefix}_image.tif`, `${prefix}_labels.tif`],
    ]);
    await copyFile(`${prefix}_image.tif`, path.join(folder, "unlabelled_image.tif"));
    await importByCommandLine(product.address, ["--specimen", "one", path.join(folder, "unlabelled_image.tif")]);
    const importedMs = performance.now() - began;

    await api.project.update.mutate({ projectId, fields: { trainMinutes: MINUTES } });
    const { readiness } = await api.training.state.query({ projectId });
    await api.training.start.mutate({ projectId });
    await poll("training and proposing", BOUND_MS, async () => {
      const { jobs } = await api.training.state.query({ projectId });
      const failed = jobs.find(({ state }) => state === "failed");
      if (failed) throw new Error(`a job failed: ${JSON.stringify(failed.problem)}`);
      return jobs.length >= 2 && jobs.every(({ state }) => state === "done");
    });
    const trainedMs = performance.now() - began - importedMs;

    const [weights] = await api.checkpoint.list.query({ projectId });
    const volumes = [];
    for (const volume of await api.volume.list.query({ projectId })) {
      const { isCandidate } = await api.proposal.list.query({ volumeId: volume.id });
      volumes.push({
        name: volume.name,
        shapeZyx: volume.shapeZyx,
        voxelSizeZyx: volume.voxelSizeZyx,
        nuclei: isCandidate.filter((is) => !is).length,
        candidates: isCandidate.filter((is) => is).length,
      });
    }
    console.log(
      JSON.stringify(
        {
          engine: weights.engine,
          minutes: MINUTES,
          importSeconds: Math.round(importedMs / 1000),
          trainAndProposeSeconds: Math.round(trainedMs / 1000),
          advice: readiness.advice,
          metrics: weights.metrics,
          volumes,
        },
        null,
        1,
      ),
    );
  } finally {
    await product.stop();
  }
} finally {
  await rm(folder, { recursive: true });
  await browser.close();
}
