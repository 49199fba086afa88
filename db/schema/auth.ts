import { boolean, index, pgTable, text, timestamp } from "drizzle-orm/pg-core";
import { createdAt, moment } from "./columns.ts";

/** Accounts: the tables better-auth expects, plus the installation's own links. */
export const user = pgTable("user", {
  id: text("id").primaryKey(),
  name: text("name").notNull(),
  email: text("email").notNull().unique(),
  emailVerified: boolean("email_verified").notNull().default(false),
  image: text("image"),
  createdAt: createdAt(),
  updatedAt: moment("updated_at").notNull().defaultNow(),
  /** Administrator of the installation; nothing to do with roles in projects. */
  isAdministrator: boolean("is_administrator").notNull().default(false),
});

export const session = pgTable(
  "session",
  {
    id: text("id").primaryKey(),
    expiresAt: timestamp("expires_at", { withTimezone: true }).notNull(),
    token: text("token").notNull().unique(),
    createdAt: createdAt(),
    updatedAt: moment("updated_at").notNull().defaultNow(),
    ipAddress: text("ip_address"),
    userAgent: text("user_agent"),
    userId: text("user_id")
      .notNull()
      .references(() => user.id, { onDelete: "cascade" }),
  },
  (t) => [index("session_user_idx").on(t.userId)],
);

export const account = pgTable(
  "account",
  {
    id: text("id").primaryKey(),
    accountId: text("account_id").notNull(),
    providerId: text("provider_id").notNull(),
    userId: text("user_id")
      .notNull()
      .references(() => user.id, { onDelete: "cascade" }),
    accessToken: text("access_token"),
    refreshToken: text("refresh_token"),
    idToken: text("id_token"),
    accessTokenExpiresAt: moment("access_token_expires_at"),
    refreshTokenExpiresAt: moment("refresh_token_expires_at"),
    scope: text("scope"),
    password: text("password"),
    createdAt: createdAt(),
    updatedAt: moment("updated_at").notNull().defaultNow(),
  },
  (t) => [index("account_user_idx").on(t.userId)],
);

export const verification = pgTable("verification", {
  id: text("id").primaryKey(),
  identifier: text("identifier").notNull(),
  value: text("value").notNull(),
  expiresAt: timestamp("expires_at", { withTimezone: true }).notNull(),
  createdAt: createdAt(),
  updatedAt: moment("updated_at").notNull().defaultNow(),
});

/** One-time links: the first account (`administrator`) and password resets made by an administrator. Tokens are stored hashed. */
export const oneTimeLink = pgTable("one_time_link", {
  tokenHash: text("token_hash").primaryKey(),
  purpose: text("purpose", { enum: ["administrator", "reset"] }).notNull(),
  userId: text("user_id").references(() => user.id, { onDelete: "cascade" }),
  createdAt: createdAt(),
  expiresAt: moment("expires_at"),
  usedAt: moment("used_at"),
});

/**
 * Trainers dial in with one of these: it claims jobs and opens nothing else. Stored hashed; the local trainer's is made
 * anew at each start.
 */
export const trainerToken = pgTable("trainer_token", {
  tokenHash: text("token_hash").primaryKey(),
  name: text("name").notNull(),
  /** False: only those of `trainer_token_project`, and none once these are deleted. */
  allProjects: boolean("all_projects").notNull().default(true),
  createdBy: text("created_by").references(() => user.id),
  createdAt: createdAt(),
  lastSeenAt: moment("last_seen_at"),
  revokedAt: moment("revoked_at"),
});

/** Facts of this installation, such as the secret that signs sessions. */
export const installation = pgTable("installation", {
  key: text("key").primaryKey(),
  value: text("value").notNull(),
});
