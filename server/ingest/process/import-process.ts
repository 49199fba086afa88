import type { LabelFacts } from "../../../core/import/label-facts.ts";
import type { SourceFile } from "../../../core/import/source-file.ts";
import { isProblem, Problem, type ProblemFields } from "../../../core/problem.ts";
import { brickKeyOf } from "../../../core/volume/brick.ts";
import { bytesPerPixel, voxelCount } from "../../../core/volume/voxel-space.ts";
import { captureConsole } from "../../log/capture-console.ts";
import { logOf } from "../../log/log.ts";
import { createBlobStore } from "../../storage/create-blob-store.ts";
import { assertDiskHolds, diskProblemOf } from "../../storage/disk-room.ts";
import { type FetchProgress, fetchZarr } from "../address/fetch-zarr.ts";
import { openColourLabels } from "../labels/colour-labels.ts";
import { numberLabels, surveyLabels } from "../labels/label-numbering.ts";
import { assertSameShape, toLabelSource } from "../labels/label-source.ts";
import { takeLook } from "../look/take-look.ts";
import { openVolumeFile } from "../open-volume-file.ts";
import { writeImagePyramid } from "../pyramid/write-image.ts";
import { writeLabelPyramid } from "../pyramid/write-labels.ts";
import { type CountingSink, countingSink } from "../quota/counting-sink.ts";
import { sampleImageSource, sampleLabelSource } from "../sample-source.ts";
import { describeSource } from "../source/describe-source.ts";
import type { VolumeFile, VolumeSource } from "../voxels/volume-source.ts";
import type {
  FileOrigin,
  ImageTask,
  ImportTask,
  LabelTask,
  OriginTask,
  WorkerReport,
  WorkerTask,
} from "../worker/worker-messages.ts";
import { boundWasmMemory, IMPORT_WASM_BYTES } from "./bound-wasm-memory.ts";

boundWasmMemory(IMPORT_WASM_BYTES);

/** Entry of the import process: one task from the parent, reports back, end. Without its parent it has no reason to live. */
const log = logOf("import");
captureConsole(log);

let reported: Promise<void> = Promise.resolve();
const report = (message: WorkerReport): void => {
  // Sent in order: once the last one is out, all are.
  reported = new Promise((resolve) => process.send?.(message, undefined, {}, () => resolve()));
};

process.on("disconnect", () => process.exit(1));
process.once("message", async (task: WorkerTask) => {
  await run(task).catch((error) => report({ kind: "failed", problem: toProblem(error) }));
  // What is still on its way would be lost: the extents of thousands of labels are several megabytes.
  await reported;
  process.disconnect();
});

function toProblem(error: unknown): ProblemFields {
  if (isProblem(error)) return error.toJSON();
  const full = diskProblemOf(error);
  if (full) return full.toJSON();
  log.failed("the import failed", error);
  return {
    tag: "import-failed",
    what: "The import stopped because of an unexpected error.",
    where: error instanceof Error ? error.message.slice(0, 300) : undefined,
    hint: "Try again. If it happens again, keep the file and report it.",
  };
}

async function run(task: WorkerTask): Promise<void> {
  if (task.kind === "inspect") {
    const file = await openVolumeFile(task.file, task.fileName);
    report({ kind: "inspected", contents: file.contents });
    await file.close();
    return;
  }
  if (task.kind === "look") return report({ kind: "looked", look: await takeLook(task) });
  if (task.kind === "fetch") {
    const { bytes } = await fetchZarr(task, atMostEvery(FETCH_REPORT_MS));
    return report({ kind: "fetched", bytes });
  }
  await importVolume(task);
  report({ kind: "done" });
}

const FETCH_REPORT_MS = 500;

function atMostEvery(ms: number): (progress: FetchProgress) => void {
  let lastAt = Number.NEGATIVE_INFINITY;
  return (progress) => {
    if (performance.now() - lastAt < ms) return;
    lastAt = performance.now();
    report({ kind: "fetching", ...progress });
  };
}

/** Share of the progress bar that the image takes where labels follow. */
const IMAGE_SHARE = 0.6;

async function importVolume(task: ImportTask): Promise<void> {
  const blobs = countingSink(await createBlobStore(task.environment), task.storedBound);
  const { image, labels, scratchFolder } = task;
  const share = image && labels ? IMAGE_SHARE : 1;
  if (image) {
    const written = await writeImages(task, image, blobs, share);
    report({ kind: "image-written", ...written, source: await sourceOf(image.origin, "image") });
  }
  if (labels) {
    const progress = progressReporter("Writing the labels", image ? share : 0, 1);
    const write = async (raw: VolumeSource, facts: LabelFacts | null) => {
      assertSameShape(task.shapeZyx, raw.shapeZyx);
      const source = toLabelSource(raw);
      await assertRoom(scratchFolder, source);
      await writeLabels(task, labels, source, blobs, progress, facts);
    };
    await withLabels(labels, write);
  }
}

