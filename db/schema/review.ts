import { bigint, index, pgTable, primaryKey, text, uuid } from "drizzle-orm/pg-core";
import { reviewVerdicts } from "../../core/review/review-state.ts";
import { user } from "./auth.ts";
import { createdAt, moment } from "./columns.ts";
import { project } from "./project.ts";
import { volume } from "./volume.ts";

/** Nuclei that a second person looks at. Which they are follows from the labels and the project's rule: core/review. */

const ofVolume = () =>
  uuid("volume_id")
    .notNull()
    .references(() => volume.id, { onDelete: "cascade" });
const label = () => bigint("label", { mode: "number" }).notNull();
const ofPerson = () =>
  text("user_id")
    .notNull()
    .references(() => user.id);

/** Everybody who ever drew, changed or judged a label: for ever, as the journal is forgotten. They do not review it. */
export const nucleusAuthor = pgTable(
  "nucleus_author",
  { volumeId: ofVolume(), userId: ofPerson(), label: label() },
  (t) => [primaryKey({ columns: [t.volumeId, t.userId, t.label] })],
);

/** The last verdict on each nucleus. It stands while the nucleus is as its fingerprint says. */
export const nucleusReview = pgTable(
  "nucleus_review",
  {
    volumeId: ofVolume(),
    label: label(),
    verdict: text("verdict", { enum: reviewVerdicts }).notNull(),
    fingerprint: text("fingerprint").notNull(),
    note: text("note").notNull().default(""),
    userId: ofPerson(),
    createdAt: createdAt(),
  },
  (t) => [primaryKey({ columns: [t.volumeId, t.label] })],
);

/** Who looks at which nucleus now; lapses when the holder goes away. */
export const reviewClaim = pgTable(
  "review_claim",
  {
    volumeId: ofVolume(),
    label: label(),
    userId: text("user_id")
      .notNull()
      .references(() => user.id, { onDelete: "cascade" }),
    pageId: text("page_id").notNull(),
    expiresAt: moment("expires_at").notNull(),
  },
  (t) => [primaryKey({ columns: [t.volumeId, t.label] })],
);

/** Everything that was said of nuclei by reviewers and answered by authors. Kept for ever. */
export const reviewDecision = pgTable(
  "review_decision",
  {
    id: uuid("id").primaryKey().defaultRandom(),
    projectId: uuid("project_id")
      .notNull()
      .references(() => project.id, { onDelete: "cascade" }),
    volumeId: ofVolume(),
    label: label(),
    userId: ofPerson(),
    kind: text("kind", { enum: [...reviewVerdicts, "taken-back", "answered"] }).notNull(),
    fingerprint: text("fingerprint").notNull(),
    note: text("note").notNull().default(""),
    createdAt: createdAt(),
  },
  (t) => [index("review_decision_nucleus_idx").on(t.volumeId, t.label, t.createdAt)],
);
