import { and, eq, gt, isNull, type SQL } from "drizzle-orm";
import { Problem } from "../../core/problem.ts";
import type { Role } from "../../core/roles.ts";
import type { Database, Transaction } from "../../db/client.ts";
import { invitation, project, projectMember, user } from "../../db/schema/index.ts";
import { recordAudit } from "../audit/record-audit.ts";
import { hashToken } from "../auth/token-hash.ts";
import { addMember } from "./membership.ts";

/** An invitation is for one person: it is used up by joining. Several people get several links. */
const isUnused = () =>
  and(isNull(invitation.usedAt), isNull(invitation.revokedAt), gt(invitation.expiresAt, new Date()));
const isOpen = (token: string) => and(eq(invitation.tokenHash, hashToken(token)), isUnused());

export interface OpenInvitation {
  readonly projectName: string;
  readonly invitedBy: string;
  readonly role: Role;
}

export async function findOpenInvitation(db: Database, token: string): Promise<OpenInvitation | null> {
  const [row] = await db
    .select({ projectName: project.name, invitedBy: user.name, role: invitation.role })
    .from(invitation)
    .innerJoin(project, eq(project.id, invitation.projectId))
    .innerJoin(user, eq(user.id, invitation.createdBy))
    .where(isOpen(token));
  return row ?? null;
}

export const deadInvitation = () =>
  new Problem({
    tag: "invitation-dead",
    what: "This invitation does not work any more.",
    hint: "It was used, taken back, or is too old. Ask an owner of the project for a new one.",
  });

/** Uses the invitation up and makes the person a member. Of two at once, one finds it used. */
export const acceptInvitation = (tx: Transaction, token: string, userId: string): Promise<{ projectId: string }> =>
  useUp(tx, isOpen(token), userId);

/** The same by the person that it was made for. */
export const acceptOwnInvitation = (
  tx: Transaction,
  invitationId: string,
  userId: string,
): Promise<{ projectId: string }> =>
  useUp(tx, and(eq(invitation.id, invitationId), eq(invitation.forUserId, userId), isUnused()), userId);

/** The account of an address, unless it is a member already; null where there is none. */
export async function findUninvolved(tx: Transaction, projectId: string, email: string): Promise<string | null> {
  const ofProject = and(eq(projectMember.userId, user.id), eq(projectMember.projectId, projectId));
  const [row] = await tx
    .select({ userId: user.id, memberId: projectMember.userId })
    .from(user)
    .leftJoin(projectMember, ofProject)
    .where(and(eq(user.email, email.toLowerCase()), isNull(user.switchedOffAt)));
  return row && row.memberId === null ? row.userId : null;
}

async function useUp(tx: Transaction, which: SQL | undefined, userId: string): Promise<{ projectId: string }> {
  const [taken] = await tx
    .update(invitation)
    .set({ usedAt: new Date(), usedBy: userId })
    .where(which)
    .returning({ id: invitation.id, projectId: invitation.projectId, role: invitation.role });
  if (!taken) throw deadInvitation();
  const { id: invitationId, projectId, role } = taken;
  await recordAudit(tx, { act: "invitation.used", by: userId, projectId, details: { invitationId, role } });
  await addMember(tx, taken.projectId, userId, taken.role);
  return { projectId: taken.projectId };
}
