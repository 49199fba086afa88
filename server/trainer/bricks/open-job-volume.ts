import type { NucleusShape } from "../../../core/contract/predicted-instance.ts";
import type { JobVolume } from "../../../core/contract/trainer-job.ts";
import { isTruth } from "../../../core/labels/label-status.ts";
import type { ImageSource } from "../../../core/volume/image-source.ts";
import { boxShape, type VoxelBox, voxelCount } from "../../../core/volume/voxel-space.ts";
import type { ByteCache } from "./byte-cache.ts";
import { shapesOfPlanes } from "./shapes-of.ts";
import { type Chunk, type ReadBlob, ZarrImage } from "./zarr-image.ts";

/** A frozen volume of a job, read where it is needed. */
export interface OpenedVolume extends ImageSource {
  readonly volume: JobVolume;
  /** Every label of the annotators, unfinished nuclei too; 0 where nothing is frozen. */
  readLabels(box: VoxelBox): Promise<Uint32Array>;
  /** Proposals that nobody has judged, and rejected ones; null where there are none. */
  readonly readProposals: ((box: VoxelBox) => Promise<Uint32Array>) | null;
  /** Accepted and corrected nuclei. */
  readonly truthLabels: ReadonlySet<number>;
}

export async function openJobVolume(
  readBlob: ReadBlob,
  volume: JobVolume,
  cache: ByteCache<Chunk>,
): Promise<OpenedVolume> {
  const { shapeZyx, voxelSizeZyx, frozen } = volume;
  const open = (prefix: string) => ZarrImage.open(readBlob, prefix, shapeZyx, cache);
  const image = await open(volume.imagePrefix);
  const labels = frozen && (await open(frozen.labelsPrefix));
  const proposals = frozen?.proposalsPrefix ? await open(frozen.proposalsPrefix) : null;
  return {
    volume,
    shapeZyx,
    voxelSizeZyx,
    readImage: (box) => image.read(box, Float32Array),
    readLabels: async (box) => (labels ? labels.read(box, Uint32Array) : new Uint32Array(voxelCount(boxShape(box)))),
    readProposals: proposals && ((box) => proposals.read(box, Uint32Array)),
    truthLabels: new Set(frozen?.manifest.nuclei.filter(({ status }) => isTruth(status)).map(({ label }) => label)),
  };
}

/** Shapes of the accepted and corrected nuclei, plane by plane. */
export async function truthShapesOf(volume: OpenedVolume): Promise<NucleusShape[]> {
  if (volume.truthLabels.size === 0) return [];
  const [depth, height, width] = volume.shapeZyx;
  async function* planes() {
    for (let z = 0; z < depth; z++) {
      const labels = await volume.readLabels({ minZyx: [z, 0, 0], maxZyx: [z + 1, height, width] });
      yield labels.map((label) => (volume.truthLabels.has(label) ? label : 0));
    }
  }
  return [...(await shapesOfPlanes(planes(), volume)).values()];
}
