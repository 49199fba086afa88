import { and, desc, eq, gt, inArray, isNull, lt, ne, or, sql } from "drizzle-orm";
import type { Role } from "../../../core/roles.ts";
import type { PixelType } from "../../../core/volume/voxel-space.ts";
import type { Database, Transaction } from "../../../db/client.ts";
import {
  projectMember,
  session,
  type signInMethods,
  user,
  verification,
  volume,
  type volumeStates,
} from "../../../db/schema/index.ts";
import { hashToken } from "../token-hash.ts";

export type SignInMethod = (typeof signInMethods)[number];

const DAY_MS = 86_400_000;
/** A session ends this long after it began. */
export const SESSION_MAX_DAYS = 90;
/** A session that nobody used for this long has ended. */
export const SESSION_IDLE_DAYS = 30;
/** `lastSeenAt` is written no more often than this. */
const SEEN_EVERY_MS = 60_000;

export interface SignedInUser {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly isAdministrator: boolean;
  readonly sessionId: string;
  /** This session was begun with a passkey, or with a password and something that the person has. */
  readonly twoFactors: boolean;
  /** When the person last proved in this session that it is they. */
  readonly confirmedAt: Date;
}

const idleSince = () => new Date(Date.now() - SESSION_IDLE_DAYS * DAY_MS);
const isUsable = () => and(gt(session.expiresAt, new Date()), gt(session.lastSeenAt, idleSince()));

const sessionFields = {
  id: user.id,
  name: user.name,
  email: user.email,
  isAdministrator: user.isAdministrator,
  twoFactorEnabled: user.twoFactorEnabled,
  sessionId: session.id,
  method: session.method,
  lastSeenAt: session.lastSeenAt,
  confirmedAt: session.confirmedAt,
};

const holdsToken = (token: string) => and(eq(session.token, hashToken(token)), isUsable(), isNull(user.switchedOffAt));

/** The person whose browser holds the token, or null where the session ended or the account is switched off. */
export async function findSession(db: Database, token: string): Promise<SignedInUser | null> {
  const [row] = await db
    .select(sessionFields)
    .from(session)
    .innerJoin(user, eq(user.id, session.userId))
    .where(holdsToken(token));
  return row ? seen(db, row) : null;
}

/** A volume as a member of its project may know it at a route. */
export interface VisitedVolume {
  readonly projectId: string;
  readonly role: Role;
  readonly state: (typeof volumeStates)[number];
  readonly pixelType: PixelType;
  /** The volume whose image it shows, where it has none of its own. */
  readonly imageOf: string | null;
}

/**
 * The same with what the person is in a volume's project, null for strangers: one statement, as a viewer passes this
 * route for each of thousands of chunks.
 */
export async function findVisit(
  db: Database,
  token: string,
  volumeId: string,
): Promise<{ readonly user: SignedInUser; readonly visited: VisitedVolume | null } | null> {
  const [row] = await db
    .select({
      person: sessionFields,
      visited: {
        projectId: projectMember.projectId,
        role: projectMember.role,
        state: volume.state,
        pixelType: volume.pixelType,
        imageOf: volume.imageOf,
      },
    })
    .from(session)
    .innerJoin(user, eq(user.id, session.userId))
    .leftJoin(volume, eq(volume.id, volumeId))
    .leftJoin(projectMember, and(eq(projectMember.projectId, volume.projectId), eq(projectMember.userId, user.id)))
    .where(holdsToken(token));
  if (!row) return null;
  const { projectId, role, state, pixelType, imageOf } = row.visited;
  const visited = projectId && role && state && pixelType ? { projectId, role, state, pixelType, imageOf } : null;
  return { user: await seen(db, row.person), visited };
}

interface SessionRow extends Omit<SignedInUser, "twoFactors"> {
  readonly twoFactorEnabled: boolean;
  readonly method: SignInMethod;
  readonly lastSeenAt: Date;
}

async function seen(db: Database, { twoFactorEnabled, method, lastSeenAt, ...person }: SessionRow) {
  if (Date.now() - lastSeenAt.getTime() > SEEN_EVERY_MS)
    await db.update(session).set({ lastSeenAt: new Date() }).where(eq(session.id, person.sessionId));
  return { ...person, twoFactors: hasTwoFactors(method, twoFactorEnabled) };
}

/** With an authenticator app set up, a password alone begins a session only in a browser that gave a code before. */
const hasTwoFactors = (method: SignInMethod, twoFactorEnabled: boolean): boolean =>
  method === "passkey" || (twoFactorEnabled && method !== "institution");

/** Which of these sessions go on. Their lines are open, so they count as used. */
export async function keepSessions(db: Database, sessionIds: readonly string[]): Promise<ReadonlySet<string>> {
  if (sessionIds.length === 0) return new Set();
  const on = db.select({ id: user.id }).from(user).where(isNull(user.switchedOffAt));
  const kept = await db
    .update(session)
    .set({ lastSeenAt: sql`now()` })
    .where(and(inArray(session.id, [...sessionIds]), isUsable(), inArray(session.userId, on)))
    .returning({ id: session.id });
  return new Set(kept.map(({ id }) => id));
}

export interface ListedSession {
  readonly sessionId: string;
  readonly userAgent: string;
  readonly address: string;
  readonly method: SignInMethod;
  readonly createdAt: Date;
  readonly lastSeenAt: Date;
}

/** Newest use first. */
export const listSessions = (db: Database, userId: string): Promise<ListedSession[]> =>
  db
    .select({
      sessionId: session.id,
      userAgent: sql<string>`coalesce(${session.userAgent}, '')`,
      address: sql<string>`coalesce(${session.ipAddress}, '')`,
      method: session.method,
      createdAt: session.createdAt,
      lastSeenAt: session.lastSeenAt,
    })
    .from(session)
    .where(and(eq(session.userId, userId), isUsable()))
    .orderBy(desc(session.lastSeenAt), desc(session.createdAt));

export interface WhichSessions {
  readonly userId: string;
  /** This one alone. */
  readonly only?: string;
  /** All but this one. */
  readonly except?: string;
}

/** How many ended. Publish `account` when the transaction is through: open lines of these sessions end then. */
export async function deleteSessions(db: Database | Transaction, which: WhichSessions): Promise<number> {
  const ended = await db
    .delete(session)
    .where(
      and(
        eq(session.userId, which.userId),
        which.only === undefined ? undefined : eq(session.id, which.only),
        which.except === undefined ? undefined : ne(session.id, which.except),
      ),
    )
    .returning({ id: session.id });
  return ended.length;
}

/** Rows of sessions that ended by themselves, and of sign-ins that nobody went on with. */
export async function sweepSessions(db: Database): Promise<void> {
  await db.delete(session).where(or(lt(session.expiresAt, new Date()), lt(session.lastSeenAt, idleSince())));
  await db.delete(verification).where(lt(verification.expiresAt, new Date()));
}
