import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { startBackgroundWork } from "./background-work.ts";
import { createServices } from "./create-services.ts";
import { allowHosts } from "./entrance/allowed-hosts.ts";
import {
  boundConnections,
  boundedServerOptions,
  type ConnectionBounds,
  connectionBounds,
  endAfterAnswer,
} from "./entrance/connections.ts";
import { listen } from "./entrance/listen.ts";
import { sendJson } from "./entrance/route.ts";
import { readTlsFiles } from "./entrance/tls-files.ts";
import type { Environment } from "./env.ts";
import { answerRequest, type PageRenderer, type Site } from "./http/answer-request.ts";
import { observeRequest } from "./http/observe-request.ts";
import { operations } from "./http/operations.ts";
import { nearAddress, shownAddress } from "./http/shown-address.ts";
import { socketRoutes } from "./http/socket-routes.ts";
import { listenForUpgrades } from "./http/upgrade.ts";
import { labelWorkerOf } from "./label-worker/label-worker.ts";
import { listenInternally } from "./servers/internal-listener.ts";
import type { Services } from "./services.ts";
import { storageMeterOf } from "./storage/usage/storage-meter.ts";

export interface RunningServer {
  /** With the real port, no trailing slash. */
  readonly address: string;
  /** For the trainer on this machine: plain http, with TLS on a port of its own that only this machine reaches. */
  readonly nearAddress: string;
  readonly services: Services;
  close(): Promise<void>;
}

const createBareServer = (environment: Environment, bounds: ConnectionBounds): Server => {
  const options = boundedServerOptions(bounds);
  return environment.tls ? createTlsServer({ ...readTlsFiles(environment.tls), ...options }) : createServer(options);
};

export async function startServer(
  environment: Environment,
  openPages: (bound: AddressInfo) => Promise<PageRenderer | null>,
  bounds: ConnectionBounds = connectionBounds,
): Promise<RunningServer> {
  const server = createBareServer(environment, bounds);
  boundConnections(server, bounds, environment.trustedProxies);
  // Listen first: a taken port must not cost a database start, and the address is needed for links.
  let answer: (request: IncomingMessage, response: ServerResponse) => void = (request, response) =>
    request.url === "/healthz"
      ? sendJson(response, 200, { ok: true })
      : sendJson(response, 503, { tag: "starting", what: "The server is starting.", hint: "Try again in a moment." });
  const take = (request: IncomingMessage, response: ServerResponse): void => {
    endAfterAnswer(request, response, bounds);
    observeRequest(request, response, () => answer(request, response));
  };
  server.on("request", take);
  const bound = await listen(server, environment.host, environment.port);
  const address = shownAddress(bound, environment.tls !== null);
  // A certificate names the address that people type, never the loopback one.
  const nearServer = environment.tls ? createServer(boundedServerOptions(bounds), take) : null;
  const nearBound = nearServer ? await listen(nearServer, "127.0.0.1", 0) : bound;
  const { internal } = environment;
  const internalListener = internal && (await listenInternally(environment.host, internal.port, bounds));
  const { services, close: closeServices } = await createServices(
    environment,
    () => environment.publicUrl ?? address,
    internalListener && `http://${internal?.hostname}:${internalListener.bound.port}`,
  );
  const background = await startBackgroundWork(services);
  const pages = await openPages(bound);
  const hosts = allowHosts(environment);
  const site: Site = { services, hosts, pages };
  answer = (request, response) => answerRequest(site, request, response);
  const sockets = listenForUpgrades(socketRoutes, {
    services,
    hosts,
    answerWithinMs: bounds.upgradeMs,
    others: (environment.development && pages?.upgrade) || null,
  });
  server.on("upgrade", sockets.upgrade);
  if (services.cluster)
    internalListener?.open({ services, cluster: services.cluster, operations, takeSocket: sockets.takePassedOn });

  return {
    address,
    nearAddress: nearAddress(nearBound),
    services,
    async close() {
      server.close();
      nearServer?.close();
      internalListener?.close();
      sockets.closeAll(1001, "the server stops");
      server.closeAllConnections();
      nearServer?.closeAllConnections();
      await pages?.close();
      await background.stop();
      await storageMeterOf(services).close();
      await labelWorkerOf(services).close();
      await closeServices();
    },
  };
}
