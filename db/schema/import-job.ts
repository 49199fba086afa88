import { index, integer, jsonb, pgTable, text, uuid } from "drizzle-orm/pg-core";
import type { ImportedLabels, ImportRequest } from "../../core/import/import-request.ts";
import type { ProblemFields } from "../../core/problem.ts";
import { user } from "./auth.ts";
import { createdAt, moment } from "./columns.ts";
import { project } from "./project.ts";
import { volume } from "./volume.ts";

/** `queued` -> `running` -> `done` | `failed`; a cancelled job is deleted. After a restart, running ones are queued again. */
export const importJobStates = ["queued", "running", "done", "failed"] as const;

/** One import: a volume, with or without labels, or labels for a volume that is there. */
export const importJob = pgTable(
  "import_job",
  {
    id: uuid("id").primaryKey().defaultRandom(),
    projectId: uuid("project_id")
      .notNull()
      .references(() => project.id, { onDelete: "cascade" }),
    volumeId: uuid("volume_id")
      .notNull()
      .references(() => volume.id, { onDelete: "cascade" }),
    userId: text("user_id")
      .notNull()
      .references(() => user.id, { onDelete: "cascade" }),
    state: text("state", { enum: importJobStates }).notNull().default("queued"),
    request: jsonb("request").$type<ImportRequest>().notNull(),
    /** Times it was started; a job that took the server down twice is not started a fourth time. */
    attempts: integer("attempts").notNull().default(0),
    progressPercent: integer("progress_percent").notNull().default(0),
    /** A word for the page. */
    phase: text("phase").notNull().default(""),
    problem: jsonb("problem").$type<ProblemFields>(),
    labels: jsonb("labels").$type<ImportedLabels>(),
    createdAt: createdAt(),
    finishedAt: moment("finished_at"),
  },
  (t) => [index("import_job_project_idx").on(t.projectId), index("import_job_volume_idx").on(t.volumeId)],
);
