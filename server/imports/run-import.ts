import { mkdir, rm } from "node:fs/promises";
import { eq, inArray, sql } from "drizzle-orm";
import { isProblem, Problem, type ProblemFields } from "../../core/problem.ts";
import { bytesPerPixel, voxelCount } from "../../core/volume/voxel-space.ts";
import { importJob, upload, volume } from "../../db/schema/index.ts";
import { roomLeft } from "../ingest/quota/room-use.ts";
import { outgrownMemory } from "../ingest/worker/outgrown-memory.ts";
import { type ImportProcess, startImportProcess } from "../ingest/worker/start-import-process.ts";
import type { ImageReport, ImportTask, LabelReport } from "../ingest/worker/worker-messages.ts";
import { proposeInNewVolume } from "../jobs/begin/propose-in-new-volume.ts";
import { failureLog } from "../log/failure-log.ts";
import type { RunningWork } from "../queue-runner.ts";
import { BACKGROUND } from "../servers/operation.ts";
import type { Services } from "../services.ts";
import { removeScheduledBlobs, scheduleBlobRemoval } from "../storage/blob-removal.ts";
import {
  basePrefix,
  importedLabelsPrefix,
  incomingLabelsPrefix,
  scratchFolder,
  uploadsOf,
  volumePrefix,
} from "../storage/import-places.ts";
import { type Promised, promisedRoomOf } from "../storage/promised-room.ts";
import { forgetUploads } from "./clean-up.ts";
import { failImport, finishWithBase, finishWithProposals, finishWithRecords, isPainted } from "./finish-import.ts";
import { type ImportJobRow, otherChannels, taskOf } from "./import-task.ts";

const MAX_ATTEMPTS = 3;
const PROGRESS_EVERY_MS = 400;
/** Without a sign of progress: a block takes seconds, the checksum of a very large file some minutes. */
const STALLED_AFTER_MS = 20 * 60_000;

/** Runs one queued job to its end: done, failed with a Problem, or stopped from outside, its rows then left as they are. */
export function runImport(services: Services, job: ImportJobRow): RunningWork {
  let stopped = false;
  let process: ImportProcess | null = null;
  const start = (run: () => ImportProcess): ImportProcess => {
    process = run();
    return process;
  };
  const ended = perform(services, job, start, () => stopped);
  return {
    ended,
    async stop() {
      stopped = true;
      await process?.kill();
      await ended.catch(() => {}); // the queue says so
    },
  };
}

async function perform(
  services: Services,
  job: ImportJobRow,
  start: (run: () => ImportProcess) => ImportProcess,
  isStopped: () => boolean,
): Promise<void> {
  const { db, blobs, environment, events, cluster } = services;
  // After a standstill another server may do this job again: then nothing here is ours to remove or to tell of.
  const isOurs = async (): Promise<boolean> => !cluster || cluster.leases.isHeld(BACKGROUND);
  const scratch = scratchFolder(environment.dataRoot, job.id);
  let promised: Promised | null = null;
  let isReady = false;
  try {
    const [target] = await db.select().from(volume).where(eq(volume.id, job.volumeId));
    if (!target) return;
    if (job.attempts >= MAX_ATTEMPTS) throw new Problem(INTERRUPTED);
    const [begun] = await db
      .update(importJob)
      .set({ state: "running", attempts: sql`${importJob.attempts} + 1`, phase: "Reading" })
      .where(eq(importJob.id, job.id))
      .returning({ id: importJob.id });
    // Cancelled between the queue's look and now.
    if (!begun) return;
    const asBase =
      job.request.labels?.mode === "accepted" && target.baseLabels === "none" && !(await isPainted(db, target.id));
    await removePartialBlobs(services, job);
    await rm(scratch, { recursive: true, force: true }); // a server that was killed may have left it
    await mkdir(scratch, { recursive: true });
    if (isStopped()) return;
    const storedBound = await boundOf(services, job);
    // Raw levels in the scratch folder, and what they and those of other channels become.
    const wantedBytes =
      (2.5 + otherChannels(job.request).length) *
      voxelCount(target.shapeZyx) *
      (job.request.image ? bytesPerPixel[target.pixelType] : 4);
    promised = promisedRoomOf(services).promise(wantedBytes);
    const written: { image: ImageReport | null; labels: LabelReport | null } = { image: null, labels: null };
    let problem: ProblemFields | null = null;
    let done = false;
    const showProgress = createProgress(services, job, () => process.kill());
    let stalled = false;
    const stall = setTimeout(() => {
      stalled = true;
      void process.kill();
    }, STALLED_AFTER_MS);
    const process = start(() =>
      startImportProcess(taskOf(environment, job, target, asBase, storedBound), (report) => {
        stall.refresh();
        if (report.kind === "progress") {
          showProgress(report.done, report.phase);
          promised?.setLeft(wantedBytes * (1 - report.done));
        } else if (report.kind === "image-written") written.image = report;
        else if (report.kind === "labels-written") written.labels = report;
        else if (report.kind === "failed") problem = report.problem;
        else if (report.kind === "done") done = true;
      }),
    );
    await process.ended.finally(() => clearTimeout(stall));
    if (isStopped()) return;
    if (!done) throw new Problem(problem ?? (process.outgrewMemory ? outgrownMemory : stalled ? STALLED : CRASHED));
    const { labels } = written;
    if (labels && job.request.labels?.mode === "proposals")
      await finishWithProposals(services, job, target, written.image, labels);
    else if (labels && !asBase) await finishWithRecords(services, job, target, labels);
    else await finishWithBase(services, job, written.image, written.labels);
    await forgetUploads(db, environment.dataRoot, job);
    isReady = true;
  } catch (error) {
    if (!(await isOurs())) return;
    if (!isProblem(error)) failureLog.failed("an import", error);
    await removePartialBlobs(services, job).catch((left) =>
      failureLog.failed("the removal of a part of an import", left),
    );
    await failImport(db, job, isProblem(error) ? error.toJSON() : CRASHED);
  } finally {
    promised?.release();
    if (await isOurs()) await cleanUp();
  }
  // People see the volume by now.
  if (isReady) await beginWithProposals(services, job);

  async function cleanUp(): Promise<void> {
    await rm(scratch, { recursive: true, force: true });
    // The project may have been deleted meanwhile: nothing of this volume may stay.
    const [left] = await db.select({ id: volume.id }).from(volume).where(eq(volume.id, job.volumeId));
    if (!left) {
      await db.transaction((tx) => scheduleBlobRemoval(tx, [volumePrefix(job.volumeId)]));
      await removeScheduledBlobs(db, blobs);
    }
    events.publish({ topic: "volume", projectId: job.projectId, volumeId: job.volumeId });
    events.publish({ topic: "project", projectId: job.projectId });
  }
}

