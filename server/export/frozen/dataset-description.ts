import { z } from "zod";
import { checkpointMetricsSchema } from "../../../core/contract/checkpoint-metrics.ts";
import { boxKinds, MAX_NUCLEI } from "../../../core/contract/snapshot-manifest.ts";
import {
  labelValueSchema,
  shapeZyxSchema,
  voxelBoxSchema,
  voxelSizeZyxSchema,
} from "../../../core/contract/voxel-shapes.ts";
import { MAX_HEADER, type SourceFile } from "../../../core/import/source-file.ts";
import type { Publication, VolumeOrigin } from "../../../core/publication/publication.ts";
import { publicationSchema, volumeOriginSchema } from "../../publication/publication-schema.ts";
import { agreementsSchema } from "./agreement-schema.ts";
import { TABLE_REVISION } from "./table-revision.ts";

/** Changes when a program that reads `dataset.json` has to change. */
export const DATASET_FORMAT = "karyoloop-dataset/1";

/** Roles of a volume: whole specimens only, so that no nucleus of a test specimen has a sibling in training. */
export const splitNames = ["train", "test"] as const;

const pixelTypes = ["uint8", "int8", "uint16", "int16", "uint32", "int32", "float32"] as const;

/** Folder and file names in a zip, made from names that people typed. */
export const fileNameSchema = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,80}$/);

const count = z.int().min(0);

const sourceFileSchema: z.ZodType<SourceFile> = z.object({
  part: z.enum(["image", "labels"]),
  fileName: z.string().max(1000),
  bytes: count,
  sha256: z.string().max(64),
  image: z.string().max(1024),
  channel: count,
  time: count,
  header: z.string().max(MAX_HEADER + 1),
});

const frozenChannelSchema = z.object({
  /** Place in the imported file, from 0. */
  index: count,
  name: z.string().max(200),
  /** `RRGGBB` as that file states it. */
  color: z.string().max(6).nullable(),
  /** Labels were drawn on it: it is the image of the volume in every format. */
  labelled: z.boolean(),
});

export const frozenVolumeSchema = z.object({
  id: z.uuid(),
  name: z.string().max(500),
  /** Name of its files in every format; unique in the dataset. */
  fileName: fileNameSchema,
  specimen: z.string().max(500),
  split: z.enum(splitNames),
  shapeZyx: shapeZyxSchema,
  voxelSizeZyx: voxelSizeZyxSchema,
  pixelType: z.enum(pixelTypes),
  /** Percentiles 1 and 99.8 of the intensities: a sensible first contrast. */
  intensityRange: z.tuple([z.number(), z.number()]).nullable(),
  sourceFileName: z.string().max(1000),
  sourceSha256: z.string().nullable(),
  /** The files of image and labels as they came in, with what they say of themselves; absent in older versions. */
  sourceFiles: z.array(sourceFileSchema).max(1000).optional(),
  /** Where its images come from; null where nobody had said it, absent in older versions. */
  origin: (volumeOriginSchema as z.ZodType<VolumeOrigin>).nullable().optional(),
  /** Where the imported file had several; absent in older versions. The others than the labelled one are in `ome-zarr` only. */
  channels: z.array(frozenChannelSchema).max(1000).optional(),
  /** Finished nuclei, the ones in the label image. */
  nuclei: count.max(MAX_NUCLEI),
  /** Of them, cut by the volume's border. */
  truncatedNuclei: count,
  /** Begun but not finished: left out of the label image, unknown in the mask. */
  unfinishedNuclei: count,
  largestLabel: count.max(0xffff_ffff),
  /** Voxels whose truth is known, as share of the volume. */
  knownShare: z.number().min(0).max(1),
  boxes: z.array(z.object({ kind: z.enum(boxKinds), box: voxelBoxSchema })).max(10_000),
});

