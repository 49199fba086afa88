import { and, inArray, isNull, sql } from "drizzle-orm";
import { Problem } from "../../core/problem.ts";
import type { Database, Transaction } from "../../db/client.ts";
import { project, trainerToken, trainerTokenProject } from "../../db/schema/index.ts";
import { createToken, hashOfBearer, hashToken } from "./token-hash.ts";

/** Hash of a trainer's token that is known and was not taken back; null otherwise. */
export async function findTrainerToken(db: Database, authorization: string | undefined): Promise<string | null> {
  const tokenHash = hashOfBearer(authorization);
  return tokenHash && (await noteTokenSeen(db, tokenHash)) ? tokenHash : null;
}

/**
 * Also called at the heartbeats of a job: whoever is busy does not ask for work. A trainer asks several times a second: the
 * row is written when it is some seconds old. False where the token is gone.
 */
export async function noteTokenSeen(db: Database, tokenHash: string): Promise<boolean> {
  const { rows } = await db.execute(sql`
    with known as (
      select token_hash, last_seen_at from ${trainerToken} where token_hash = ${tokenHash} and revoked_at is null),
    written as (
      update ${trainerToken} t set last_seen_at = now()
      from known where t.token_hash = known.token_hash
        and (known.last_seen_at is null or known.last_seen_at < now() - interval '10 seconds'))
    select 1 from known`);
  return rows.length > 0;
}

/** True where a token may serve a project. `tokenHash` and `projectId` are columns or values. */
export const servesProject = (tokenHash: unknown, projectId: unknown) => sql<boolean>`exists (
  select 1 from ${trainerToken} t
  where t.token_hash = ${tokenHash} and t.revoked_at is null
    and (t.all_projects or exists (
      select 1 from ${trainerTokenProject} p where p.token_hash = t.token_hash and p.project_id = ${projectId})))`;

/** Shown once; only its hash is kept. `projectIds` null: it serves all projects, also those to come. */
export async function issueTrainerToken(
  db: Database | Transaction,
  name: string,
  createdBy: string | null,
  projectIds: readonly string[] | null = null,
): Promise<string> {
  const token = createToken();
  const tokenHash = hashToken(token);
  await db.transaction(async (tx) => {
    await tx.insert(trainerToken).values({ tokenHash, name, createdBy, allProjects: projectIds === null });
    if (!projectIds) return;
    const wanted = [...new Set(projectIds)];
    const found = await tx
      .select({ id: project.id })
      .from(project)
      .where(and(inArray(project.id, wanted), isNull(project.deskOf)));
    if (found.length !== wanted.length || found.length === 0)
      throw new Problem({
        tag: "project-unknown",
        what: "A project that this trainer shall serve does not exist.",
        hint: "Reload the page and choose again.",
      });
    await tx.insert(trainerTokenProject).values(found.map(({ id }) => ({ tokenHash, projectId: id })));
  });
  return token;
}
