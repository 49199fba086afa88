import { sql } from "drizzle-orm";
import {
  bigint,
  boolean,
  date,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  smallint,
  text,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import { contributionKinds } from "../../core/history/contributions.ts";
import { user } from "./auth.ts";
import { bytea, createdAt, moment } from "./columns.ts";
import { volume } from "./volume.ts";

/** Co-edited labels of a volume. Rules are those of core/sync/SPEC.md. */

const ofVolume = () =>
  uuid("volume_id")
    .notNull()
    .references(() => volume.id, { onDelete: "cascade" });

/** One page load of one person. Numbers are never used again. */
export const volumeSession = pgTable(
  "volume_session",
  {
    volumeId: ofVolume(),
    session: bigint("session", { mode: "number" }).notNull(),
    userId: text("user_id")
      .notNull()
      .references(() => user.id),
    /** Last record in the page's outbox when it was loaded: this session's first record waits for it. */
    afterSession: bigint("after_session", { mode: "number" }),
    afterSeq: bigint("after_seq", { mode: "number" }),
    /** Its records up to this one are in the base. */
    foldedSeq: bigint("folded_seq", { mode: "number" }).notNull().default(0),
    /** Known to that page alone: seals the edits that it saves to a file, so that nobody writes some in its name. */
    sealKey: uuid("seal_key").notNull().defaultRandom(),
    createdAt: createdAt(),
  },
  (t) => [primaryKey({ columns: [t.volumeId, t.session] })],
);

/** Write-ahead log: what one tick changed in the shared document, as a Yjs V1 update. */
export const labelWal = pgTable(
  "label_wal",
  {
    volumeId: ofVolume(),
    epoch: integer("epoch").notNull(),
    /** 1, 2, 3… without gaps per volume and epoch. */
    position: bigint("position", { mode: "number" }).notNull(),
    update: bytea("update").notNull(),
    createdAt: createdAt(),
  },
  (t) => [primaryKey({ columns: [t.volumeId, t.epoch, t.position] })],
);

/** The whole document as of a position: the log is read from there on. */
export const labelDocumentState = pgTable(
  "label_document_state",
  {
    volumeId: ofVolume(),
    epoch: integer("epoch").notNull(),
    position: bigint("position", { mode: "number" }).notNull(),
    state: bytea("state").notNull(),
    createdAt: createdAt(),
  },
  (t) => [primaryKey({ columns: [t.volumeId, t.epoch, t.position] })],
);

/** The contiguous history of every session: audit trail, and what "saved" means. */
export const labelJournal = pgTable(
  "label_journal",
  {
    volumeId: ofVolume(),
    session: bigint("session", { mode: "number" }).notNull(),
    seq: bigint("seq", { mode: "number" }).notNull(),
    stamp: bigint("stamp", { mode: "number" }).notNull(),
    kind: smallint("kind").notNull(),
    /** Exact bytes as the author made them. */
    record: bytea("record").notNull(),
    userId: text("user_id")
      .notNull()
      .references(() => user.id),
    labels: bigint("labels", { mode: "number" }).array().notNull(),
    brickKeys: bigint("brick_keys", { mode: "number" }).array().notNull(),
    /** What an UNDO or REDO names; null of other kinds. */
    targetSession: bigint("target_session", { mode: "number" }),
    targetSeq: bigint("target_seq", { mode: "number" }),
    /** Position of the tick in the log. */
    position: bigint("position", { mode: "number" }).notNull(),
    /** Generation whose fold took the record into the base; null while it is live. */
    foldedGeneration: integer("folded_gen"),
    undone: boolean("undone").notNull().default(false),
    createdAt: createdAt(),
  },
  (t) => [
    primaryKey({ columns: [t.volumeId, t.session, t.seq] }),
    index("label_journal_position_idx").on(t.volumeId, t.position),
    /** What lives is read at every opening of a room, and is few. */
    index("label_journal_live_idx").on(t.volumeId).where(sql`${t.foldedGeneration} is null`),
    index("label_journal_folded_idx").on(t.volumeId, t.foldedGeneration),
    index("label_journal_target_idx")
      .on(t.volumeId, t.targetSession, t.targetSeq)
      .where(sql`${t.targetSession} is not null`),
  ],
);

/**
 * Versions of the bricks of the base, and of the folded fields and merges (key -1). Bytes lie under `blob` in the store and
 * are there before the row is; null = all background. None = what was imported.
 */
export const labelBaseVersion = pgTable(
  "label_base_version",
  {
    volumeId: ofVolume(),
    key: bigint("key", { mode: "number" }).notNull(),
    rev: bigint("rev", { mode: "number" }).notNull(),
    /** It holds the records of all generations up to this one. */
    generation: integer("generation").notNull(),
    hash: text("hash").notNull(),
    blob: text("blob"),
    /** Nothing in it has been undone or redone since. */
    isStart: boolean("is_start").notNull(),
    createdAt: createdAt(),
  },
  (t) => [primaryKey({ columns: [t.volumeId, t.key, t.rev] })],
);

/** Who touched a label last among the folded records. */
export const labelTouch = pgTable(
  "label_touch",
  {
    volumeId: ofVolume(),
    label: bigint("label", { mode: "number" }).notNull(),
    userId: text("user_id")
      .notNull()
      .references(() => user.id),
    touchedAt: moment("touched_at").notNull(),
  },
  (t) => [primaryKey({ columns: [t.volumeId, t.label] })],
);

/** What people call a nucleus by: 1, 2, 3 … in its volume. It stays its label's when the nucleus is gone: undo brings both back. */
export const nucleusNumber = pgTable(
  "nucleus_number",
  {
    volumeId: ofVolume(),
    label: bigint("label", { mode: "number" }).notNull(),
    number: integer("number").notNull(),
  },
  (t) => [primaryKey({ columns: [t.volumeId, t.label] }), uniqueIndex("nucleus_number_idx").on(t.volumeId, t.number)],
);

/** Voxels of PAINTREF records; bytes at `volumes/<id>/paint/<sha256>`. A row exists only once they are stored. */
export const labelBlob = pgTable(
  "label_blob",
  {
    volumeId: ofVolume(),
    sha256: text("sha256").notNull(),
    sizeBytes: integer("size_bytes").notNull(),
    createdBy: text("created_by")
      .notNull()
      .references(() => user.id),
    createdAt: createdAt(),
  },
  (t) => [primaryKey({ columns: [t.volumeId, t.sha256] })],
);

/**
 * How many nuclei a volume has: what the journal says up to a position, on a basis (imported labels, boxes kept out).
 * Anything newer makes it stale, and the volume is counted anew.
 */
export const nucleusCount = pgTable("nucleus_count", {
  volumeId: ofVolume().primaryKey(),
  position: bigint("position", { mode: "number" }).notNull(),
  basis: text("basis").notNull(),
  truth: integer("truth").notNull(),
  unfinished: integer("unfinished").notNull(),
  /** Of the truth, those outside of boxes kept for validation. */
  trainable: integer("trainable").notNull(),
  /** Of those, the approved ones. */
  trainableApproved: integer("trainable_approved").notNull().default(0),
  /** Of the truth, by what reviewers said (core/review). */
  toReview: integer("to_review").notNull().default(0),
  approved: integer("approved").notNull().default(0),
  sentBack: integer("sent_back").notNull().default(0),
  countedAt: createdAt(),
});

/**
 * What a volume had at the end of each day on which it was counted, UTC; today's row is the count of now. Written with the count, so
 * that a course of months costs a row a day, whatever was painted.
 */
export const nucleusDay = pgTable(
  "nucleus_day",
  {
    volumeId: ofVolume(),
    day: date("day").notNull(),
    accepted: integer("accepted").notNull(),
    corrected: integer("corrected").notNull(),
    unfinished: integer("unfinished").notNull(),
    approved: integer("approved").notNull(),
    /** Of accepted and corrected ones, by the name of the class; those without one are left out. */
    classes: jsonb("classes").$type<Record<string, number>>().notNull(),
  },
  (t) => [primaryKey({ columns: [t.volumeId, t.day] })],
);

/** What people did to a label by acts that the journal has forgotten since (core/history/contributions.ts). */
export const labelContribution = pgTable(
  "label_contribution",
  {
    volumeId: ofVolume(),
    label: bigint("label", { mode: "number" }).notNull(),
    userId: text("user_id")
      .notNull()
      .references(() => user.id),
    kind: text("kind", { enum: contributionKinds }).notNull(),
    firstPosition: bigint("first_position", { mode: "number" }).notNull(),
    lastPosition: bigint("last_position", { mode: "number" }).notNull(),
  },
  (t) => [primaryKey({ columns: [t.volumeId, t.label, t.userId, t.kind] })],
);
