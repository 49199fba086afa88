import { z } from "zod";
import { labelStatuses } from "../labels/label-status.ts";
import { labelValueSchema, shapeZyxSchema, voxelBoxSchema, voxelSizeZyxSchema } from "./voxel-shapes.ts";

/** More nuclei than the largest embryos published; a manifest stays below some tens of megabytes. */
export const MAX_NUCLEI = 500_000;

export const boxKinds = ["fully-labelled", "checked-empty", "validation"] as const;
export type BoxKind = (typeof boxKinds)[number];

/**
 * Everything of one frozen volume beside its voxels. The voxels lie in two label images below
 * `snapshots/<snapshotId>/<volumeId>/`: `labels.ome.zarr`, merges baked, every value listed in `nuclei`; and, where a
 * prediction existed, `proposals.ome.zarr` with what was still undecided and what people had rejected.
 */
export const snapshotManifestSchema = z.object({
  volumeId: z.uuid(),
  name: z.string().max(500),
  specimen: z.string().max(500),
  /** The whole specimen is kept out of training; its fully labelled boxes measure the model. */
  keptOut: z.boolean(),
  shapeZyx: shapeZyxSchema,
  voxelSizeZyx: voxelSizeZyxSchema,
  /** Nuclei being worked on (marked unfinished, or claimed by somebody) have status `unfinished`. */
  nuclei: z
    .array(
      z.object({
        label: labelValueSchema,
        status: z.enum(labelStatuses),
        class: z.string().max(200).nullable(),
        origin: z.string().max(200).nullable(),
        /** Account id of who set the status or painted last: each person chooses how exports name them. Null where it came with the file. */
        by: z.string().max(200).nullable(),
        /** Other labels that were merged into it; absent where there are none, and in older snapshots. */
        merged: z.array(labelValueSchema).max(MAX_NUCLEI).optional(),
      }),
    )
    .max(MAX_NUCLEI),
  /** Values in `proposals.ome.zarr` that people rejected; all others there are undecided. Null: there is no such image. */
  rejectedProposals: z.array(labelValueSchema).max(MAX_NUCLEI).nullable(),
  boxes: z.array(z.object({ kind: z.enum(boxKinds), box: voxelBoxSchema })).max(10_000),
});

export type SnapshotManifest = z.infer<typeof snapshotManifestSchema>;
export type FrozenNucleus = SnapshotManifest["nuclei"][number];