/** The labelled channel, then those that are kept beside it, one after the other from the same opened file. */
async function writeImages(task: ImportTask, image: ImageTask, blobs: CountingSink, share: number) {
  const { scratchFolder, voxelSizeZyx } = task;
  const { origin, others } = image;
  const own = { prefix: image.prefix, name: task.name };
  const part = share / (1 + others.length);
  const write = async (
    source: VolumeSource,
    of: { readonly prefix: string; readonly name: string; readonly color?: string | null },
    nth: number,
  ) => {
    const phase = nth === 0 ? "Writing the image" : `Writing the channel ${of.name}`;
    await assertRoom(scratchFolder, source);
    const onProgress = progressReporter(phase, nth * part, (nth + 1) * part);
    return writeImagePyramid({ ...of, blobs, source, voxelSizeZyx, scratchFolder, onProgress });
  };
  if (origin.kind === "sample")
    return {
      ...(await write(sampleImageSource(origin.seed), own, 0)),
      others: [],
      storedBytes: blobs.takeCount(),
    };
  return withFile(origin, async (file) => {
    const labelled = await file.open(origin.choice);
    const written = await write(labelled, own, 0);
    const qualities = [];
    for (const [i, { index, ...other }] of others.entries()) {
      const { quality } = await ofChannel(other.name, async () => {
        const source = await file.open({ ...origin.choice, channel: index });
        assertAlike(labelled, source);
        return write(source, other, i + 1);
      });
      qualities.push({ index, quality });
    }
    return { ...written, others: qualities, storedBytes: blobs.takeCount() };
  });
}

/** Whoever reads that a piece of the file is damaged must know that the labelled channel may be sound. */
async function ofChannel<T>(name: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isProblem(error) || !ABOUT_FILES.test(error.tag)) throw error;
    throw new Problem(
      {
        ...error.toJSON(),
        where: [`channel ${name}`, error.where].filter(Boolean).join(", "),
        hint: `${error.hint ?? ""} Or import the file without its other channels.`.trim(),
      },
      { cause: error },
    );
  }
}

/** Not of the disk or the quota, which another file would meet as well. */
const ABOUT_FILES = /^(?!disk-|quota-)/;

/** The viewer and the store know one shape and one type of a volume. */
function assertAlike(labelled: VolumeSource, other: VolumeSource): void {
  if (other.pixelType === labelled.pixelType && other.shapeZyx.join() === labelled.shapeZyx.join()) return;
  const words = ({ shapeZyx, pixelType }: VolumeSource) => `${shapeZyx.join(" × ")} voxels of type ${pixelType}`;
  throw new Problem({
    tag: "channel-unlike",
    what: `The channel has ${words(other)}, the labelled one ${words(labelled)}.`,
    hint: "Write all channels of the file with one size and type.",
  });
}

/** Formats that leave empty chunks out can claim far more than they have: level 0 and the next lie on the disk as they are. */
const assertRoom = (scratchFolder: string, { shapeZyx, pixelType }: VolumeSource): Promise<void> =>
  assertDiskHolds(scratchFolder, 1.5 * voxelCount(shapeZyx) * bytesPerPixel[pixelType], "The import");

async function writeLabels(
  task: ImportTask,
  labels: LabelTask,
  source: VolumeSource,
  blobs: CountingSink,
  onProgress: (done: number) => void,
  facts: LabelFacts | null,
): Promise<void> {
  const space = { shapeZyx: source.shapeZyx, voxelSizeZyx: task.voxelSizeZyx };
  const survey = surveyLabels(space);
  const { basePrefix } = labels;
  const { extents, numbered } = await writeLabelPyramid({
    blobs,
    prefix: labels.prefix,
    source,
    voxelSizeZyx: task.voxelSizeZyx,
    scratchFolder: task.scratchFolder,
    name: labels.name,
    sourceImage: labels.sourceImage,
    propertiesOf: () => ({ status: labels.status, origin: "import" }),
    numbering: { survey, number: () => numberLabels(survey.found(), space, labels) },
    onProgress,
    ...(basePrefix && {
      onChunk: (bz: number, by: number, bx: number, gzipped: Uint8Array) =>
        blobs.put(`${basePrefix}${brickKeyOf(bz, by, bx)}`, gzipped),
    }),
  });
  const [renamed, partsOf] = [numbered?.renamed ?? {}, numbered?.partsOf];
  const from = await sourceOf(labels.origin, "labels");
  report({ kind: "labels-written", extents, renamed, partsOf, facts, source: from, storedBytes: blobs.takeCount() });
}

async function withLabels(
  { origin, colours, facts }: LabelTask,
  use: (source: VolumeSource, facts: LabelFacts | null) => Promise<void>,
): Promise<void> {
  if (origin.kind === "sample") return use(sampleLabelSource(origin.seed, origin.share), null);
  return withFile(origin, async (file) =>
    colours
      ? use(await openColourLabels(file, origin.choice), null)
      : use(await file.open(origin.choice), facts ?? (await file.labelFacts?.(origin.choice.image)) ?? null),
  );
}

async function withFile<T>(origin: FileOrigin, use: (file: VolumeFile) => Promise<T>): Promise<T> {
  const file = await openVolumeFile(origin.file, origin.fileName);
  try {
    return await use(file);
  } finally {
    await file.close();
  }
}

const sourceOf = (origin: OriginTask, part: SourceFile["part"]): Promise<SourceFile | null> =>
  origin.kind === "sample" ? Promise.resolve(null) : describeSource(origin, part);

/** The server takes a long silence for a file that does not get on. */
const SIGN_OF_LIFE_MS = 20_000;

/** At most one report per percent, or now and then. */
function progressReporter(phase: string, from: number, to: number): (done: number) => void {
  let last = -1;
  let lastAt = 0;
  return (done) => {
    const percent = Math.floor((from + (to - from) * done) * 100);
    if (percent === last && performance.now() - lastAt < SIGN_OF_LIFE_MS) return;
    last = percent;
    lastAt = performance.now();
    report({ kind: "progress", done: percent / 100, phase });
  };
}