export const datasetDescriptionSchema = z.object({
  format: z.literal(DATASET_FORMAT),
  id: z.uuid(),
  version: z.int().min(1),
  createdAt: z.iso.datetime(),
  software: z.object({ name: z.string(), version: z.string() }),
  project: z.object({ id: z.uuid(), name: z.string(), description: z.string() }),
  guidelines: z.string(),
  /** What it says about itself beyond name and description; absent in older versions. */
  publication: (publicationSchema as z.ZodType<Publication>).optional(),
  /** Empty where the project has none: then nobody may reuse the data without asking. */
  licence: z.string(),
  /** As each person chose: by name or by pseudonym. */
  annotators: z.array(z.object({ name: z.string(), named: z.enum(["name", "pseudonym"]), nuclei: count })),
  /** A class that nuclei have and the project has no longer has no key. */
  classes: z.array(z.object({ name: z.string(), numberKey: z.int().min(1).max(9).nullable(), color: z.string() })),
  snapshotId: z.uuid(),
  /** Nuclei that no second person approved are unfinished in it; absent where all that people accepted is in. */
  approvedOnly: z.literal(true).optional(),
  /** The weights that made the last proposals; null before the first training. */
  checkpoint: z
    .object({
      id: z.uuid(),
      /** Labels it was trained on. */
      snapshotId: z.uuid().nullable(),
      /** They learned from nuclei alone that a second person approved; absent where from all that people accepted. */
      approvedOnly: z.literal(true).optional(),
      createdAt: z.iso.datetime(),
      metrics: checkpointMetricsSchema.nullable(),
    })
    .nullable(),
  /** Which columns `nuclei.csv` has (server/export/table); absent in older versions. */
  table: z.int().min(1).max(TABLE_REVISION).optional(),
  volumes: z.array(frozenVolumeSchema).max(10_000),
  /** How far people agreed who drew boxes of these volumes blind; absent where nobody did. */
  agreement: agreementsSchema.optional(),
});

export type DatasetDescription = z.infer<typeof datasetDescriptionSchema>;
export type FrozenVolume = z.infer<typeof frozenVolumeSchema>;

/** `dataset.json` of a zip: the frozen description, what was asked for, and the list of all other files. */
export const datasetJsonSchema = datasetDescriptionSchema.extend({
  formats: z.array(z.string()),
  files: z.array(z.object({ path: z.string(), bytes: count, sha256: z.string().regex(/^[0-9a-f]{64}$/) })),
});

export type DatasetJson = z.infer<typeof datasetJsonSchema>;

const measured = z.number().nullable();

/** What other programs measure, core/morphometry/tools. */
const toolMeasuresSchema = z.object({
  mask: z
    .object({
      surfacePix: count,
      feretMaxUm: z.number(),
      ratioEllVolume: measured,
      dcAvgUm: measured,
      dcSdUm: measured,
      zThicknessUm: z.number(),
      xyFeretMaxUm: z.number(),
      xyAxisMaxUm: z.number(),
      xyAxisMinUm: measured,
    })
    .nullable(),
  intensity: z.object({ min: z.number(), max: z.number(), sd: measured }).nullable(),
});

const namesSchema = z.array(z.string()).max(1000);

/** A finished nucleus of a frozen volume with what was measured on it. */
export const frozenNucleusSchema = z.object({
  label: labelValueSchema,
  status: z.enum(["accepted", "corrected"]),
  class: z.string().nullable(),
  /** Who drew, corrected or accepted it last; null where the label came with an imported file. */
  annotator: z.string().nullable(),
  /** Who did what to it, the first one first; absent in older versions. */
  people: z
    .object({ drew: namesSchema, corrected: namesSchema, accepted: namesSchema, classified: namesSchema })
    .optional(),
  /** `drawn` by hand, `proposal` of a checkpoint, or `import`. */
  origin: z.enum(["drawn", "proposal", "import"]),
  checkpointId: z.uuid().nullable(),
  /** Of the proposal when it was judged, 0…1; larger = the model was less sure. */
  uncertainty: measured,
  shape: z.object({
    voxels: z.int().min(1),
    volumeUm3: z.number(),
    equivalentRadiusUm: z.number(),
    surfaceAreaFacesUm2: z.number(),
    surfaceAreaUm2: z.number(),
    sphericity: z.number(),
    flatness: measured,
    elongation: measured,
    centroidZyxUm: z.tuple([z.number(), z.number(), z.number()]),
    meanIntensity: measured,
    truncated: z.boolean(),
    /** Absent in older versions. */
    tools: toolMeasuresSchema.optional(),
  }),
});

export type FrozenNucleus = z.infer<typeof frozenNucleusSchema>;
export const frozenNucleiSchema = z.array(frozenNucleusSchema).max(MAX_NUCLEI);
