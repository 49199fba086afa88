import { and, count, eq } from "drizzle-orm";
import { Problem } from "../../core/problem.ts";
import { hasRole, type Role } from "../../core/roles.ts";
import type { Transaction } from "../../db/client.ts";
import { projectMember } from "../../db/schema/index.ts";
import { auditedPerson, recordAudit } from "../audit/record-audit.ts";
import { lockProject, type SeatChange, seatPeople } from "../studies/seat-people.ts";
import { freeTasks } from "../tasks/free-tasks.ts";

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

/** The person joins, or the role they have is lifted; it is never lowered. */
export async function addMember(tx: Transaction, projectId: string, userId: string, role: Role): Promise<void> {
  // Two owners who leave at once must not both succeed.
  await lockProject(tx, projectId);
  const one = and(eq(projectMember.projectId, projectId), eq(projectMember.userId, userId));
  const [present] = await tx.select().from(projectMember).where(one);
  if (present && hasRole(present.role, role)) return;
  const person = await auditedPerson(tx, userId);
  if (present) {
    await tx.update(projectMember).set({ role }).where(one);
    const details = { person, from: present.role, to: role };
    await recordAudit(tx, { act: "member.role-changed", by: userId, projectId, details });
  } else {
    await tx.insert(projectMember).values({ projectId, userId, role, pseudonym: await freePseudonym(tx, projectId) });
    await recordAudit(tx, { act: "member.role-given", by: userId, projectId, details: { person, role } });
  }
  await seatPeople(tx, projectId);
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

export async function setMemberRole(
  tx: Transaction,
  given: { projectId: string; userId: string; role: Role; by: string },
): Promise<readonly SeatChange[]> {
  const { projectId, userId, role, by } = given;
  await lockProject(tx, projectId);
  const one = and(eq(projectMember.projectId, projectId), eq(projectMember.userId, userId));
  const [present] = await tx.select({ role: projectMember.role }).from(projectMember).where(one);
  if (!present) throw notAMember();
  if (present.role === role) return [];
  await tx.update(projectMember).set({ role }).where(one);
  await refuseWithoutOwner(tx, projectId);
  const details = { person: await auditedPerson(tx, userId), from: present.role, to: role };
  await recordAudit(tx, { act: "member.role-changed", by, projectId, details });
  return seatPeople(tx, projectId);
}

/** What the person painted stays, under their name or pseudonym. Somebody who removes themselves leaves. */
export async function removeMember(
  tx: Transaction,
  given: { projectId: string; userId: string; by: string },
): Promise<readonly SeatChange[]> {
  const { projectId, userId, by } = given;
  await lockProject(tx, projectId);
  const [removed] = await tx
    .delete(projectMember)
    .where(and(eq(projectMember.projectId, projectId), eq(projectMember.userId, userId)))
    .returning({ role: projectMember.role });
  if (!removed) throw notAMember();
  await refuseWithoutOwner(tx, projectId);
  await freeTasks(tx, projectId, userId);
  if (by === userId) await recordAudit(tx, { act: "member.left", by, projectId, details: removed });
  else {
    const person = await auditedPerson(tx, userId);
    await recordAudit(tx, { act: "member.removed", by, projectId, details: { person, role: removed.role } });
  }
  return seatPeople(tx, projectId);
}