/** Of an image: labels that came as proposals stay, and where every nucleus is labelled there is nothing to propose. */
async function beginWithProposals(
  services: Services,
  { projectId, volumeId, userId, request }: ImportJobRow,
): Promise<void> {
  if (!request.image || request.labels?.mode === "proposals" || request.labels?.complete) return;
  // The volume is there and stays, whatever becomes of the guess.
  await proposeInNewVolume(services, { projectId, volumeId, createdBy: userId }).catch((error) =>
    failureLog.failed("the first proposals", error),
  );
}

/** A small file can become a large volume: what may be stored is what is left beside the rest, the file itself not counted. */
async function boundOf({ db }: Services, job: ImportJobRow): Promise<ImportTask["storedBound"]> {
  const files = uploadsOf(job.request);
  const rows = files.length ? await db.select().from(upload).where(inArray(upload.id, files)) : [];
  const ownBytes = rows.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const left = await roomLeft(db, job, ownBytes);
  return left && { bytes: left.bytes, problem: left.problem.toJSON() };
}

/** What an earlier or failed attempt of this job has written. */
export async function removePartialBlobs({ db, blobs }: Services, job: ImportJobRow): Promise<void> {
  const [target] = await db.select().from(volume).where(eq(volume.id, job.volumeId));
  if (job.request.image && target?.state !== "ready") return blobs.remove(volumePrefix(job.volumeId));
  await blobs.remove(incomingLabelsPrefix(job.volumeId, job.id));
  if (target?.baseLabels !== "none" || job.request.labels?.mode !== "accepted") return;
  await blobs.remove(basePrefix(job.volumeId));
  await blobs.remove(importedLabelsPrefix(job.volumeId));
}

/** Writes the progress down now and then; `onGone` is called when there is no job any more. */
function createProgress(
  { db, events }: Services,
  job: ImportJobRow,
  onGone: () => void,
): (done: number, phase: string) => void {
  let shownAt = Number.NEGATIVE_INFINITY;
  const write = async (percent: number, phase: string): Promise<void> => {
    const rows = await db
      .update(importJob)
      .set({ progressPercent: percent, phase })
      .where(eq(importJob.id, job.id))
      .returning({ id: importJob.id });
    if (rows.length === 0) return onGone();
    if (job.request.image) await db.update(volume).set({ importProgress: percent }).where(eq(volume.id, job.volumeId));
    events.publish({ topic: "volume", projectId: job.projectId, volumeId: job.volumeId });
  };
  return (done, phase) => {
    if (performance.now() - shownAt < PROGRESS_EVERY_MS) return;
    shownAt = performance.now();
    write(Math.min(99, Math.round(done * 100)), phase).catch((error) =>
      failureLog.failed("the progress of an import", error),
    );
  };
}

const CRASHED: ProblemFields = {
  tag: "import-crashed",
  what: "The import stopped: its process ended, probably because memory ran out or the file is damaged.",
  hint: "Try again. If it happens again, open the file in Fiji, check it, and save it as TIFF.",
};

const STALLED: ProblemFields = {
  tag: "import-stalled",
  what: `Reading the file did not get on for ${STALLED_AFTER_MS / 60_000} minutes.`,
  hint: "The file is probably damaged. Open it in Fiji and save it again as TIFF.",
};

const INTERRUPTED: ProblemFields = {
  tag: "import-interrupted",
  what: `The server was stopped ${MAX_ATTEMPTS} times while this file was imported.`,
  hint: "Start the import again; if the server stops again, the file may be too large for this computer.",
};
