import {
  boolean,
  doublePrecision,
  index,
  integer,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import { reviewScopes } from "../../core/review/review-rule.ts";
import { roles } from "../../core/roles.ts";
import { user } from "./auth.ts";
import { createdAt, moment } from "./columns.ts";

export const project = pgTable("project", {
  id: uuid("id").primaryKey().defaultRandom(),
  name: text("name").notNull(),
  description: text("description").notNull().default(""),
  /** Markdown for annotators; shown without raw HTML. */
  guidelines: text("guidelines").notNull().default(""),
  /** Licence of the data, an SPDX id or a sentence. */
  dataLicence: text("data_licence").notNull().default(""),
  /** Budget of one training. */
  trainMinutes: doublePrecision("train_minutes").notNull().default(6),
  /** After this many decisions a new training is offered, or started if `autoRetrain`. */
  retrainAfterDecisions: integer("retrain_after_decisions").notNull().default(20),
  autoRetrain: boolean("auto_retrain").notNull().default(false),
  /** New volumes get proposals at once, and the first round starts by itself as soon as there are enough nuclei. */
  autoBegin: boolean("auto_begin").notNull().default(false),
  /** Which nuclei a second person is asked about (core/review/review-rule.ts). */
  reviewScope: text("review_scope", { enum: reviewScopes }).notNull().default("none"),
  reviewSharePercent: integer("review_share_percent").notNull().default(20),
  newcomerDays: integer("newcomer_days").notNull().default(14),
  /** Trainings learn from nuclei alone that a second person approved; the others are unknown to them. */
  trainApprovedOnly: boolean("train_approved_only").notNull().default(false),
  /** About one of so many questions is a wrong proposal that was planted (server/vigilance); 0: none is. */
  plantEvery: integer("plant_every").notNull().default(0),
  /** Members see how many tasks each of them has and how fast they answer. They are told when it is switched. */
  showsPace: boolean("shows_pace").notNull().default(false),
  /** Questions asked so far: decides which kind the next one is (core/query/question-kind.ts). */
  questionsAsked: integer("questions_asked").notNull().default(0),
  /** Checkpoint whose proposals are shown; no foreign key, as checkpoint refers to project. */
  currentCheckpointId: uuid("current_checkpoint_id"),
  /**
   * The study whose layer is drawn here: this is the desk of one of its annotators, a project that nobody sees but who sits there
   * (docs/adr/0052). Null: a project. No foreign key, as a study refers to its project.
   */
  deskOf: uuid("desk_of"),
  createdBy: text("created_by")
    .notNull()
    .references(() => user.id),
  createdAt: createdAt(),
});

export const projectMember = pgTable(
  "project_member",
  {
    projectId: uuid("project_id")
      .notNull()
      .references(() => project.id, { onDelete: "cascade" }),
    userId: text("user_id")
      .notNull()
      .references(() => user.id, { onDelete: "cascade" }),
    role: text("role", { enum: roles }).notNull(),
    /** How exports name this person: by name, or by pseudonym if they chose so. */
    exportAs: text("export_as", { enum: ["name", "pseudonym"] })
      .notNull()
      .default("pseudonym"),
    pseudonym: text("pseudonym").notNull(),
    joinedAt: moment("joined_at").notNull().defaultNow(),
  },
  (t) => [primaryKey({ columns: [t.projectId, t.userId] }), index("project_member_user_idx").on(t.userId)],
);

export const invitation = pgTable("invitation", {
  id: uuid("id").primaryKey().defaultRandom(),
  projectId: uuid("project_id")
    .notNull()
    .references(() => project.id, { onDelete: "cascade" }),
  role: text("role", { enum: roles }).notNull(),
  tokenHash: text("token_hash").notNull().unique(),
  /** The account that it is for alone, where its maker named one; null: whoever has the link. */
  forUserId: text("for_user_id").references(() => user.id, { onDelete: "cascade" }),
  createdBy: text("created_by")
    .notNull()
    .references(() => user.id),
  createdAt: createdAt(),
  expiresAt: moment("expires_at").notNull(),
  usedBy: text("used_by").references(() => user.id),
  usedAt: moment("used_at"),
  revokedAt: moment("revoked_at"),
});

/** A class of nuclei with its number key, e.g. 1 interphase, 2 mitotic. */
export const nucleusClass = pgTable(
  "nucleus_class",
  {
    id: uuid("id").primaryKey().defaultRandom(),
    projectId: uuid("project_id")
      .notNull()
      .references(() => project.id, { onDelete: "cascade" }),
    name: text("name").notNull(),
    /** 1…9 */
    numberKey: integer("number_key").notNull(),
    /** CSS hex colour. */
    color: text("color").notNull(),
  },
  (t) => [
    uniqueIndex("nucleus_class_key_idx").on(t.projectId, t.numberKey),
    uniqueIndex("nucleus_class_name_idx").on(t.projectId, t.name),
  ],
);
