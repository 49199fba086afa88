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
import type { ProblemFields } from "../../core/problem.ts";
import { depositPlaces, depositStates } from "../../core/publication/deposit.ts";
import { user } from "./auth.ts";
import { bytea, createdAt, moment } from "./columns.ts";
import { project } from "./project.ts";
import { datasetVersion } from "./proposal.ts";

/** A file that was sent whole and compared. */
export interface DepositedFile {
  readonly name: string;
  readonly bytes: number;
  readonly md5: string;
  /** Of the bytes, known before they are made: another one is another file. */
  readonly etag: string;
}

/** A dataset version on its way to a repository, or there (core/publication/deposit.ts). Holds nothing that opens anything. */
export const deposit = pgTable(
  "deposit",
  {
    id: uuid("id").primaryKey().defaultRandom(),
    projectId: uuid("project_id")
      .notNull()
      .references(() => project.id, { onDelete: "cascade" }),
    /** Null once the version was deleted: what was published stays known. */
    versionId: uuid("version_id").references(() => datasetVersion.id, { onDelete: "set null" }),
    version: integer("version").notNull(),
    place: text("place", { enum: depositPlaces }).notNull(),
    state: text("state", { enum: depositStates }).notNull().default("uploading"),
    /** 0…1 of the bytes, while it is uploading. */
    progress: doublePrecision("progress").notNull().default(0),
    /** Of all files; null until they are laid out. */
    bytes: bigint("bytes", { mode: "number" }),
    problem: jsonb("problem").$type<ProblemFields>(),
    /** Number of the record that it is a new version of. */
    newVersionOf: text("new_version_of"),
    /** A draft was asked for, and may be there though nobody answered. */
    asked: boolean("asked").notNull().default(false),
    /** Number of the draft and record; null until it is known. */
    recordId: text("record_id"),
    /** Reserved, and then registered. */
    doi: text("doi"),
    page: text("page"),
    metadataSent: boolean("metadata_sent").notNull().default(false),
    files: jsonb("files").$type<DepositedFile[]>().notNull().default([]),
    /** Whose account at Zenodo it lies in; null once their account here is gone. */
    createdBy: text("created_by").references(() => user.id, { onDelete: "set null" }),
    createdAt: createdAt(),
    publishedAt: moment("published_at"),
  },
  (t) => [
    index("deposit_project_idx").on(t.projectId, t.createdAt),
    index("deposit_state_idx").on(t.state, t.createdAt),
    uniqueIndex("deposit_version_idx").on(t.versionId, t.place),
  ],
);

/** A person's token for a repository, sealed (server/secrets/sealed-text.ts): the database alone does not open it. */
export const repositoryToken = pgTable(
  "repository_token",
  {
    userId: text("user_id")
      .notNull()
      .references(() => user.id, { onDelete: "cascade" }),
    place: text("place", { enum: depositPlaces }).notNull(),
    sealed: bytea("sealed").notNull(),
    savedAt: moment("saved_at").notNull().defaultNow(),
  },
  (t) => [primaryKey({ columns: [t.userId, t.place] })],
);
