import type { VolumeOrigin } from "../../core/publication/publication.ts";
import type { Zyx } from "../../core/volume/voxel-space.ts";

/** A real volume with its true labels, as README.md of the data sets has it. */
export interface RealKind {
  readonly kind: string;
  /** Below the data sets, without `_image.tif` and `_labels.tif`. */
  readonly prefix: string;
  readonly voxelSizeZyx: Zyx;
  /** Every nucleus is labelled; else a box is vouched for, and the rest is unknown. */
  readonly isComplete: boolean;
  readonly organism: { readonly name: string; readonly taxonId: number; readonly strain: string };
  readonly stain: string;
  readonly imagingMethod: string;
  readonly origin: VolumeOrigin;
}

export const realKinds: readonly RealKind[] = [
  {
    kind: "embryo",
    prefix: "mouse-embryo/Emb01_t401",
    voxelSizeZyx: [1.75, 0.8, 0.8],
    isComplete: true,
    organism: { name: "Mus musculus", taxonId: 10090, strain: "" },
    stain: "histone H2B reporter",
    imagingMethod: "wide-field fluorescence microscopy",
    origin: {
      kind: "others",
      citation: "Tokuoka et al. 2020; BBBC050, Broad Bioimage Benchmark Collection",
      licence: "CC-BY-3.0",
      link: "10.1038/s41540-020-00152-8",
    },
  },
  {
    kind: "organoid",
    prefix: "organoid/EGFP_d0_flt32_108",
    voxelSizeZyx: [5, 0.6, 0.6],
    isComplete: false,
    organism: { name: "Homo sapiens", taxonId: 9606, strain: "" },
    stain: "EGFP",
    imagingMethod: "spinning disk confocal microscopy",
    origin: {
      kind: "others",
      citation: "Mukashyaka et al. 2023",
      licence: "MIT",
      link: "10.1038/s41467-023-44162-6",
    },
  },
];
