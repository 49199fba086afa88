import os from "node:os";
import type { JobVolume } from "../../core/contract/trainer-job.ts";
import { buildKnownMask } from "../../core/labels/known-mask.ts";
import { isTruth } from "../../core/labels/label-status.ts";
import { Problem } from "../../core/problem.ts";
import { voxelCount } from "../../core/volume/voxel-space.ts";
import type { HeldJob } from "./held-job.ts";
import { readZarrVolume } from "./read-zarr.ts";
import type { TrainingVolume } from "./training-volume.ts";

/** Image, labels, mask, targets and eight passes of a prediction at their peak, measured on the sample. */
const BYTES_PER_VOXEL = 90;

export interface LoadedVolume {
  readonly training: TrainingVolume;
  /** Every label of the annotators, unfinished nuclei too. */
  readonly raw: Uint32Array;
}

/** The current model's foreground probability of an image, where there is a model. */
export type PredictForeground = (image: Float32Array, volume: JobVolume) => Promise<Float32Array>;

/** Reads a frozen volume and works out what its labels say about every voxel. */
export async function loadJobVolume(
  held: HeldJob,
  volume: JobVolume,
  predictForeground: PredictForeground | null,
): Promise<LoadedVolume> {
  const { shapeZyx, voxelSizeZyx, frozen } = volume;
  assertFits(volume);
  const read = async (prefix: string) => readZarrVolume((key) => held.readBlob(key), prefix, shapeZyx);
  const image = Float32Array.from(await read(volume.imagePrefix));
  const raw = frozen ? Uint32Array.from(await read(frozen.labelsPrefix)) : new Uint32Array(image.length);
  const truthLabels = new Set(
    frozen?.manifest.nuclei.filter(({ status }) => isTruth(status)).map(({ label }) => label),
  );
  const keptOut = frozen?.manifest.keptOut ?? false;
  const boxes = frozen?.manifest.boxes ?? [];
  const learnsFrom = frozen !== null && !keptOut && truthLabels.size > 0;
  const proposals = learnsFrom && frozen.proposalsPrefix ? Uint32Array.from(await read(frozen.proposalsPrefix)) : null;
  const rejected = new Set(frozen?.manifest.rejectedProposals);
  const known = learnsFrom
    ? buildKnownMask({
        shapeZyx,
        voxelSizeZyx,
        labels: raw,
        truthLabels,
        undecidedProposals: proposals?.map((label) => (rejected.has(label) ? 0 : label)),
        rejectedProposals: proposals?.map((label) => (rejected.has(label) ? label : 0)),
        completeBoxes: boxes.map(({ box }) => box),
        foreground: predictForeground ? await predictForeground(image, volume) : null,
      })
    : new Uint8Array(image.length);
  return {
    training: {
      id: volume.volumeId,
      specimen: volume.specimen,
      shapeZyx,
      voxelSizeZyx,
      image,
      labels: raw.map((label) => (truthLabels.has(label) ? label : 0)),
      known,
      // In a kept-out volume everything that a person vouched for measures; elsewhere only what was kept for it.
      validationBoxes: boxes
        .filter(({ kind }) => kind === "validation" || (keptOut && kind === "fully-labelled"))
        .map(({ box }) => box),
    },
    raw,
  };
}

function assertFits({ shapeZyx }: JobVolume): void {
  const neededBytes = voxelCount(shapeZyx) * BYTES_PER_VOXEL;
  if (neededBytes <= os.totalmem()) return;
  const gib = (bytes: number) => (bytes / 2 ** 30).toFixed(1);
  throw new Problem({
    tag: "volume-too-large",
    what: `A volume of ${shapeZyx.join(" × ")} voxels needs about ${gib(neededBytes)} GiB of memory; this trainer has ${gib(os.totalmem())} GiB.`,
    hint: "Run a trainer on a machine with more memory, or import the volume in parts.",
  });
}
