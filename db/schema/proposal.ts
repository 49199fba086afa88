import { sql } from "drizzle-orm";
import {
  bigint,
  boolean,
  doublePrecision,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import type { NucleusShape, ScoreFacts } from "../../core/contract/predicted-instance.ts";
import type { ProblemFields } from "../../core/problem.ts";
import type { Zyx } from "../../core/volume/voxel-space.ts";
import { user } from "./auth.ts";
import { createdAt, moment } from "./columns.ts";
import { project } from "./project.ts";
import { checkpoint, snapshot, trainingJob } from "./training.ts";
import { volume } from "./volume.ts";

/** One prediction of one volume: a label image of proposals at `volumes/<volumeId>/predictions/<id>/labels.ome.zarr`. */
export const prediction = pgTable(
  "prediction",
  {
    id: uuid("id").primaryKey().defaultRandom(),
    volumeId: uuid("volume_id")
      .notNull()
      .references(() => volume.id, { onDelete: "cascade" }),
    /** `model`; `import` for label images that came as proposals; `study` for what several people drew blind. */
    source: text("source", { enum: ["model", "import", "study"] }).notNull(),
    checkpointId: uuid("checkpoint_id").references(() => checkpoint.id),
    snapshotId: uuid("snapshot_id").references(() => snapshot.id),
    /** Job that made it; a job that is taken over skips the volumes it has already predicted. */
    jobId: uuid("job_id").references(() => trainingJob.id),
    /** Empty once the image is gone: nothing of it is current, undecided or rejected. */
    blobPrefix: text("blob_prefix").notNull(),
    /** How far people's outlines lie outside (+) or inside (−) of the model's: what its proposals were moved by. Null: nothing was. */
    outlineUm: doublePrecision("outline_um"),
    /** Shapes of the volume's accepted and corrected nuclei when it was made: what is odd is judged against them. */
    truthShapes: jsonb("truth_shapes").$type<NucleusShape[]>().notNull().default([]),
    /** Exactly one prediction per volume is current; switched in one transaction. */
    current: boolean("current").notNull().default(false),
    createdAt: createdAt(),
  },
  (t) => [index("prediction_volume_idx").on(t.volumeId)],
);

export const proposalStates = ["undecided", "accepted", "corrected", "rejected", "replaced"] as const;

/** A predicted nucleus nobody has judged yet, or what became of it. Its label value comes from the volume's counter. */
export const proposal = pgTable(
  "proposal",
  {
    volumeId: uuid("volume_id")
      .notNull()
      .references(() => volume.id, { onDelete: "cascade" }),
    labelValue: bigint("label_value", { mode: "number" }).notNull(),
    predictionId: uuid("prediction_id")
      .notNull()
      .references(() => prediction.id, { onDelete: "cascade" }),
    /** `candidate`: a place where a nucleus may have been missed. */
    kind: text("kind", { enum: ["nucleus", "candidate"] }).notNull(),
    state: text("state", { enum: proposalStates }).notNull().default("undecided"),
    centroidZyx: jsonb("centroid_zyx").$type<Zyx>().notNull(),
    /** Half-open, voxels. */
    minZyx: jsonb("min_zyx").$type<Zyx>().notNull(),
    maxZyx: jsonb("max_zyx").$type<Zyx>().notNull(),
    voxels: integer("voxels").notNull(),
    /** Cut by the volume's border: cannot be judged, stays out of the queue. */
    touchesBorder: boolean("touches_border").notNull(),
    u1: doublePrecision("u1"),
    u2: doublePrecision("u2"),
    u3: doublePrecision("u3"),
    u4: doublePrecision("u4"),
    u5: doublePrecision("u5"),
    facts: jsonb("facts").$type<ScoreFacts>(),
    shape: jsonb("shape").$type<NucleusShape>(),
    meanEntropy: doublePrecision("mean_entropy"),
    /** Of candidates: how bright the blob is that speaks for one, 0…1; null from older trainers. */
    evidence: doublePrecision("evidence"),
    /** The class proposed with it, and how likely it is; null where its model tells none. */
    proposedClass: text("proposed_class"),
    classProbability: doublePrecision("class_probability"),
    /** Of proposals of a study: how many of its annotators have the nucleus, and how many there are. */
    agreed: integer("agreed"),
    annotators: integer("annotators"),
    /** Written by servers of before, which may share the database during an update; nothing reads it. */
    ranks: jsonb("ranks").$type<number[]>(),
    /** How doubtful the model is of it (core/query/doubt.ts), 0…1; null for candidates and imported proposals. */
    doubt: doublePrecision("doubt"),
    /** Its place in the queue, larger = asked earlier: the doubt, raised where its class is in doubt. */
    uncertainty: doublePrecision("uncertainty"),
    /** Why, in words. */
    reason: text("reason").notNull().default(""),
    /** Overlaps a rejected one (IoU > 0.5): not asked again. */
    suppressed: boolean("suppressed").notNull().default(false),
    /** False for candidates above their share of the queue. */
    queued: boolean("queued").notNull().default(true),
    /** Made up, and wrong: it measures whether people look (server/vigilance). What was answered is not kept here. */
    planted: boolean("planted").notNull().default(false),
  },
  (t) => [
    primaryKey({ columns: [t.volumeId, t.labelValue] }),
    index("proposal_prediction_idx").on(t.predictionId),
    index("proposal_queue_idx").on(t.volumeId, t.state, t.kind, t.uncertainty),
    /** Few among many. */
    index("proposal_planted_idx").on(t.volumeId).where(sql`${t.planted}`),
  ],
);

/** How often planted proposals were taken for a nucleus, and how often not: of the project, so that nobody's answers can be told from others'. */
export const vigilance = pgTable("vigilance", {
  projectId: uuid("project_id")
    .primaryKey()
    .references(() => project.id, { onDelete: "cascade" }),
  accepted: integer("accepted").notNull().default(0),
  corrected: integer("corrected").notNull().default(0),
  rejected: integer("rejected").notNull().default(0),
});

/** Who is looking at which proposal now. Lapses when the holder goes away. */
export const claim = pgTable(
  "claim",
  {
    volumeId: uuid("volume_id").notNull(),
    labelValue: bigint("label_value", { mode: "number" }).notNull(),
    userId: text("user_id")
      .notNull()
      .references(() => user.id, { onDelete: "cascade" }),
    /** The page that holds it: a person may have several open. */
    pageId: text("page_id").notNull(),
    /** True for the random audit items; never shown. */
    audit: boolean("audit").notNull().default(false),
    /** How likely it is that the nucleus is wrong, as its holder was told; null where nothing was said. */
    wrongProbability: doublePrecision("wrong_probability"),
    claimedAt: moment("claimed_at").notNull().defaultNow(),
    expiresAt: moment("expires_at").notNull(),
  },
  (t) => [primaryKey({ columns: [t.volumeId, t.labelValue] })],
);

/** What a person decided about a proposal, with everything that explains the question. Kept for ever. */
export const decision = pgTable(
  "decision",
  {
    id: uuid("id").primaryKey().defaultRandom(),
    projectId: uuid("project_id")
      .notNull()
      .references(() => project.id, { onDelete: "cascade" }),
    volumeId: uuid("volume_id")
      .notNull()
      .references(() => volume.id, { onDelete: "cascade" }),
    labelValue: bigint("label_value", { mode: "number" }).notNull(),
    userId: text("user_id")
      .notNull()
      .references(() => user.id),
    kind: text("kind", { enum: ["accepted", "corrected", "rejected", "skipped", "undone"] }).notNull(),
    audit: boolean("audit").notNull().default(false),
    checkpointId: uuid("checkpoint_id"),
    snapshotId: uuid("snapshot_id"),
    predictionId: uuid("prediction_id"),
    uncertainty: doublePrecision("uncertainty"),
    /** Of the proposal, as it was then; null for candidates and in decisions of before. */
    doubt: doublePrecision("doubt"),
    /** What the person was told before they decided. */
    wrongProbability: doublePrecision("wrong_probability"),
    createdAt: createdAt(),
  },
  (t) => [
    index("decision_project_idx").on(t.projectId, t.createdAt),
    index("decision_volume_idx").on(t.volumeId, t.labelValue),
  ],
);

/**
 * A frozen dataset version. `freezing` while its labels are copied and measured, then `ready` and never changed again;
 * its own blobs lie under `datasets/<id>/`, its labels in its snapshot.
 */
export const datasetVersionStates = ["freezing", "ready", "failed"] as const;

export const datasetVersion = pgTable(
  "dataset_version",
  {
    id: uuid("id").primaryKey().defaultRandom(),
    projectId: uuid("project_id")
      .notNull()
      .references(() => project.id, { onDelete: "cascade" }),
    version: integer("version").notNull(),
    state: text("state", { enum: datasetVersionStates }).notNull().default("freezing"),
    /** Only nuclei that a second person approved are in it; the voxels of the others are unknown. */
    approvedOnly: boolean("approved_only").notNull().default(false),
    /** 0…1 while freezing. */
    progress: doublePrecision("progress").notNull().default(0),
    problem: jsonb("problem").$type<ProblemFields>(),
    /** Null until the labels are copied. */
    snapshotId: uuid("snapshot_id").references(() => snapshot.id),
    checkpointId: uuid("checkpoint_id"),
    /** Everything `dataset.json` says, frozen; null until it is ready. Shape: server/export. */
    description: jsonb("description"),
    createdBy: text("created_by")
      .notNull()
      .references(() => user.id),
    createdAt: createdAt(),
  },
  (t) => [uniqueIndex("dataset_version_number_idx").on(t.projectId, t.version)],
);
