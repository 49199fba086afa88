import { doublePrecision, index, integer, jsonb, pgTable, primaryKey, text, uuid } from "drizzle-orm/pg-core";
import { consensusMethods, studyBeginnings, studyStates } from "../../core/agreement/blind-study.ts";
import type { StudyResult } from "../../core/agreement/study-result.ts";
import type { ProblemFields } from "../../core/problem.ts";
import type { Zyx } from "../../core/volume/voxel-space.ts";
import { user } from "./auth.ts";
import { createdAt, moment } from "./columns.ts";
import { project } from "./project.ts";
import { volume } from "./volume.ts";

/** A place that several people draw blind, each in a layer of their own, to be compared (docs/adr/0052). */
export const study = pgTable(
  "study",
  {
    id: uuid("id").primaryKey().defaultRandom(),
    projectId: uuid("project_id")
      .notNull()
      .references(() => project.id, { onDelete: "cascade" }),
    volumeId: uuid("volume_id")
      .notNull()
      .references(() => volume.id, { onDelete: "cascade" }),
    /** Half-open, voxels. */
    minZyx: jsonb("min_zyx").$type<Zyx>().notNull(),
    maxZyx: jsonb("max_zyx").$type<Zyx>().notNull(),
    beginsWith: text("begins_with", { enum: studyBeginnings }).notNull(),
    /** The prediction whose proposals all layers begin with; null: they begin with nothing. */
    seedPredictionId: uuid("seed_prediction_id"),
    adjudicatorId: text("adjudicator_id")
      .notNull()
      .references(() => user.id),
    state: text("state", { enum: studyStates }).notNull().default("drawing"),
    /** 0…1 while comparing. */
    progress: doublePrecision("progress").notNull().default(0),
    /** Why it could not be compared; it is tried again when somebody asks. */
    problem: jsonb("problem").$type<ProblemFields>(),
    /** Null until it is compared. */
    result: jsonb("result").$type<StudyResult>(),
    consensus: text("consensus", { enum: consensusMethods }),
    /** The proposals that the consensus became. */
    consensusPredictionId: uuid("consensus_prediction_id"),
    closedAt: moment("closed_at"),
    adjudicatedAt: moment("adjudicated_at"),
    createdBy: text("created_by")
      .notNull()
      .references(() => user.id),
    createdAt: createdAt(),
  },
  (t) => [index("study_project_idx").on(t.projectId), index("study_volume_idx").on(t.volumeId)],
);

/** What one person draws: a volume of its own, which shows the image of the study's, in a project of its own. */
export const studyLayer = pgTable(
  "study_layer",
  {
    studyId: uuid("study_id")
      .notNull()
      .references(() => study.id, { onDelete: "cascade" }),
    userId: text("user_id")
      .notNull()
      .references(() => user.id),
    /** Place in the result, from 0, in an order that says nothing of who it is. */
    number: integer("number").notNull(),
    volumeId: uuid("volume_id")
      .notNull()
      .unique()
      .references(() => volume.id, { onDelete: "cascade" }),
    /** The person says that they are done. */
    doneAt: moment("done_at"),
  },
  (t) => [primaryKey({ columns: [t.studyId, t.userId] })],
);
