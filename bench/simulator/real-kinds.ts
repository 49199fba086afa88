import path from "node:path";
import { findObjects } from "../../core/labels/object-boxes.ts";
import type { Zyx } from "../../core/volume/voxel-space.ts";
import { readFirstVolume } from "../../server/ingest/read-first-volume.ts";

export const SETS = process.env.KARYOLOOP_DATA_SETS ?? "../shared/data";

/** A kind of real volume that the simulator is looked at beside. */
export interface RealKind {
  readonly name: string;
  /** In the folder of data sets, without `_image.tif`; a name with an ending has no labels beside it. */
  readonly file: string;
  /** Where the file names none, µm. */
  readonly voxelSizeZyx?: Zyx;
  /** Where there are no labels to take it from: by eye, µm. */
  readonly diameterUm?: number;
}

export const REAL_KINDS: readonly RealKind[] = [
  { name: "mouse embryo, 20 nuclei", file: "mouse-embryo/Emb02_t401" },
  { name: "mouse embryo, 50 nuclei", file: "mouse-embryo/Emb04_t501" },
  { name: "mouse embryo, 8 nuclei", file: "mouse-embryo-8-16-cell/8_cell_stage" },
  { name: "mouse embryo, 16 nuclei", file: "mouse-embryo-8-16-cell/16_cell_stage" },
  { name: "organoid, EGFP", file: "organoid/EGFP_d0_flt32_108", voxelSizeZyx: [5, 0.6, 0.6] },
  { name: "organoid, Hoechst", file: "organoid/Hoechst_d4_flt32_120", voxelSizeZyx: [5, 0.6, 0.6] },
  { name: "organoid, mCherry", file: "organoid/mCherry_d0_flt32_16", voxelSizeZyx: [5, 0.6, 0.6] },
  { name: "ovule", file: "arabidopsis-ovule/1136_mini", voxelSizeZyx: [0.284, 0.128, 0.128] },
  {
    name: "cleared brain",
    file: "unlabelled/cellseg3d_mesospim_c5image.tif",
    voxelSizeZyx: [1.5, 1.5, 1.5],
    diameterUm: 9,
  },
  { name: "tissue", file: "unlabelled/neubias_nuclei_autothresh.tif", voxelSizeZyx: [4, 0.829, 0.829], diameterUm: 14 },
  {
    name: "nuclear envelope",
    file: "unlabelled/neubias_drosophila_nuclear_envelope.tif",
    voxelSizeZyx: [1, 0.25, 0.25],
    diameterUm: 6,
  },
];

export interface RealVolume {
  readonly kind: RealKind;
  readonly shapeZyx: Zyx;
  readonly voxelSizeZyx: Zyx;
  readonly image: Float32Array;
  readonly labels: Uint32Array | null;
}

export async function readKind(kind: RealKind): Promise<RealVolume> {
  const isLabelled = !kind.file.endsWith(".tif");
  const file = path.join(SETS, isLabelled ? `${kind.file}_image.tif` : kind.file);
  const { shapeZyx, voxelSizeZyx, pixels } = await readFirstVolume(file);
  const size = voxelSizeZyx ?? kind.voxelSizeZyx;
  if (!size) throw new Error(`${file} has no voxel size`);
  const labels = isLabelled
    ? Uint32Array.from((await readFirstVolume(path.join(SETS, `${kind.file}_labels.tif`))).pixels)
    : null;
  return { kind, shapeZyx, voxelSizeZyx: size, image: Float32Array.from(pixels), labels };
}

/** Fragments below this many voxels are mistakes of the sets. */
const FEWEST_VOXELS = 100;

/** Mean equivalent diameter of the labels, µm. */
export function meanDiameterOf({ labels, shapeZyx, voxelSizeZyx: [uz, uy, ux] }: RealVolume): number {
  const whole = findObjects(labels ?? new Uint32Array(), shapeZyx).filter(({ voxels }) => voxels >= FEWEST_VOXELS);
  const diameters = whole.map(({ voxels }) => Math.cbrt((6 / Math.PI) * voxels * uz * uy * ux));
  return diameters.reduce((sum, one) => sum + one, 0) / diameters.length;
}
