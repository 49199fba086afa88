import type { IncomingMessage, ServerResponse } from "node:http";
import { logOf } from "../log/log.ts";
import { newRequestId, type RequestContext, withRequest } from "../log/request-context.ts";
import { httpRequests, httpSeconds } from "../process/process-metrics.ts";

const log = logOf("http");
const METHODS: ReadonlySet<string> = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);
/** Routes that are not in the list of routes, which names its own patterns (dispatch.ts). */
const PREFIXES = ["/trpc/", "/api/auth/", "/api/", "/_next/"];
const EVENT_STREAM = "text/event-stream";

/**
 * Gives a request its id, by which its answer, its lines in the log and the page's error can be brought together, and
 * counts and times its answer.
 */
export function observeRequest(request: IncomingMessage, response: ServerResponse, answer: () => void): void {
  const startedAt = performance.now();
  const prefix = PREFIXES.find((start) => request.url?.startsWith(start));
  const context: RequestContext = { id: newRequestId(), route: prefix ? `${prefix}*` : "page" };
  response.setHeader("x-request-id", context.id);
  response.once("close", () => {
    const { route } = context;
    const method = METHODS.has(request.method ?? "") ? (request.method ?? "") : "other";
    const status = response.headersSent ? response.statusCode : 499;
    const seconds = (performance.now() - startedAt) / 1000;
    httpRequests.inc({ method, route, status });
    if (!String(response.getHeader("content-type")).startsWith(EVENT_STREAM)) httpSeconds.observe({ route }, seconds);
    withRequest(context, () => log.debug("a request was answered", { method, status, seconds }));
  });
  withRequest(context, answer);
}
