import type { IncomingMessage, ServerResponse } from "node:http";
import type { TRPCError } from "@trpc/server";
import { nodeHTTPRequestHandler } from "@trpc/server/adapters/node-http";
import { isProblem } from "../../core/problem.ts";
import type { Client } from "../entrance/client-address.ts";
import { inputBounds, refuseWildJson } from "../entrance/json-bounds.ts";
import { MAX_BODY_BYTES, readBody } from "../entrance/read-body.ts";
import { API_ANSWER, HttpRefusal } from "../entrance/route.ts";
import { failureLog } from "../log/failure-log.ts";
import { appRouter } from "../root.ts";
import type { Services } from "../services.ts";
import { refusalLog } from "./refusal-log.ts";

export const TRPC_PREFIX = "/trpc/";
/** Also in app/_trpc/api-provider.tsx: the page sends no more in one request. */
export const MAX_BATCH = 20;

/** Inputs that honestly need more than other bodies. */
const largerBodies: Readonly<Record<string, number>> = {
  // Guidelines are 50 000 characters of up to three bytes.
  "project.update": 256 << 10,
  // A hundred creators with their affiliations, four texts of 5,000 characters.
  "publication.save": 640 << 10,
  // What a data set of ours says of 5,000 classified nuclei.
  "volume.firstLook": 1 << 20,
  "volume.startImport": 1 << 20,
  "volume.addLabels": 1 << 20,
  // Ids of 1,000 volumes.
  "publication.setOrigins": 256 << 10,
  // A piece of edits (core/sync/unsent/sealed-piece.ts) in base64, three bytes allowed for each of its characters.
  "volume.bringInEdits": 672 << 10,
};

export const maxInputBytes = (procedure: string): number => largerBodies[procedure] ?? MAX_BODY_BYTES;

const retryAfter = (errors: readonly TRPCError[]): Record<string, string> => {
  const waits = errors.flatMap(({ cause }) => (isProblem(cause) && cause.waitSeconds ? [cause.waitSeconds] : []));
  return waits.length > 0 ? { "retry-after": String(Math.max(...waits)) } : {};
};

/** tRPC, behind bounds on the body, the shape of its JSON, and the number of calls. */
export async function answerTrpc(
  services: Services,
  request: IncomingMessage & { body?: string },
  response: ServerResponse,
  url: URL,
  client: Client,
): Promise<void> {
  const path = url.pathname.slice(TRPC_PREFIX.length);
  const procedures = decodeURIComponent(path).split(",");
  const calls = url.searchParams.get("batch") === "1" ? procedures.length : 1;
  if (calls > MAX_BATCH) throw new HttpRefusal(400, `At most ${MAX_BATCH} calls at once.`);
  const inputs = url.searchParams.getAll("input");
  if (inputs.length > 1) throw new HttpRefusal(400, "There is one input.");
  if (inputs.length > 0) refuseWildJson(inputs[0]);
  if (request.method === "POST") {
    const bytes = await readBody(request, Math.max(...procedures.map(maxInputBytes)));
    request.body = new TextDecoder().decode(bytes);
    refuseWildJson(request.body, inputBounds);
  }
  await nodeHTTPRequestHandler({
    router: appRouter,
    createContext: async () => ({ services, client, user: await services.authentication.userOf(request.headers) }),
    req: request,
    res: response,
    path,
    maxBatchSize: MAX_BATCH,
    // Answers depend on who asked, the stream of events too; a proxy that squeezes that one would hold it back.
    responseMeta: ({ errors }) => ({
      headers: {
        "cache-control": "private, no-store, no-transform",
        "content-disposition": API_ANSWER,
        ...retryAfter(errors),
      },
    }),
    onError: ({ error, path: name }) => {
      if (error.code === "INTERNAL_SERVER_ERROR") failureLog.failed(name ?? "a procedure", error);
      else if (error.code === "UNAUTHORIZED") refusalLog.refused(401, name);
      else if (error.code === "FORBIDDEN") refusalLog.refused(403, name);
    },
  });
}
