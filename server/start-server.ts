import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { nodeHTTPRequestHandler } from "@trpc/server/adapters/node-http";
import { keepAuditLog } from "./audit/keep-audit-log.ts";
import { withRequestOrigin } from "./audit/request-origin.ts";
import { createServices } from "./create-services.ts";
import type { Environment } from "./env.ts";
import { datasetFreezerOf } from "./export/dataset-freezer.ts";
import { failureLog } from "./failure-log.ts";
import { dispatch } from "./http/dispatch.ts";
import { listen } from "./http/listen.ts";
import { sendJson } from "./http/route.ts";
import { httpRoutes } from "./http/routes.ts";
import { isSameOrigin } from "./http/same-origin.ts";
import { nearAddress, shownAddress } from "./http/shown-address.ts";
import { socketRoutes } from "./http/socket-routes.ts";
import { openSocketDoors } from "./http/upgrade.ts";
import { importQueueOf } from "./ingest/jobs/import-queue.ts";
import { startSweeper } from "./jobs/start-sweeper.ts";
import { appRouter } from "./root.ts";
import type { Services } from "./services.ts";
import { storageMeterOf } from "./storage/usage/storage-meter.ts";
import { readTlsFiles } from "./tls-files.ts";

export interface RunningServer {
  /** With the real port, no trailing slash. */
  readonly address: string;
  /** For the trainer on this machine: plain http, with TLS on a port of its own that only this machine reaches. */
  readonly nearAddress: string;
  readonly services: Services;
  close(): Promise<void>;
}

/** Renders what is not an API; pages.ts has the Next one, integration tests have none. */
export interface PageRenderer {
  render(request: IncomingMessage, response: ServerResponse): void;
  /** Sockets that no door of ours took; development reloads pages over one. */
  upgrade?(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  close(): Promise<void>;
}

const TRPC_MAX_BODY_BYTES = 4 << 20;
/** Accounts are made behind links only, never by better-auth's open sign-up. */
const CLOSED_AUTH_PATHS = /^\/api\/auth\/(?!sign-in\/email$|sign-out$|get-session$)/;

const createBareServer = (environment: Environment): Server =>
  environment.tls ? createTlsServer(readTlsFiles(environment.tls)) : createServer();

export async function startServer(
  environment: Environment,
  openPages: (bound: AddressInfo) => Promise<PageRenderer | null>,
): Promise<RunningServer> {
  const server = createBareServer(environment);
  // Listen first: a taken port must not cost a database start, and the address is needed for links.
  let answer: (request: IncomingMessage, response: ServerResponse) => void = (_request, response) =>
    sendJson(response, 503, { tag: "starting", what: "The server is starting.", hint: "Try again in a moment." });
  server.on("request", (request, response) => answer(request, response));
  const bound = await listen(server, environment.host, environment.port);
  const address = shownAddress(bound, environment.tls !== null);
  // A certificate names the address that people type, never the loopback one.
  const nearServer = environment.tls ? createServer((request, response) => answer(request, response)) : null;
  const nearBound = nearServer ? await listen(nearServer, "127.0.0.1", 0) : bound;
  const { services, close: closeServices } = await createServices(environment, () => environment.publicUrl ?? address);
  await importQueueOf(services).resume();
  datasetFreezerOf(services).resume();
  const stopSweeper = startSweeper(services);
  const auditKeeper = keepAuditLog(services.db);
  const sockets = openSocketDoors(socketRoutes, services);
  const pages = await openPages(bound);

  const route = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    response.setHeader("x-content-type-options", "nosniff");
    response.setHeader("referrer-policy", "same-origin");
    response.setHeader("x-frame-options", "DENY");
    const { pathname } = new URL(request.url ?? "/", "http://local");
    if (pathname === "/healthz") return sendJson(response, 200, { ok: true });
    if (request.method !== "GET" && request.method !== "HEAD" && !isSameOrigin(request))
      return sendJson(response, 403, { tag: "cross-site", what: "Requests from other sites are refused." });
    if (pathname.startsWith("/trpc/"))
      return nodeHTTPRequestHandler({
        router: appRouter,
        createContext: async () => ({ services, user: await services.authentication.userOf(request.headers) }),
        req: request,
        res: response,
        path: pathname.slice("/trpc/".length),
        maxBodySize: TRPC_MAX_BODY_BYTES,
        onError: ({ error, path }) => {
          if (error.code === "INTERNAL_SERVER_ERROR") failureLog.failed(path ?? "a procedure", error);
        },
      });
    if (pathname.startsWith("/api/auth/")) {
      if (CLOSED_AUTH_PATHS.test(pathname))
        return sendJson(response, 404, { tag: "closed", what: "Accounts are made by invitation." });
      return services.authentication.handle(request, response);
    }
    if (await dispatch(httpRoutes, services, request, response)) return;
    if (pathname.startsWith("/api/") || !pages)
      return sendJson(response, 404, { tag: "not-found", what: "There is nothing at this address." });
    pages.render(request, response);
  };
  answer = (request, response) => {
    const origin = { clientAddress: request.socket.remoteAddress ?? null, requestId: randomUUID() };
    withRequestOrigin(origin, () => route(request, response)).catch((error) => {
      failureLog.failed("a request", error);
      if (!response.headersSent)
        sendJson(response, 500, { tag: "server-error", what: "Something went wrong on the server." });
      else response.destroy();
    });
  };
  server.on("upgrade", (request, socket, head) => {
    void sockets.upgrade(request, socket, head).then((taken) => {
      if (taken) return;
      if (pages?.upgrade && environment.development) pages.upgrade(request, socket, head);
      else socket.end("HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
    });
  });

  return {
    address,
    nearAddress: nearAddress(nearBound),
    services,
    async close() {
      server.close();
      nearServer?.close();
      sockets.closeAll(1001, "the server stops");
      server.closeAllConnections();
      nearServer?.closeAllConnections();
      await pages?.close();
      stopSweeper();
      await auditKeeper.stop();
      await importQueueOf(services).close();
      await datasetFreezerOf(services).close();
      await storageMeterOf(services).close();
      await closeServices();
    },
  };
}
