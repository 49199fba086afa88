import { bigint, boolean, index, integer, pgTable, text, timestamp, uniqueIndex } from "drizzle-orm/pg-core";
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
  /** Codes of an authenticator app are asked for after the password. */
  twoFactorEnabled: boolean("two_factor_enabled").notNull().default(false),
  /** Since when an administrator lets this person in no more; null = the account is on. */
  switchedOffAt: moment("switched_off_at"),
});

/** How a session proved who its person is; a passkey and a code after the password are two factors. */
export const signInMethods = ["password", "code", "passkey", "institution"] as const;

export const session = pgTable(
  "session",
  {
    id: text("id").primaryKey(),
    /** The end at the latest, however much the session is used. */
    expiresAt: timestamp("expires_at", { withTimezone: true }).notNull(),
    /** Stored hashed (server/auth/sessions/hashed-token-adapter.ts); only the browser's cookie holds the token. */
    token: text("token").notNull().unique(),
    createdAt: createdAt(),
    updatedAt: moment("updated_at").notNull().defaultNow(),
    lastSeenAt: moment("last_seen_at").notNull().defaultNow(),
    /** When the person last proved in this session that it is they. */
    confirmedAt: moment("confirmed_at").notNull().defaultNow(),
    method: text("method", { enum: signInMethods }).notNull().default("password"),
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
  (t) => [
    index("account_user_idx").on(t.userId),
    // One identity at a provider signs in one person.
    uniqueIndex("account_identity_idx").on(t.providerId, t.accountId),
  ],
);

/** The authenticator app of a person: the secret is encrypted, the recovery codes are hashed. */
export const twoFactor = pgTable("two_factor", {
  id: text("id").primaryKey(),
  userId: text("user_id")
    .notNull()
    .unique()
    .references(() => user.id, { onDelete: "cascade" }),
  secret: text("secret").notNull(),
  backupCodes: text("backup_codes").notNull(),
  /** False until the first code proves that the app has the secret. */
  verified: boolean("verified").notNull().default(false),
  failedVerificationCount: integer("failed_verification_count").notNull().default(0),
  lockedUntil: moment("locked_until"),
  /** Time step (30 s since 1970) of the newest code that was accepted: it and older ones are refused. */
  lastStep: integer("last_step").notNull().default(0),
});

export const passkey = pgTable(
  "passkey",
  {
    id: text("id").primaryKey(),
    name: text("name"),
    publicKey: text("public_key").notNull(),
    userId: text("user_id")
      .notNull()
      .references(() => user.id, { onDelete: "cascade" }),
    credentialID: text("credential_id").notNull().unique(),
    counter: bigint("counter", { mode: "number" }).notNull(),
    deviceType: text("device_type").notNull(),
    backedUp: boolean("backed_up").notNull(),
    transports: text("transports"),
    createdAt: createdAt(),
    lastUsedAt: moment("last_used_at"),
    aaguid: text("aaguid"),
  },
  (t) => [index("passkey_user_idx").on(t.userId)],
);

/** What better-auth waits for: a code after the password, an answer of a passkey or a provider; browsers that were trusted. */
export const verification = pgTable(
  "verification",
  {
    id: text("id").primaryKey(),
    identifier: text("identifier").notNull(),
    value: text("value").notNull(),
    expiresAt: timestamp("expires_at", { withTimezone: true }).notNull(),
    createdAt: createdAt(),
    updatedAt: moment("updated_at").notNull().defaultNow(),
  },
  (t) => [index("verification_identifier_idx").on(t.identifier)],
);

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

/** Facts of this installation, such as its settings. Secrets are no part of the database (server/secrets). */
export const installation = pgTable("installation", {
  key: text("key").primaryKey(),
  value: text("value").notNull(),
});
