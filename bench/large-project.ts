import { readdir, readFile } from "node:fs/promises";
import { voxelCount, type Zyx } from "../core/volume/voxel-space.ts";
import { MemoryOutboxStore, openCollabClient } from "../server/collab/testing/collab-client.ts";
import { ballPlanes, ballsIn } from "./page/ball-planes.ts";
import { launchBrowser } from "./page/bench-browser.ts";
import { type BenchProduct, openProduct, poll } from "./page/bench-product.ts";
import { importLargeVolume } from "./page/large-volume.ts";
import { numberAfter, report } from "./page/report.ts";

/*
 * The main job on one volume larger than memory should ever hold: imported, nuclei painted in a box, trained on, the prediction of all of
 * it begun and stopped, frozen and fetched as a zip, by the product as it runs, with its own trainer. Times, and the most memory that any
 * process held in each part:
 *   node --import tsx bench/large-project.ts [--side 1000] [--minutes 1] [--predict-seconds 120] [--json FILE]
 */
const COMMAND = "node --import tsx bench/large-project.ts";
const MUST_MB = 2_000;
const LOOK_EVERY_MS = 500;

const side = numberAfter("--side", 1000);
const minutes = numberAfter("--minutes", 1);
const predictSeconds = numberAfter("--predict-seconds", 120);
const shapeZyx: Zyx = [side, side, side];
const BOX = {
  minZyx: [100, 200, 200] as [number, number, number],
  maxZyx: [160, 400, 400] as [number, number, number],
};

interface Part {
  readonly seconds: number;
  /** Of the process that held most, PostgreSQL aside. */
  readonly peakRssMb: number;
}

/** Resident memory of every process of Node that this one started, in MB. */
async function residentMb(): Promise<number[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(Number);
  const seen = new Map<number, { parent: number; name: string; mb: number }>();
  for (const pid of pids) {
    const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
    const field = (key: string) => new RegExp(`^${key}:\\s+(\\S+)`, "m").exec(status)?.[1] ?? "";
    seen.set(pid, { parent: Number(field("PPid")), name: field("Name"), mb: Number(field("VmRSS")) / 1024 });
  }
  const isOurs = (pid: number): boolean => {
    const parent = seen.get(pid)?.parent ?? 0;
    return parent === process.pid || (parent > 1 && isOurs(parent));
  };
  return [...seen].filter(([pid, { name }]) => isOurs(pid) && !/postgres|chrom/.test(name)).map(([, { mb }]) => mb);
}

