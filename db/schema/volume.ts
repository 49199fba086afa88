import {
  bigint,
  boolean,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  real,
  text,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import type { SourceFile } from "../../core/import/source-file.ts";
import type { ProblemFields } from "../../core/problem.ts";
import type { VolumeOrigin } from "../../core/publication/publication.ts";
import type { PixelType, Zyx } from "../../core/volume/voxel-space.ts";
import { user } from "./auth.ts";
import { createdAt, moment } from "./columns.ts";
import { project } from "./project.ts";

export interface StoredLevel {
  readonly scaleLevel: number;
  readonly shapeZyx: Zyx;
  readonly factorZyx: Zyx;
}

/** What is said of a volume after its import. Intensities in the file's own units. */
export interface QualityCard {
  readonly min: number;
  readonly max: number;
  /** 1 and 99.8 %: the trainer's normalisation and the first contrast. */
  readonly percentile1: number;
  readonly percentile50: number;
  readonly percentile998: number;
  /** Share of voxels at the type's or the data's maximum, 0…1. */
  readonly saturatedShare: number;
  readonly signalToNoise: number | null;
  /** Indices of z slices without any signal. */
  readonly emptySlices: readonly number[];
  readonly histogram: readonly number[];
  readonly histogramRange: readonly [number, number];
  /** Voxels that were no finite number in the file; stored as 0. Absent in cards that are older than this count. */
  readonly nonFiniteVoxels?: number;
}

/** `importing` -> `ready` | removed by cancel | `failed`; `deleting` while its blobs go. */
export const volumeStates = ["importing", "ready", "failed", "deleting"] as const;

export const volume = pgTable(
  "volume",
  {
    id: uuid("id").primaryKey().defaultRandom(),
    projectId: uuid("project_id")
      .notNull()
      .references(() => project.id, { onDelete: "cascade" }),
    name: text("name").notNull(),
    /** Embryo, organoid, plate well: no split of data ever divides one. */
    specimen: text("specimen").notNull(),
    /** Kept out of training with its whole specimen: its fully labelled boxes measure the models. */
    keptOut: boolean("kept_out").notNull().default(false),
    state: text("state", { enum: volumeStates }).notNull(),
    /** 0…1 while importing. */
    importProgress: integer("import_progress_percent").notNull().default(0),
    problem: jsonb("problem").$type<ProblemFields>(),
    shapeZyx: jsonb("shape_zyx").$type<Zyx>().notNull(),
    /** µm */
    voxelSizeZyx: jsonb("voxel_size_zyx").$type<Zyx>().notNull(),
    /** How wide nuclei are, as a person has measured them here; null: labels, model or image tell. */
    nucleusDiameterUm: real("nucleus_diameter_um"),
    /** `file` or `person`: never guessed. */
    voxelSizeFrom: text("voxel_size_from").notNull(),
    pixelType: text("pixel_type").$type<PixelType>().notNull(),
    levels: jsonb("levels").$type<StoredLevel[]>().notNull().default([]),
    quality: jsonb("quality").$type<QualityCard>(),
    /** The volume whose image and channels these are, of a layer of a study; null: its own. The layer goes before that one. */
    imageOf: uuid("image_of"),
    /** Of the image and the labels that were imported, as they lie in the store; null until they have been counted. */
    storedBytes: bigint("stored_bytes", { mode: "number" }),
    sourceFileName: text("source_file_name").notNull(),
    sourceSha256: text("source_sha256"),
    /** The files of image and labels as they came in, in this order. */
    sourceFiles: jsonb("source_files").$type<SourceFile[]>().notNull().default([]),
    /** `none`, or blobs at `volumes/<id>/base/<brickKey>` (imported as accepted labels before anything was painted). */
    baseLabels: text("base_labels", { enum: ["none", "imported"] })
      .notNull()
      .default("none"),
    /** Map of the file's ids to ours where labels came as records of the importer. */
    importedIdMap: jsonb("imported_id_map").$type<Record<string, number>>(),
    /** Last label value ever issued; the next lease starts above it. Durable before use. */
    labelCounter: bigint("label_counter", { mode: "number" }).notNull().default(0),
    /** Last co-editing session number issued. */
    sessionCounter: bigint("session_counter", { mode: "number" }).notNull().default(0),
    epoch: integer("epoch").notNull().default(1),
    /** Position of the journal up to which acts may have been forgotten: how labels were before it is not known. */
    historyFloor: bigint("history_floor", { mode: "number" }).notNull().default(0),
    /** Fencing token of the server that owns the volume's live document. */
    ownerToken: bigint("owner_token", { mode: "number" }).notNull().default(0),
    /** Somebody has said that all its nuclei are labelled; null: not yet. */
    doneAt: moment("done_at"),
    doneBy: text("done_by").references(() => user.id),
    /** Where its images come from; null where nobody has said it. */
    origin: jsonb("origin").$type<VolumeOrigin>(),
    createdBy: text("created_by")
      .notNull()
      .references(() => user.id),
    createdAt: createdAt(),
  },
  (t) => [index("volume_project_idx").on(t.projectId), uniqueIndex("volume_name_idx").on(t.projectId, t.name)],
);

/**
 * Channels of a volume whose file had several, in the file's order. The labelled one is the volume's image; each other lies
 * at `volumes/<id>/channels/<index>.ome.zarr`, with the shape, levels and type of the image.
 */
export const volumeChannel = pgTable(
  "volume_channel",
  {
    volumeId: uuid("volume_id")
      .notNull()
      .references(() => volume.id, { onDelete: "cascade" }),
    /** Place in the file, from 0. */
    index: integer("index").notNull(),
    name: text("name").notNull(),
    /** `RRGGBB` as the file states it. */
    color: text("color"),
    labelled: boolean("labelled").notNull(),
    /** Null for the labelled one: it is the volume's. */
    quality: jsonb("quality").$type<QualityCard>(),
  },
  (t) => [primaryKey({ columns: [t.volumeId, t.index] })],
);

/** A file on its way in. Pieces lie under the data root's `uploads/<id>`. */
export const upload = pgTable(
  "upload",
  {
    id: uuid("id").primaryKey().defaultRandom(),
    projectId: uuid("project_id")
      .notNull()
      .references(() => project.id, { onDelete: "cascade" }),
    userId: text("user_id")
      .notNull()
      .references(() => user.id, { onDelete: "cascade" }),
    fileName: text("file_name").notNull(),
    sizeBytes: bigint("size_bytes", { mode: "number" }).notNull(),
    /** Name, size, time and sampled content: the same file chosen again resumes. */
    fingerprint: text("fingerprint").notNull(),
    receivedBytes: bigint("received_bytes", { mode: "number" }).notNull().default(0),
    createdAt: createdAt(),
    touchedAt: moment("touched_at").notNull().defaultNow(),
  },
  (t) => [uniqueIndex("upload_fingerprint_idx").on(t.projectId, t.userId, t.fingerprint)],
);

/** A box that a person vouches for. Half-open, voxels of level 0. */
export const trainingBox = pgTable(
  "training_box",
  {
    id: uuid("id").primaryKey().defaultRandom(),
    volumeId: uuid("volume_id")
      .notNull()
      .references(() => volume.id, { onDelete: "cascade" }),
    kind: text("kind", { enum: ["fully-labelled", "checked-empty", "validation"] }).notNull(),
    minZyx: jsonb("min_zyx").$type<Zyx>().notNull(),
    maxZyx: jsonb("max_zyx").$type<Zyx>().notNull(),
    createdBy: text("created_by")
      .notNull()
      .references(() => user.id),
    createdAt: createdAt(),
  },
  (t) => [index("training_box_volume_idx").on(t.volumeId)],
);
