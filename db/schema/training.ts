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
  uuid,
} from "drizzle-orm/pg-core";
import type { CheckpointMetrics } from "../../core/contract/checkpoint-metrics.ts";
import type { ClassScores } from "../../core/contract/class-scores.ts";
import type { SnapshotManifest } from "../../core/contract/snapshot-manifest.ts";
import type { FileHashes, JobPayload } from "../../core/contract/trainer-job.ts";
import type { ProblemFields } from "../../core/problem.ts";
import { trainerToken, user } from "./auth.ts";
import { createdAt, moment } from "./columns.ts";
import { project } from "./project.ts";
import { volume } from "./volume.ts";

/** Frozen labels of a project: blobs under `snapshots/<id>/<volumeId>/`, never changed again. */
export const snapshot = pgTable("snapshot", {
  id: uuid("id").primaryKey().defaultRandom(),
  projectId: uuid("project_id")
    .notNull()
    .references(() => project.id, { onDelete: "cascade" }),
  reason: text("reason", { enum: ["training", "prediction", "export"] }).notNull(),
  /** Only nuclei that a second person approved are finished in it. */
  approvedOnly: boolean("approved_only").notNull().default(false),
  createdBy: text("created_by").references(() => user.id),
  createdAt: createdAt(),
  /** Null until every volume is written. */
  completedAt: moment("completed_at"),
});

export const snapshotVolume = pgTable(
  "snapshot_volume",
  {
    id: uuid("id").primaryKey().defaultRandom(),
    snapshotId: uuid("snapshot_id")
      .notNull()
      .references(() => snapshot.id, { onDelete: "cascade" }),
    volumeId: uuid("volume_id")
      .notNull()
      .references(() => volume.id, { onDelete: "cascade" }),
    /** Position in the volume's journal that the snapshot holds. */
    journalPosition: bigint("journal_position", { mode: "number" }).notNull(),
    /** Which state of the labels it holds: those with equal texts have equal voxels. Null where nobody wrote it down. */
    labelsVersion: text("labels_version"),
    nuclei: integer("nuclei").notNull(),
    /** Everything beside the voxels: nuclei with status and class, boxes. Shape: core/contract. */
    manifest: jsonb("manifest").$type<SnapshotManifest>().notNull(),
  },
  (t) => [index("snapshot_volume_snapshot_idx").on(t.snapshotId)],
);

export const trainingJobStates = ["queued", "leased", "done", "failed", "cancelled"] as const;

/** Work for trainers; claimed with SKIP LOCKED, fenced by `leaseToken`. Only the database's clock decides. */
export const trainingJob = pgTable(
  "training_job",
  {
    id: uuid("id").primaryKey().defaultRandom(),
    projectId: uuid("project_id")
      .notNull()
      .references(() => project.id, { onDelete: "cascade" }),
    kind: text("kind", { enum: ["train", "predict"] }).notNull(),
    state: text("state", { enum: trainingJobStates }).notNull().default("queued"),
    priority: integer("priority").notNull().default(0),
    payload: jsonb("payload").$type<JobPayload>().notNull(),
    attempts: integer("attempts").notNull().default(0),
    maxAttempts: integer("max_attempts").notNull().default(5),
    leaseToken: bigint("lease_token", { mode: "number" }).notNull().default(0),
    leaseOwner: text("lease_owner"),
    /** Of the token that opens this job's routes, made at each claim. */
    jobTokenHash: text("job_token_hash"),
    /** The trainer's token that claimed it: taken back, it takes the job's token with it. */
    claimedWith: text("claimed_with").references(() => trainerToken.tokenHash, { onDelete: "set null" }),
    leaseExpiresAt: moment("lease_expires_at"),
    /** Asked for by the trainer: longer than the longest step of its engine. */
    leaseSeconds: doublePrecision("lease_seconds").notNull().default(60),
    cancelRequested: boolean("cancel_requested").notNull().default(false),
    /** 0…1 and a word for the page. */
    progress: doublePrecision("progress").notNull().default(0),
    phase: text("phase").notNull().default(""),
    engine: text("engine"),
    problem: jsonb("problem").$type<ProblemFields>(),
    /** What people should know of how it began, such as another model than they expect. */
    note: text("note"),
    /** Blob prefix of the last checkpoint of an unfinished job, to go on from, and the step it was taken at. */
    resumeBlob: text("resume_blob"),
    resumeStep: integer("resume_step").notNull().default(0),
    createdBy: text("created_by").references(() => user.id),
    createdAt: createdAt(),
    startedAt: moment("started_at"),
    finishedAt: moment("finished_at"),
  },
  (t) => [index("training_job_state_idx").on(t.state, t.createdAt), index("training_job_project_idx").on(t.projectId)],
);

