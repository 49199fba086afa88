import { and, eq, gt, isNull } from "drizzle-orm";
import { Problem } from "../../core/problem.ts";
import type { Role } from "../../core/roles.ts";
import type { Database, Transaction } from "../../db/client.ts";
import { invitation, project, user } from "../../db/schema/index.ts";
import { recordAudit } from "../audit/record-audit.ts";
import { hashToken } from "../auth/token-hash.ts";
import { addMember } from "./membership.ts";

/** An invitation is for one person: it is used up by joining. Several people get several links. */
const isOpen = (token: string) =>
  and(
    eq(invitation.tokenHash, hashToken(token)),
    isNull(invitation.usedAt),
    isNull(invitation.revokedAt),
    gt(invitation.expiresAt, new Date()),
  );

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
export async function acceptInvitation(tx: Transaction, token: string, userId: string): Promise<{ projectId: string }> {
  const [taken] = await tx
    .update(invitation)
    .set({ usedAt: new Date(), usedBy: userId })
    .where(isOpen(token))
    .returning({ id: invitation.id, projectId: invitation.projectId, role: invitation.role });
  if (!taken) throw deadInvitation();
  const { id: invitationId, projectId, role } = taken;
  await recordAudit(tx, { act: "invitation.used", by: userId, projectId, details: { invitationId, role } });
  await addMember(tx, taken.projectId, userId, taken.role);
  return { projectId: taken.projectId };
}
