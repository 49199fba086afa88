import type { IncomingMessage, ServerResponse } from "node:http";
import type { ProblemFields } from "../../core/problem.ts";
import type { Role } from "../../core/roles.ts";
import type { trainingJob } from "../../db/schema/index.ts";
import type { Access } from "../access.ts";
import type { SignedInUser, VisitedVolume } from "../auth/authentication.ts";
import type { ClaimedBlockRow } from "../auth/block-token.ts";
import type { TokenGrant } from "../auth/personal-token.ts";
import type { Services } from "../services.ts";

type JobRow = typeof trainingJob.$inferSelect;

/** What a handler is given after the route has been passed. */
export interface RouteRequest {
  readonly services: Services;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly url: URL;
  /** Values of `:name` parts, and `*` for the rest of a path that ends in `/*`. */
  readonly parameters: Readonly<Record<string, string>>;
  /** Null on public, trainer and job routes. */
  readonly user: SignedInUser | null;
  /** On project and volume routes. */
  readonly projectId: string;
  readonly role: Role | null;
  /** On volume routes; null on others. */
  readonly volume: VisitedVolume | null;
  /** On token routes; null on others. */
  readonly token: TokenGrant | null;
  /** Names the trainer's token on trainer routes; null on others. */
  readonly trainerTokenHash: string | null;
  /** On job routes, as it was when the route was passed; null on others. */
  readonly job: JobRow | null;
  /** The same on block routes. */
  readonly block: ClaimedBlockRow | null;
  /** Aborts when the client went away. */
  readonly signal: AbortSignal;
  /** The whole body; refuses above the route's bound with 413. */
  readBody(): Promise<Uint8Array>;
}

/** A plain HTTP route. `volume` access needs `:volumeId` in the path, `project` access `:projectId`, `job` access `:jobId`, `block` access `:blockId`. */
export interface HttpRoute {
  readonly method: "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly path: string;
  readonly access: Access;
  readonly maxBodyBytes: number;
  handle(request: RouteRequest): Promise<void>;
}

/** A browser that is led to an answer of the API saves it and shows nothing. */
export const API_ANSWER = 'attachment; filename="api.json"';

export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  const bytes = Buffer.from(JSON.stringify(body));
  response.writeHead(status, {
    "content-type": "application/json",
    "content-length": bytes.length,
    "cache-control": "private, no-store",
    "content-disposition": API_ANSWER,
  });
  response.end(bytes);
}

/** On a route whose access is `job`. */
export function jobOfRoute({ job }: RouteRequest): JobRow {
  if (!job) throw new Error("this route is no job's");
  return job;
}

/** On a route whose access is `block`. */
export function blockOfRoute({ block }: RouteRequest): ClaimedBlockRow {
  if (!block) throw new Error("this route is no block's");
  return block;
}

/**
 * Ends a request with a status; thrown from handlers. Problems are sent as 422 with their fields, as 429 where it is only too
 * early, as 507 where the disk is full.
 */
export class HttpRefusal extends Error {
  readonly status: number;
  /** What is said of it, where that is more than the message. */
  readonly fields: ProblemFields;

  constructor(status: number, message: string, fields: ProblemFields = { tag: "refused", what: message }) {
    super(message);
    this.status = status;
    this.fields = fields;
  }
}
