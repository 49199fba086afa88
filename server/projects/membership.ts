import { and, count, eq, sql } from "drizzle-orm";
import { Problem } from "../../core/problem.ts";
import { hasRole, type Role } from "../../core/roles.ts";
import type { Transaction } from "../../db/client.ts";
import { project, projectMember } from "../../db/schema/index.ts";

/** Changes of one project's members happen one after another: two owners who leave at once must not both succeed. */
const lockMembers = (tx: Transaction, projectId: string) =>
  tx.execute(sql`select 1 from ${project} where ${project.id} = ${projectId} for update`);

async function freePseudonym(tx: Transaction, projectId: string): Promise<string> {
  const taken = new Set(
    (
      await tx
        .select({ pseudonym: projectMember.pseudonym })
        .from(projectMember)
        .where(eq(projectMember.projectId, projectId))
    ).map((row) => row.pseudonym),
  );
  let number = 1;
  while (taken.has(`annotator ${number}`)) number++;
  return `annotator ${number}`;
}

/** Adds the person, or lifts the role they have; never lowers it. */
export async function addMember(tx: Transaction, projectId: string, userId: string, role: Role): Promise<void> {
  await lockMembers(tx, projectId);
  const one = and(eq(projectMember.projectId, projectId), eq(projectMember.userId, userId));
  const [present] = await tx.select().from(projectMember).where(one);
  if (!present)
    await tx.insert(projectMember).values({ projectId, userId, role, pseudonym: await freePseudonym(tx, projectId) });
  else if (!hasRole(present.role, role)) await tx.update(projectMember).set({ role }).where(one);
}

async function refuseWithoutOwner(tx: Transaction, projectId: string): Promise<void> {
  const [{ owners }] = await tx
    .select({ owners: count() })
    .from(projectMember)
    .where(and(eq(projectMember.projectId, projectId), eq(projectMember.role, "owner")));
  if (owners === 0)
    throw new Problem({
      tag: "last-owner",
      what: "A project needs an owner.",
      hint: "Make somebody else an owner first, or delete the project.",
    });
}

const notAMember = () => new Problem({ tag: "not-a-member", what: "This person is not a member of the project." });

export async function setMemberRole(tx: Transaction, projectId: string, userId: string, role: Role): Promise<void> {
  await lockMembers(tx, projectId);
  const changed = await tx
    .update(projectMember)
    .set({ role })
    .where(and(eq(projectMember.projectId, projectId), eq(projectMember.userId, userId)))
    .returning({ userId: projectMember.userId });
  if (changed.length === 0) throw notAMember();
  await refuseWithoutOwner(tx, projectId);
}

/** What the person painted stays, under their name or pseudonym. */
export async function removeMember(tx: Transaction, projectId: string, userId: string): Promise<void> {
  await lockMembers(tx, projectId);
  const removed = await tx
    .delete(projectMember)
    .where(and(eq(projectMember.projectId, projectId), eq(projectMember.userId, userId)))
    .returning({ userId: projectMember.userId });
  if (removed.length === 0) throw notAMember();
  await refuseWithoutOwner(tx, projectId);
}
