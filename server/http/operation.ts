import { createHash, timingSafeEqual } from "node:crypto";
import { HttpRefusal, type HttpRoute, type RouteRequest, sendJson } from "../entrance/route.ts";
import { partsNotReady } from "../health/readiness.ts";
import { serverMetrics } from "../metrics/server-metrics.ts";

const sha256 = (text: string): Buffer => createHash("sha256").update(text).digest();

/** Hashes of equal length, compared without a hint at the first byte that differs. */
function assertMetricsToken({ services, request }: RouteRequest): void {
  const { metricsToken } = services.environment;
  if (metricsToken === null) throw new HttpRefusal(404, "There is nothing at this address.");
  const given = /^Bearer (\S{1,512})$/.exec(request.headers.authorization ?? "")?.[1] ?? "";
  if (!timingSafeEqual(sha256(given), sha256(metricsToken)))
    throw new HttpRefusal(401, "The metrics' token is needed.");
}

/** For whoever keeps the server running: a process manager, a load balancer, a monitoring system. */
export const operationRoutes: readonly HttpRoute[] = [
  {
    method: "GET",
    path: "/healthz",
    access: { kind: "public" },
    maxBodyBytes: 0,
    handle: async ({ response }) => sendJson(response, 200, { ok: true }),
  },
  {
    method: "GET",
    path: "/readyz",
    access: { kind: "public" },
    maxBodyBytes: 0,
    async handle({ services, response }) {
      const notReady = await partsNotReady(services);
      sendJson(response, notReady.length === 0 ? 200 : 503, { ready: notReady.length === 0, notReady });
    },
  },
  {
    method: "GET",
    path: "/metrics",
    access: { kind: "public" },
    maxBodyBytes: 0,
    async handle(request) {
      assertMetricsToken(request);
      const { contentType, text } = await serverMetrics(request.services);
      request.response.writeHead(200, { "content-type": contentType, "cache-control": "no-store" });
      request.response.end(text);
    },
  },
];
