import { eq } from "drizzle-orm";
import { type AuditEvent, type AuditedPerson, auditEventSchema } from "../../core/audit/audit-event.ts";
import type { Database, Transaction } from "../../db/client.ts";
import { auditEvent, project, user } from "../../db/schema/index.ts";
import { requestOrigin } from "./request-origin.ts";

/**
 * Writes down who did what. Call it in the transaction that does it: either both are there or neither. Where in the
 * transaction does not matter, except that names are looked up now: before the row of an account or project is deleted.
 * Address and request are those of the request that is being answered.
 */
export async function recordAudit(db: Database | Transaction, event: AuditEvent): Promise<void> {
  const plain = auditEventSchema.parse(event);
  const projectId = "projectId" in plain ? plain.projectId : null;
  const actor = plain.by === null ? null : await findPerson(db, plain.by);
  const [itsProject] = projectId
    ? await db.select({ name: project.name }).from(project).where(eq(project.id, projectId))
    : [];
  const origin = requestOrigin();
  await db.insert(auditEvent).values({
    act: plain.act,
    actorId: plain.by,
    actorName: actor?.name ?? null,
    actorEmail: actor?.email ?? null,
    projectId,
    projectName: itsProject?.name ?? null,
    details: plain.details,
    // An IPv4 address is told as such, also where the socket is an IPv6 one.
    clientAddress: origin?.clientAddress?.replace(/^::ffff:(?=\d+\.)/, "").slice(0, 100) ?? null,
    requestId: origin?.requestId ?? null,
  });
}

/** The account that an act is about, as it is now. An account that is gone keeps its id alone. */
export async function auditedPerson(db: Database | Transaction, userId: string): Promise<AuditedPerson> {
  return (await findPerson(db, userId)) ?? { id: userId, name: "", email: "" };
}

async function findPerson(db: Database | Transaction, userId: string): Promise<AuditedPerson | null> {
  const [row] = await db
    .select({ id: user.id, name: user.name, email: user.email })
    .from(user)
    .where(eq(user.id, userId));
  return row ?? null;
}