async function measure(work: () => Promise<void>): Promise<Part> {
  const began = performance.now();
  let peak = 0;
  let isOver = false;
  const watching = (async () => {
    while (!isOver) {
      peak = Math.max(peak, ...(await residentMb()));
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
  })();
  try {
    await work();
  } finally {
    isOver = true;
    await watching;
  }
  const part = { seconds: Math.round((performance.now() - began) / 1000), peakRssMb: Math.round(peak) };
  console.error(JSON.stringify(part));
  return part;
}

async function paintBox({ owner, product, api }: BenchProduct, volumeId: string): Promise<number> {
  const cookies = await owner.cookies(product.address);
  const page = openCollabClient({
    address: () => product.address,
    cookie: () => cookies.map(({ name, value }) => `${name}=${value}`).join("; "),
    volumeId,
    shapeZyx,
    outbox: new MemoryOutboxStore(),
  });
  await page.start();
  try {
    const isSaved = async () => page.saveState.kind === "saved";
    await poll("the connection", 60_000, isSaved);
    const balls = ballsIn(BOX);
    for (const runs of balls) {
      await page.commit({ name: "brush", records: [{ kind: "paint", label: page.newLabel(), runs }] });
      await poll("the strokes", 60_000, isSaved);
    }
    await api.box.create.mutate({ volumeId, kind: "fully-labelled", ...BOX });
    return balls.length;
  } finally {
    page.close();
  }
}

async function train({ api, projectId }: BenchProduct): Promise<void> {
  await api.project.update.mutate({ projectId, fields: { trainMinutes: minutes } });
  const { jobId } = await api.training.start.mutate({ projectId });
  await poll("the training", (minutes * 3 + 10) * 60_000, async () => {
    const { jobs } = await api.training.state.query({ projectId });
    const job = jobs.find(({ id }) => id === jobId);
    if (job?.state === "failed") throw new Error(`the training failed: ${JSON.stringify(job.problem)}`);
    return job?.state === "done";
  });
}

/** Lets the prediction that follows a training go on for a while, and stops it; what share of the volume it came through. */
async function predictForAWhile({ api, projectId }: BenchProduct): Promise<number> {
  const running = async () => (await api.training.activity.query({ projectId })).job;
  await poll("the start of the prediction", 120_000, async () => (await running())?.state === "leased");
  await new Promise((resolve) => setTimeout(resolve, predictSeconds * 1000));
  const job = await running();
  if (!job) return 1;
  await api.training.cancel.mutate({ projectId, jobId: job.id });
  await poll("the end of the prediction", 120_000, async () => (await running()) === null);
  return job.progress;
}

async function freeze({ api, projectId }: BenchProduct): Promise<string> {
  const { id } = await api.export.create.mutate({ projectId, licence: "CC-BY-4.0" });
  await poll("the version", 1_800_000, async () => {
    const [version] = await api.export.list.query({ projectId });
    if (version.state === "failed") throw new Error(`freezing failed: ${JSON.stringify(version.problem)}`);
    return version.state === "ready";
  });
  return id;
}

async function download({ owner, product, projectId }: BenchProduct, versionId: string): Promise<number> {
  const cookie = (await owner.cookies(product.address)).map(({ name, value }) => `${name}=${value}`).join("; ");
  const answer = await fetch(
    `${product.address}/api/projects/${projectId}/exports/${versionId}/zip?format=ome-zarr&format=model`,
    { headers: { cookie } },
  );
  if (!answer.ok || !answer.body) throw new Error(`the zip was refused: ${answer.status} ${await answer.text()}`);
  let bytes = 0;
  const reader = answer.body.getReader();
  for (let read = await reader.read(); !read.done; read = await reader.read()) bytes += read.value.byteLength;
  return bytes;
}

const browser = await launchBrowser();
try {
  const bench = await openProduct(browser, { trainer: "local" });
  try {
    let [volumeId, versionId, nuclei, predicted, zipBytes] = ["", "", 0, 0, 0];
    const parts: Record<string, Part> = {};
    parts.import = await measure(async () => {
      volumeId = await importLargeVolume(bench, shapeZyx, ballPlanes(shapeZyx));
    });
    parts.paint = await measure(async () => {
      nuclei = await paintBox(bench, volumeId);
    });
    parts.train = await measure(() => train(bench));
    parts.predict = await measure(async () => {
      predicted = await predictForAWhile(bench);
    });
    parts.freeze = await measure(async () => {
      versionId = await freeze(bench);
    });
    parts.download = await measure(async () => {
      zipBytes = await download(bench, versionId);
    });
    const said = Object.entries(parts).map(([name, { seconds, peakRssMb }]) => `${name} ${seconds} s, ${peakRssMb} MB`);
    report({ shapeZyx, nuclei, minutes, parts, predicted, zipBytes }, [
      {
        what: `${voxelCount(shapeZyx)} voxels: imported, ${nuclei} nuclei painted in a box, trained on for ${minutes} min, predicted in part, frozen, fetched`,
        must: `no process above ${MUST_MB} MB`,
        command: COMMAND,
        figure: `${said.join("; ")}; ${(100 * predicted).toFixed(1)} % predicted in ${predictSeconds} s; a zip of ${Math.round(zipBytes / 1e6)} MB`,
      },
    ]);
    process.exitCode = Object.values(parts).every(({ peakRssMb }) => peakRssMb <= MUST_MB) ? 0 : 1;
  } finally {
    await bench.product.stop();
  }
} finally {
  await browser.close();
}
