import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { startProduct } from "../e2e/server/running-server.ts";
import { startEmbeddedPostgres } from "../server/database/embedded/embedded-postgres.ts";
import { ensurePageBuild } from "../server/pages/page-build.ts";
import { median } from "./page/quantile.ts";
import { numberAfter, report } from "./page/report.ts";

/*
 * `npm start` on an empty data root until a page answers, the pages being built: `node --import tsx bench/first-start.ts
 * [--runs 3]`. Beside it, PostgreSQL alone: its cluster made and started.
 */
const COMMAND = "node --import tsx bench/first-start.ts";
const MUST_MS = 10_000;

const runs = numberAfter("--runs", 3);

async function timeStart(): Promise<{ printedMs: number; pageMs: number }> {
  const startedAt = performance.now();
  const product = await startProduct({ trainer: "local", supervised: true });
  try {
    const printedMs = performance.now() - startedAt;
    const answer = await fetch(`${product.address}/welcome`);
    if (!answer.ok || !(await answer.text()).includes("</html>")) throw new Error(`the page answers ${answer.status}`);
    return { printedMs, pageMs: performance.now() - startedAt };
  } finally {
    await product.stop();
  }
}

async function timePostgres(): Promise<number> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "kl-pg-"));
  const startedAt = performance.now();
  const database = await startEmbeddedPostgres(path.join(folder, "data"));
  const took = performance.now() - startedAt;
  await database.stop();
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  return took;
}

await ensurePageBuild(console.error);
const starts: Awaited<ReturnType<typeof timeStart>>[] = [];
const databases: number[] = [];
for (let run = 0; run < runs; run++) {
  starts.push(await timeStart());
  databases.push(await timePostgres());
}
const pageMs = median(starts.map((start) => start.pageMs));
const printedMs = median(starts.map((start) => start.printedMs));
report({ runs, pageMs, printedMs, postgresMs: median(databases), all: starts }, [
  {
    what: "embedded first start to a page that answers, build and TensorFlow set-up not counted",
    must: "≤ 10 s",
    command: COMMAND,
    figure: `${(pageMs / 1000).toFixed(1)} s (median of ${runs}; longest ${(Math.max(...starts.map((start) => start.pageMs)) / 1000).toFixed(1)} s); PostgreSQL alone: ${(median(databases) / 1000).toFixed(1)} s`,
  },
]);
process.exitCode = pageMs <= MUST_MS ? 0 : 1;
