import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { and, eq, gte, sql } from "drizzle-orm";
import type { AuditEvent } from "../../../core/audit/audit-event.ts";
import { Problem } from "../../../core/problem.ts";
import { auditEvent } from "../../../db/schema/index.ts";
import { recordAudit } from "../../audit/record-audit.ts";
import type { RouteRequest } from "../../entrance/route.ts";
import type { ZipArchive } from "../../export/zip/zip-archive.ts";
import { failureLog } from "../../log/failure-log.ts";
import type { Services } from "../../services.ts";
import { rangeAnswer } from "./byte-range.ts";

export interface OfferedZip {
  /** Of the file, without its ending. */
  readonly name: string;
  archive(): Promise<ZipArchive>;
  /** Looks at all of it before the first byte is sent; what resumes was looked at when it began. */
  assertWhole(): Promise<void>;
  readonly downloaded: AuditEvent;
}

/** Each transfer holds a slab of planes; a download in several parts at once asks for a handful. */
const AT_ONCE_PER_PERSON = 8;
const RETRY_SECONDS = 5;

const sending = new Map<string, number>();

/** Answers GET and HEAD: whole, a range of it (`206`), or nothing where the client has it already (`304`). */
export async function answerZip(request: RouteRequest, zip: OfferedZip): Promise<void> {
  const { response, services } = request;
  const method = request.request.method === "HEAD" ? "HEAD" : "GET";
  const person = request.user?.id ?? "";
  await inTurn(person, async () => {
    const archive = await zip.archive();
    const { sizeBytes, etag } = archive;
    const answer = rangeAnswer(method, request.request.headers, sizeBytes, etag);
    const always = { etag, "accept-ranges": "bytes", "cache-control": "private, no-store" };
    switch (answer.kind) {
      case "not-modified":
      case "precondition-failed":
        response.writeHead(answer.kind === "not-modified" ? 304 : 412, always);
        response.end();
        return;
      case "unsatisfiable":
        response.writeHead(416, { ...always, "content-range": `bytes */${sizeBytes}`, "content-length": 0 });
        response.end();
        return;
      case "whole":
      case "part": {
        const { start, end } = answer.kind === "part" ? answer : { start: 0, end: sizeBytes };
        if (method === "GET") {
          if (start === 0) await zip.assertWhole();
          if (start === 0 || !(await isWrittenDown(services.db, zip.downloaded)))
            await recordAudit(services.db, zip.downloaded);
        }
        response.writeHead(answer.kind === "part" ? 206 : 200, {
          ...always,
          "content-type": "application/zip",
          "content-disposition": `attachment; filename="${zip.name}.zip"`,
          "content-length": end - start,
          ...(answer.kind === "part" && { "content-range": `bytes ${start}-${end - 1}/${sizeBytes}` }),
        });
        if (method === "HEAD") response.end();
        else await send(request, zip.name, archive.bytes(start, end, request.signal));
      }
    }
  });
}

/** A download goes on in hundreds of ranges: one line in an hour says it. */
async function isWrittenDown(db: Services["db"], { act, by, details }: AuditEvent): Promise<boolean> {
  const rows = await db
    .select({ act: auditEvent.act })
    .from(auditEvent)
    .where(
      and(
        eq(auditEvent.act, act),
        eq(auditEvent.actorId, by ?? ""),
        gte(auditEvent.at, sql`now() - interval '1 hour'`),
        sql`${auditEvent.details} = ${JSON.stringify(details)}::jsonb`,
      ),
    )
    .limit(1);
  return rows.length > 0;
}

/** A browser that goes away destroys the stream, which stops the making. */
async function send({ response, signal }: RouteRequest, name: string, bytes: AsyncIterable<Uint8Array>): Promise<void> {
  try {
    await pipeline(Readable.from(bytes, { objectMode: false }), response);
  } catch (error) {
    // The connection breaks off, so that nobody takes half a zip for a whole one.
    if (!signal.aborted) failureLog.failed(`the export ${name}`, error);
    response.destroy();
  }
}

/** Refuses with a Problem that says when to come again where this person has as many transfers already. */
export async function inTurn(person: string, work: () => Promise<void>): Promise<void> {
  const running = sending.get(person) ?? 0;
  if (running >= AT_ONCE_PER_PERSON)
    throw new Problem({
      tag: "too-many-downloads",
      what: `You are fetching ${running} parts at the same time.`,
      hint: "Let one of them end, or let your program fetch fewer at once.",
      waitSeconds: RETRY_SECONDS,
    });
  sending.set(person, running + 1);
  try {
    await work();
  } finally {
    const left = (sending.get(person) ?? 1) - 1;
    if (left > 0) sending.set(person, left);
    else sending.delete(person);
  }
}
