import { and, asc, desc, eq, inArray, isNull, lt, sql } from "drizzle-orm";
import { Problem } from "../../core/problem.ts";
import type { Role } from "../../core/roles.ts";
import type { TokenScope } from "../../core/token-scope.ts";
import type { Database, Transaction } from "../../db/client.ts";
import { personalToken, personalTokenProject, project, projectMember } from "../../db/schema/index.ts";
import { auditedPerson, recordAudit } from "../audit/record-audit.ts";
import type { SignedInUser, VisitedVolume } from "./sessions/sessions.ts";
import { createToken, hashToken } from "./token-hash.ts";

/** Programs that look for secrets where none belong know a token of ours by it. */
export const TOKEN_PREFIX = "karyoloop_";
/** Of one person; more are a slip of a program. */
const MAX_TOKENS = 50;
/** `lastUsedAt` is written no more often than this. */
const USED_EVERY_MS = 60_000;
/** A token that ended stays on the list for so long, so that its person sees why a program stopped. */
const KEPT_DAYS = 30;

/** What a token opens. */
export interface TokenGrant {
  readonly id: string;
  readonly name: string;
  readonly scope: TokenScope;
  /** Null: all projects of its person, also those to come. */
  readonly projectIds: readonly string[] | null;
  readonly expiresAt: Date;
}

export interface TokenVisit {
  /** Never an administrator, and never confirmed: a token does a member's work and no more. */
  readonly user: SignedInUser;
  readonly token: TokenGrant;
  /** What the person is in the project that was asked for; null for strangers, and where the token does not name it. */
  readonly membership: { readonly projectId: string; readonly role: Role } | null;
  /** Where a volume was asked for, of a member. */
  readonly volume: VisitedVolume | null;
}

interface VisitRow extends Record<string, unknown> {
  id: string;
  name: string;
  scope: TokenScope;
  all_projects: boolean;
  project_ids: string[] | null;
  expires_at: Date | string;
  last_used_at: Date | string | null;
  user_id: string;
  person: string;
  email: string;
  project_id: string | null;
  role: Role | null;
  state: VisitedVolume["state"] | null;
  pixel_type: VisitedVolume["pixelType"] | null;
  image_of: string | null;
}

/** Names a token among the sessions whose lines are open. No session's id has a colon. */
export const lineOfToken = (tokenId: string): string => `token:${tokenId}`;

/**
 * The person whose program holds the token, and what they are at a project or volume, in one statement, as a viewer asks for thousands
 * of chunks. Null where the token is unknown or has ended, or the account is switched off. `projectId` and `volumeId` are uuids.
 */
export async function findTokenVisit(
  db: Database,
  tokenHash: string,
  at: { readonly projectId?: string; readonly volumeId?: string },
): Promise<TokenVisit | null> {
  const { rows } = await db.execute<VisitRow>(sql`
    select t.id, t.name, t.scope, t.all_projects, t.expires_at, t.last_used_at,
      (select array_agg(p.project_id::text) from personal_token_project p where p.token_id = t.id) as project_ids,
      u.id as user_id, u.name as person, u.email, m.project_id, m.role, v.state, v.pixel_type, v.image_of
    from personal_token t join "user" u on u.id = t.user_id
      left join volume v on v.id = ${at.volumeId ?? null}::uuid
      -- At a desk of a blind study one sits oneself: no program does.
      left join project p on p.id = coalesce(${at.projectId ?? null}::uuid, v.project_id) and p.desk_of is null
      left join project_member m on m.user_id = u.id and m.project_id = p.id
    where t.token_hash = ${tokenHash} and t.expires_at > now() and u.switched_off_at is null`);
  const [row] = rows;
  if (!row) return null;
  if (row.last_used_at === null || Date.now() - new Date(row.last_used_at).getTime() > USED_EVERY_MS)
    await db.update(personalToken).set({ lastUsedAt: new Date() }).where(eq(personalToken.id, row.id));
  const projectIds = row.all_projects ? null : (row.project_ids ?? []);
  const isOpen = row.project_id !== null && (projectIds === null || projectIds.includes(row.project_id));
  const membership = isOpen && row.project_id && row.role ? { projectId: row.project_id, role: row.role } : null;
  return {
    user: {
      id: row.user_id,
      name: row.person,
      email: row.email,
      isAdministrator: false,
      sessionId: lineOfToken(row.id),
      twoFactors: false,
      confirmedAt: new Date(0),
    },
    token: { id: row.id, name: row.name, scope: row.scope, projectIds, expiresAt: new Date(row.expires_at) },
    membership,
    volume:
      membership && row.state && row.pixel_type
        ? { ...membership, state: row.state, pixelType: row.pixel_type, imageOf: row.image_of }
        : null,
  };
}

export interface NewToken {
  readonly userId: string;
  readonly name: string;
  readonly scope: TokenScope;
  /** Null: all. */
  readonly projectIds: readonly string[] | null;
  readonly days: number;
}