/** What a training streams: loss and, where there are validation boxes, AP. */
export const trainingMetric = pgTable(
  "training_metric",
  {
    jobId: uuid("job_id")
      .notNull()
      .references(() => trainingJob.id, { onDelete: "cascade" }),
    /** A job that was taken over walks through some steps again: the later value stays. */
    step: integer("step").notNull(),
    elapsedSeconds: doublePrecision("elapsed_seconds").notNull(),
    loss: doublePrecision("loss"),
    validationAp50: doublePrecision("validation_ap50"),
    validationAp75: doublePrecision("validation_ap75"),
  },
  (t) => [primaryKey({ columns: [t.jobId, t.step] })],
);

/** `product`: the weights that come with the product, which have seen no image of anybody. */
export const checkpointOrigins = ["training", "product"] as const;

/** Frozen weights. `metrics` exists only where something was kept out of training. */
export const checkpoint = pgTable(
  "checkpoint",
  {
    id: uuid("id").primaryKey().defaultRandom(),
    projectId: uuid("project_id")
      .notNull()
      .references(() => project.id, { onDelete: "cascade" }),
    origin: text("origin", { enum: checkpointOrigins }).notNull().default("training"),
    jobId: uuid("job_id").references(() => trainingJob.id),
    snapshotId: uuid("snapshot_id").references(() => snapshot.id),
    /** Checkpoint it was fine-tuned from. */
    parentId: uuid("parent_id"),
    /** Folder of model.json and weights.bin in the BlobStore. */
    blobPrefix: text("blob_prefix").notNull(),
    /** Of these files as the trainer made them; null for checkpoints older than this column. */
    sha256: jsonb("sha256").$type<FileHashes>(),
    /** Shape: core/contract/training-configuration.ts. It leaves with every exported model. */
    configuration: jsonb("configuration").notNull(),
    /** ap50, ap75, dice, truth nuclei, measured where (core/contract), or null: nothing was kept out, no number. */
    metrics: jsonb("metrics").$type<CheckpointMetrics>(),
    /** Which classes it was given, and how well it tells them; null for checkpoints older than this column. */
    classes: jsonb("classes").$type<ClassScores>(),
    nucleiLabelled: integer("nuclei_labelled").notNull(),
    /** Sum over people of the time between acts, gaps over 30 s left out. */
    activeMinutes: doublePrecision("active_minutes").notNull(),
    promoted: boolean("promoted").notNull().default(false),
    createdAt: createdAt(),
  },
  (t) => [index("checkpoint_project_idx").on(t.projectId, t.createdAt)],
);

/** Trainers that have dialled in, for the page's status line. Away when not seen for a while. */
export const trainer = pgTable("trainer", {
  name: text("name").primaryKey(),
  /** `native-gpu`, `native-cpu`, `wasm`; null while it is being set up. */
  engine: text("engine"),
  /** What it says of itself: device, why this engine, progress of a set-up. */
  words: text("words").notNull().default(""),
  /** What it dialled in with: says which projects' pages should know of it. */
  tokenHash: text("token_hash").references(() => trainerToken.tokenHash, { onDelete: "set null" }),
  lastSeenAt: moment("last_seen_at").notNull().defaultNow(),
});

/** The projects that a trainer's token may serve, where it may not serve all. */
export const trainerTokenProject = pgTable(
  "trainer_token_project",
  {
    tokenHash: text("token_hash")
      .notNull()
      .references(() => trainerToken.tokenHash, { onDelete: "cascade" }),
    projectId: uuid("project_id")
      .notNull()
      .references(() => project.id, { onDelete: "cascade" }),
  },
  (t) => [primaryKey({ columns: [t.tokenHash, t.projectId] })],
);
