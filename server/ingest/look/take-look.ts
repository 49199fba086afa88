import type { FirstLook, LookPlane } from "../../../core/import/first-look.ts";
import { type LabelFindings, labelFindingsOf, partsQuestion } from "../../../core/import/label-findings.ts";
import { type VoxelSpace, voxelCount, type Zyx } from "../../../core/volume/voxel-space.ts";
import { openColourLabels } from "../labels/colour-labels.ts";
import { surveyLabels } from "../labels/label-numbering.ts";
import { assertSameShape, toLabelSource } from "../labels/label-source.ts";
import { openVolumeFile } from "../open-volume-file.ts";
import { zeroNonFinite } from "../pyramid/write-image.ts";
import { createIntensityStatistics } from "../quality/intensity-statistics.ts";
import { blocksOf, type VolumeBlock } from "../voxels/read-whole-volume.ts";
import type { VolumeSource } from "../voxels/volume-source.ts";
import type { FileOrigin, LookTask } from "../worker/worker-messages.ts";
import { createPlaneSampler, type SampledPlane } from "./plane-sampler.ts";

/** Of larger images every n-th slab is read. */
const MAX_IMAGE_VOXELS = 2 ** 28;
/** Larger label images are looked at when they are imported. */
const MAX_LABEL_VOXELS = 2 ** 30;

/** Three cuts, intensities, and what there is to know of the labels: one pass over each file. */
export async function takeLook({ image, labels, voxelSizeZyx, shapeZyx }: LookTask): Promise<FirstLook> {
  const notes: string[] = [];
  const seenImage =
    image && (await withFile(image, false, (source) => lookAtImage(source, voxelSizeZyx ?? [1, 1, 1], notes)));
  const seenLabels =
    labels &&
    (await withFile(labels.origin, labels.colours, (source) => {
      assertSameShape(shapeZyx, source.shapeZyx);
      return lookAtLabels(toLabelSource(source), voxelSizeZyx ?? [1, 1, 1], notes);
    }));
  const question = seenLabels?.findings ? partsQuestion(seenLabels.findings) : null;
  return {
    planes: joinPlanes(seenImage?.planes ?? null, seenLabels?.planes ?? null, seenImage?.intensities ?? null),
    intensities: seenImage?.intensities ?? null,
    labels: seenLabels?.findings ?? null,
    questions: question ? [question] : [],
    notes,
  };
}

async function withFile<T>(
  { file, fileName, choice }: FileOrigin,
  colours: boolean,
  use: (source: VolumeSource) => Promise<T>,
): Promise<T> {
  const opened = await openVolumeFile(file, fileName);
  try {
    return await use(colours ? await openColourLabels(opened, choice) : await opened.open(choice));
  } finally {
    await opened.close();
  }
}

async function lookAtImage(source: VolumeSource, voxelSizeZyx: Zyx, notes: string[]) {
  const sampler = createPlaneSampler({ shapeZyx: source.shapeZyx, voxelSizeZyx });
  const statistics = createIntensityStatistics(source.shapeZyx, source.pixelType);
  let nonFinite = 0;
  for await (const block of someBlocksOf(source)) {
    nonFinite += zeroNonFinite(block.pixels);
    statistics.add(block);
    sampler.add(block);
  }
  if (nonFinite > 0) notes.push(`${nonFinite} voxels are no finite numbers (NaN or infinite); they are stored as 0.`);
  const { histogram, histogramRange: range, percentile1, percentile998 } = statistics.finish();
  if (percentile1 === percentile998) notes.push("Nearly all voxels of the image have the same value.");
  return { planes: sampler.planes(), intensities: { histogram, range, percentile1, percentile998, nonFinite } };
}

async function lookAtLabels(
  source: VolumeSource,
  voxelSizeZyx: Zyx,
  notes: string[],
): Promise<{ planes: SampledPlane[]; findings: LabelFindings | null }> {
  const space: VoxelSpace = { shapeZyx: source.shapeZyx, voxelSizeZyx };
  const sampler = createPlaneSampler(space);
  const survey = surveyLabels(space);
  const whole = voxelCount(source.shapeZyx) <= MAX_LABEL_VOXELS;
  for await (const block of whole ? blocksOf(source) : someBlocksOf(source)) {
    sampler.add(block);
    if (whole) survey.add(block, false);
  }
  if (!whole) notes.push("The label image is too large to be looked at whole before it is imported.");
  const findings = whole ? labelFindingsOf(survey.found().pieces, space) : null;
  if (findings?.labels === 0) notes.push("The label image is empty: every voxel is background.");
  if (findings?.noBackground) notes.push("Every voxel of the label image has a label: there is no background.");
  return { planes: sampler.planes(), findings };
}

/** All blocks of a volume that is read in a moment, else whole slabs of planes, evenly spread, with the middle one. */
async function* someBlocksOf(source: VolumeSource): AsyncIterable<VolumeBlock> {
  const every = Math.ceil(voxelCount(source.shapeZyx) / MAX_IMAGE_VOXELS);
  if (every === 1) return yield* blocksOf(source);
  const [sizeZ, sizeY] = source.shapeZyx;
  const [planes, rows] = source.blockZy;
  const middle = Math.floor(sizeZ / 2 / planes);
  for (let slab = middle % every; slab * planes < sizeZ; slab += every)
    for (let yMin = 0; yMin < sizeY; yMin += rows) {
      const zMin = slab * planes;
      const zMax = Math.min(sizeZ, zMin + planes);
      const yMax = Math.min(sizeY, yMin + rows);
      yield { zMin, zMax, yMin, yMax, pixels: await source.read(zMin, zMax, yMin, yMax) };
    }
}

function joinPlanes(
  images: readonly SampledPlane[] | null,
  labels: readonly SampledPlane[] | null,
  window: { readonly percentile1: number; readonly percentile998: number } | null,
): LookPlane[] {
  return (images ?? labels ?? []).map((plane, i) => {
    const { values, ...shown } = plane;
    return {
      ...shown,
      image: images && window && base64Of(images[i].values, (value) => greyOf(value, window)),
      labels: labels && base64Of(labels[i].values, (value) => (value === 0 ? 0 : 1 + ((value - 1) % 255))),
    };
  });
}

const greyOf = (value: number, { percentile1, percentile998 }: { percentile1: number; percentile998: number }) =>
  Math.max(0, Math.min(255, (255 * (value - percentile1)) / (percentile998 - percentile1 || 1)));

const base64Of = (values: Float64Array, byteOf: (value: number) => number): string =>
  Buffer.from(Uint8Array.from(values, byteOf)).toString("base64");