/** Shown once; only its hash is kept. */
export async function issuePersonalToken(db: Database, given: NewToken): Promise<{ token: string; expiresAt: Date }> {
  const { userId, name, scope, days } = given;
  const token = TOKEN_PREFIX + createToken();
  const expiresAt = new Date(Date.now() + days * 86_400_000);
  await db.transaction(async (tx) => {
    // One after the other, so that the bound holds.
    await tx.execute(sql`select 1 from "user" where id = ${userId} for update`);
    await tx
      .delete(personalToken)
      .where(
        and(
          eq(personalToken.userId, userId),
          lt(personalToken.expiresAt, new Date(Date.now() - KEPT_DAYS * 86_400_000)),
        ),
      );
    const held = await tx.$count(personalToken, eq(personalToken.userId, userId));
    if (held >= MAX_TOKENS)
      throw new Problem({
        tag: "too-many-tokens",
        what: `You have ${held} tokens already.`,
        hint: "Take back those that nothing uses any more.",
      });
    const [{ id }] = await tx
      .insert(personalToken)
      .values({ tokenHash: hashToken(token), userId, name, scope, allProjects: given.projectIds === null, expiresAt })
      .returning({ id: personalToken.id });
    const projects = given.projectIds ? await nameProjects(tx, userId, id, given.projectIds) : "all projects";
    const details = { name, tokenId: id, scope, projects, expiresAt: expiresAt.toISOString() };
    await recordAudit(tx, { act: "personal-token.made", by: userId, details });
  });
  return { token, expiresAt };
}

async function nameProjects(tx: Transaction, userId: string, tokenId: string, ids: readonly string[]): Promise<string> {
  const wanted = [...new Set(ids)];
  const found = await tx
    .select({ id: project.id })
    .from(projectMember)
    .innerJoin(project, eq(project.id, projectMember.projectId))
    .where(and(eq(projectMember.userId, userId), inArray(project.id, wanted), isNull(project.deskOf)));
  if (found.length !== wanted.length || found.length === 0)
    throw new Problem({
      tag: "project-unknown",
      what: "A project that this token shall open is none of yours.",
      hint: "Reload the page and choose again.",
    });
  await tx.insert(personalTokenProject).values(found.map(({ id: projectId }) => ({ tokenId, projectId })));
  return found.length === 1 ? "1 project" : `${found.length} projects`;
}

export interface ListedToken {
  readonly tokenId: string;
  readonly name: string;
  readonly scope: TokenScope;
  /** Null: all. Those that were deleted are not named. */
  readonly projects: readonly { readonly id: string; readonly name: string }[] | null;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly lastUsedAt: Date | null;
}

/** Newest first, with those that ended a while ago. */
export async function listPersonalTokens(db: Database, userId: string): Promise<ListedToken[]> {
  const tokens = await db
    .select()
    .from(personalToken)
    .where(eq(personalToken.userId, userId))
    .orderBy(desc(personalToken.createdAt));
  const named = await db
    .select({ tokenId: personalTokenProject.tokenId, id: project.id, name: project.name })
    .from(personalTokenProject)
    .innerJoin(project, eq(project.id, personalTokenProject.projectId))
    .innerJoin(personalToken, eq(personalToken.id, personalTokenProject.tokenId))
    .where(eq(personalToken.userId, userId))
    .orderBy(asc(project.name), asc(project.id));
  return tokens.map(({ id, name, scope, allProjects, createdAt, expiresAt, lastUsedAt }) => ({
    tokenId: id,
    name,
    scope,
    projects: allProjects
      ? null
      : named
          .filter(({ tokenId }) => tokenId === id)
          .map(({ id: projectId, name: called }) => ({ id: projectId, name: called })),
    createdAt,
    expiresAt,
    lastUsedAt,
  }));
}

/** `only` one of the person's tokens, or all. How many; publish `account` when the transaction is through: what is open by them ends then. */
export async function revokePersonalTokens(
  tx: Transaction,
  which: { readonly userId: string; readonly only?: string },
  by: string,
): Promise<number> {
  const gone = await tx
    .delete(personalToken)
    .where(
      and(
        eq(personalToken.userId, which.userId),
        which.only === undefined ? undefined : eq(personalToken.id, which.only),
      ),
    )
    .returning({ tokenId: personalToken.id, name: personalToken.name });
  const person = await auditedPerson(tx, which.userId);
  for (const one of gone) await recordAudit(tx, { act: "personal-token.revoked", by, details: { person, ...one } });
  return gone.length;
}

/** Which of these lines (`lineOfToken`) go on. */
export async function keepTokenLines(db: Database, lines: readonly string[]): Promise<ReadonlySet<string>> {
  const ids = lines.filter((line) => line.startsWith("token:")).map((line) => line.slice("token:".length));
  if (ids.length === 0) return new Set();
  const { rows } = await db.execute<{ id: string }>(sql`
    select t.id from personal_token t join "user" u on u.id = t.user_id
    where t.id = any(${sql.param(ids)}::uuid[]) and t.expires_at > now() and u.switched_off_at is null`);
  return new Set(rows.map(({ id }) => lineOfToken(id)));
}
