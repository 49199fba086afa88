import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { z } from "zod";
import { auditFile, auditFormats } from "../../audit/audit-export.ts";
import { auditFilterSchema, streamAuditLog } from "../../audit/read-audit-log.ts";
import { recordAudit } from "../../audit/record-audit.ts";
import { HttpRefusal, type HttpRoute, type RouteRequest } from "../../entrance/route.ts";
import { failureLog } from "../../log/failure-log.ts";

const TYPES = { csv: "text/csv; charset=utf-8", jsonl: "application/x-ndjson" } as const;

const querySchema = auditFilterSchema.extend({ format: z.enum(auditFormats), projectId: z.uuid().optional() });

function readQuery({ searchParams }: URL) {
  const given = Object.fromEntries([...searchParams].filter(([, value]) => value !== ""));
  const acts = searchParams.getAll("act");
  const parsed = querySchema.safeParse({ ...given, acts: acts.length > 0 ? acts : undefined });
  if (!parsed.success) throw new HttpRefusal(400, `Not understood: ${parsed.error.issues[0].path.join(".")}.`);
  return parsed.data;
}

/** Sends the rows as they are read; a browser that goes away stops the reading. */
async function sendLog(route: RouteRequest, scope: "installation" | "project"): Promise<void> {
  const { services, response, url, signal } = route;
  const { format, projectId: wanted, ...filter } = readQuery(url);
  const projectId = scope === "project" ? route.projectId : wanted;
  const by = route.user?.id ?? null;
  const details = { format, filter: JSON.stringify({ ...filter, projectId }) };
  if (scope === "project")
    await recordAudit(services.db, { act: "audit.project-exported", by, projectId: route.projectId, details });
  else await recordAudit(services.db, { act: "audit.exported", by, details });
  response.writeHead(200, {
    "content-type": TYPES[format],
    "content-disposition": `attachment; filename="karyoloop-audit-${new Date().toISOString().slice(0, 10)}.${format}"`,
    "cache-control": "no-store",
  });
  try {
    await pipeline(Readable.from(auditFile(streamAuditLog(services.db, filter, projectId), format, scope)), response);
  } catch (error) {
    // The connection breaks off, so that nobody takes half a log for a whole one.
    if (!signal.aborted) failureLog.failed("an export of the audit log", error);
    response.destroy();
  }
}

/** The audit log as a file: of the whole installation, and of one project. Filters are those of the page. */
export const auditLogRoutes: readonly HttpRoute[] = [
  {
    method: "GET",
    path: "/api/installation/audit-log",
    access: { kind: "administrator" },
    maxBodyBytes: 0,
    handle: (route) => sendLog(route, "installation"),
  },
  {
    method: "GET",
    path: "/api/projects/:projectId/audit-log",
    access: { kind: "project", role: "owner" },
    maxBodyBytes: 0,
    handle: (route) => sendLog(route, "project"),
  },
];
