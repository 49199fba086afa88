import type { ServerResponse } from "node:http";
import { TRPCError } from "@trpc/server";
import { getHTTPStatusCodeFromError } from "@trpc/server/http";
import { z } from "zod";
import { isProblem } from "../../core/problem.ts";
import type { Role } from "../../core/roles.ts";
import { hasNul } from "../../core/text/name.ts";
import { clientOf } from "../entrance/client-address.ts";
import { parseJson } from "../entrance/json-bounds.ts";
import { MAX_BODY_BYTES } from "../entrance/read-body.ts";
import { HttpRefusal, type HttpRoute, type RouteRequest, sendJson } from "../entrance/route.ts";
import { appRouter } from "../root.ts";
import { createCallerFactory, problemOfInput } from "../trpc.ts";

/** What the reference says of a route of /api/v1, and the OpenAPI document is made of. */
export interface EndpointDoc {
  /** `operationId`. */
  readonly id: string;
  readonly group: "Account" | "Projects" | "Volumes" | "Arrays" | "Uploads" | "Queue" | "Training" | "Versions";
  readonly summary: string;
  readonly more?: string;
  /** What `*` of the path stands for. */
  readonly rest?: string;
  readonly query?: z.ZodObject;
  /** JSON; `bytes`: the body is what it is. */
  readonly body?: z.ZodType | "bytes";
  /** Of the answer that says that it went well: JSON, or these media types. */
  readonly answer: { readonly status: number; readonly json?: z.ZodType; readonly media?: readonly string[] };
  /** Of other answers, beside those that every route has. */
  readonly statuses?: readonly number[];
}

/** A route that is documented. */
export interface ApiRoute extends HttpRoute {
  readonly doc: EndpointDoc;
}

export type Caller = ReturnType<ReturnType<typeof createCallerFactory<typeof appRouter._def.record>>>;

type Read<T> = T extends z.ZodType ? z.output<T> : undefined;

interface EndpointInput<Query, Body> {
  readonly query: Read<Query>;
  readonly body: Read<Body>;
  readonly route: RouteRequest;
  /** What pages ask for, asked as the token's person: with the same roles, bounds, rates and rows in the audit log. */
  readonly caller: Caller;
}

interface EndpointOf<Query, Body, Answer extends z.ZodType> extends Omit<EndpointDoc, "query" | "body" | "answer"> {
  readonly method: HttpRoute["method"];
  readonly path: string;
  readonly of: "person" | "project" | "volume";
  readonly role: Role;
  readonly query?: Query;
  readonly body?: Body;
  readonly status?: number;
  readonly answer: Answer;
  readonly maxBodyBytes?: number;
  run(input: EndpointInput<Query, Body>): Promise<z.input<Answer> | unknown>;
}

/** A route that takes and answers JSON. What it answers goes through its schema: what is not named there does not leave. */
export function endpoint<
  Answer extends z.ZodType,
  Query extends z.ZodObject | undefined = undefined,
  Body extends z.ZodType | undefined = undefined,
>(given: EndpointOf<Query, Body, Answer>): ApiRoute {
  const { method, path, of, role, query, body, status = 200, answer, run, maxBodyBytes, ...doc } = given;
  return {
    method,
    path: `/api/v1${path}`,
    access: { kind: "token", of, role },
    maxBodyBytes: body ? (maxBodyBytes ?? MAX_BODY_BYTES) : 0,
    doc: { ...doc, ...(query && { query }), ...(body && { body }), answer: { status, json: answer } },
    async handle(route) {
      const input = {
        query: (query ? readQuery(route.url, query) : undefined) as Read<Query>,
        body: (body ? await readJson(route, body) : undefined) as Read<Body>,
        route,
        caller: callerOf(route),
      };
      const said = await run(input).catch(asHttp);
      sendChecked(route.response, status, answer, said);
    },
  };
}

export function sendChecked(response: ServerResponse, status: number, schema: z.ZodType, said: unknown): void {
  // As it arrives: moments are texts, what is undefined is not there.
  sendJson(response, status, schema.parse(JSON.parse(JSON.stringify(said ?? null))));
}

export function callerOf({ services, user, request, signal }: RouteRequest): Caller {
  const client = clientOf(request, services.environment.trustedProxies);
  return createCallerFactory(appRouter)({ services, user, client }, { signal });
}

const badInput = (error: z.ZodError): HttpRefusal =>
  new HttpRefusal(400, "This cannot be taken.", problemOfInput(error));

/** Numbers in an address are written as JSON would write them, and nothing is named twice. */
function readQuery(url: URL, schema: z.ZodObject): unknown {
  const given: Record<string, unknown> = {};
  for (const [name, text] of url.searchParams) {
    if (Object.hasOwn(given, name)) throw new HttpRefusal(400, "A name stands twice behind the ? of the address.");
    Object.defineProperty(given, name, {
      value: /^(0|-?[1-9]\d{0,15})$/.test(text) ? Number(text) : text,
      enumerable: true,
    });
  }
  const parsed = schema.safeParse(given);
  if (!parsed.success) throw badInput(parsed.error);
  return parsed.data;
}

async function readJson({ request, readBody }: RouteRequest, schema: z.ZodType): Promise<unknown> {
  const type = request.headers["content-type"];
  if (type !== undefined && !/^application\/json\s*(;|$)/i.test(type))
    throw new HttpRefusal(415, "The body is JSON: Content-Type: application/json.");
  const value = parseJson(await readBody());
  if (hasNul(value)) throw new HttpRefusal(400, "A text holds a NUL character, which no text may.");
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw badInput(parsed.error);
  return parsed.data;
}

/** An error of a procedure as one of a plain route. */
function asHttp(error: unknown): never {
  if (!(error instanceof TRPCError)) throw error;
  if (isProblem(error.cause)) throw error.cause;
  if (error.code === "INTERNAL_SERVER_ERROR") throw error.cause ?? error;
  if (error.cause instanceof z.ZodError) throw badInput(error.cause);
  throw new HttpRefusal(getHTTPStatusCodeFromError(error), error.message);
}
