import { and, asc, desc, eq, gte, inArray, lt, lte, or, type SQL, sql } from "drizzle-orm";
import { z } from "zod";
import { auditActs } from "../../core/audit/audit-event.ts";
import type { Database } from "../../db/client.ts";
import { auditEvent } from "../../db/schema/index.ts";

/** What a reader asks for; nothing means everything. */
export const auditFilterSchema = z.object({
  /** Part of a name or email: of who acted, or of whom it was about. */
  who: z.string().trim().max(200).optional(),
  acts: z.array(z.enum(auditActs)).max(auditActs.length).optional(),
  /** The span of time is half-open. */
  from: z.coerce.date().optional(),
  until: z.coerce.date().optional(),
});
export type AuditFilter = z.output<typeof auditFilterSchema>;

export type AuditRow = typeof auditEvent.$inferSelect & { readonly position: number };

const ABOUT = [
  auditEvent.actorName,
  auditEvent.actorEmail,
  sql`${auditEvent.details}->'person'->>'name'`,
  sql`${auditEvent.details}->'person'->>'email'`,
  sql`${auditEvent.details}->>'account'`,
];

/** `projectId` undefined: of the whole installation. */
function matching({ who, acts, from, until }: AuditFilter, projectId: string | undefined): SQL | undefined {
  const pattern = who ? `%${who.replace(/[\\%_]/g, "\\$&")}%` : null;
  return and(
    projectId === undefined ? undefined : eq(auditEvent.projectId, projectId),
    acts && acts.length > 0 ? inArray(auditEvent.act, acts) : undefined,
    from && gte(auditEvent.at, from),
    until && lt(auditEvent.at, until),
    pattern === null ? undefined : or(...ABOUT.map((text) => sql`${text} ilike ${pattern}`)),
  );
}

const isLinked = (row: typeof auditEvent.$inferSelect): row is AuditRow => row.position !== null;

/** Newest first; `before` is the position of the last row seen. */
export async function readAuditPage(
  db: Database,
  asked: { filter: AuditFilter; projectId?: string; before?: number; rows: number },
): Promise<{ rows: AuditRow[]; next: number | null }> {
  const found = await db
    .select()
    .from(auditEvent)
    .where(
      and(matching(asked.filter, asked.projectId), asked.before ? lt(auditEvent.position, asked.before) : undefined),
    )
    .orderBy(desc(auditEvent.position))
    .limit(asked.rows + 1);
  const rows = found.slice(0, asked.rows).filter(isLinked);
  return { rows, next: found.length > asked.rows ? (rows.at(-1)?.position ?? null) : null };
}

const EXPORT_PAGE = 500;

/** Oldest first, up to what is there when it starts, some hundred rows in memory at a time. */
export async function* streamAuditLog(
  db: Database,
  filter: AuditFilter,
  projectId: string | undefined,
): AsyncGenerator<readonly AuditRow[]> {
  const [{ end }] = await db.select({ end: sql<string>`coalesce(max(${auditEvent.position}), 0)` }).from(auditEvent);
  for (let after = 0; ; ) {
    const rows = await db
      .select()
      .from(auditEvent)
      .where(
        and(matching(filter, projectId), sql`${auditEvent.position} > ${after}`, lte(auditEvent.position, Number(end))),
      )
      .orderBy(asc(auditEvent.position))
      .limit(EXPORT_PAGE);
    const linked = rows.filter(isLinked);
    if (linked.length > 0) yield linked;
    if (linked.length < EXPORT_PAGE) return;
    after = linked[linked.length - 1].position;
  }
}
