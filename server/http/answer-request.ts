import { randomBytes } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { withRequestOrigin } from "../audit/request-origin.ts";
import { hashingFor } from "../auth/password-hashing.ts";
import { type AllowedHosts, UNKNOWN_HOST } from "../entrance/allowed-hosts.ts";
import { type Client, clientOf } from "../entrance/client-address.ts";
import { hasWildHeaders } from "../entrance/connections.ts";
import { API_PREFIX, allowOrigin, answerPreflight, isPreflight } from "../entrance/cross-origin.ts";
import { readTarget } from "../entrance/read-target.ts";
import { HttpRefusal, sendJson } from "../entrance/route.ts";
import { isSameOrigin } from "../entrance/same-origin.ts";
import { DATA_POLICY, offlineScript, pagePolicy, setSecurityHeaders } from "../entrance/security-headers.ts";
import { currentRequest, newRequestId } from "../log/request-context.ts";
import type { Services } from "../services.ts";
import { apiOriginsOf } from "./api-origins.ts";
import { AUTH_PREFIX } from "./auth-paths.ts";
import { answerAuth } from "./auth-route.ts";
import { dispatch, sendFailure } from "./dispatch.ts";
import { httpRoutes } from "./routes.ts";
import { answerTrpc, TRPC_PREFIX } from "./trpc-route.ts";

const METHODS: ReadonlySet<string> = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]);
/** No cookie counts here: probes and trainers may know the server by a name of their own network. */
const BY_ANY_NAME = /^\/(?:healthz$|readyz$|api\/trainer\/)/;
const isReading = ({ method }: IncomingMessage): boolean => method === "GET" || method === "HEAD";

/** Renders what is not an API; pages.ts has the Next one, integration tests have none. */
export interface PageRenderer {
  render(request: IncomingMessage, response: ServerResponse): void;
  /** Sockets that no route of ours took; development reloads pages over one. */
  upgrade?(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  close(): Promise<void>;
}

/** Scripts of the build; some of them run as workers. */
const BUILT_SCRIPTS = "/_next/static/";

const nonce = () => `nonce-${randomBytes(18).toString("base64")}` as const;

export interface Site {
  readonly services: Services;
  readonly hosts: AllowedHosts;
  readonly pages: PageRenderer | null;
}

/** What holds for every request, whatever it wants. */
function look(request: IncomingMessage): URL {
  if (!METHODS.has(request.method ?? "") && !isPreflight(request))
    throw new HttpRefusal(405, "This method is not known here.");
  if (hasWildHeaders(request)) throw new HttpRefusal(431, "Too many headers, or two hosts.");
  const url = readTarget(request);
  if (!url) throw new HttpRefusal(400, "This is no address of this server.");
  return url;
}

/** Whether the origin of a request is one of this server, or a page of an allowed origin asks the API. Says so to that one's browser. */
async function mayAsk(
  { services }: Site,
  { headers: { origin } }: IncomingMessage,
  response: ServerResponse,
  url: URL,
  client: Client,
): Promise<boolean> {
  const isOwn = isSameOrigin(origin, client, services.environment.publicUrl);
  if (!url.pathname.startsWith(API_PREFIX)) return isOwn;
  response.setHeader("vary", "origin");
  if (isOwn || origin === undefined) return true;
  if (!(await apiOriginsOf(services)).has(origin)) return false;
  allowOrigin(response, origin);
  return true;
}

async function answer(site: Site, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { services, pages } = site;
  const { trustedProxies, development } = services.environment;
  const client = clientOf(request, trustedProxies);
  setSecurityHeaders(response, client);
  response.setHeader("content-security-policy", DATA_POLICY);
  const url = look(request);
  if (!BY_ANY_NAME.test(url.pathname) && !site.hosts.has(client.host)) return sendJson(response, 421, UNKNOWN_HOST);
  const isAllowed = await mayAsk(site, request, response, url, client);
  if (!isReading(request) && !isAllowed)
    return sendJson(response, 403, { tag: "cross-site", what: "Requests from other sites are refused." });
  if (request.method === "OPTIONS") {
    if (url.pathname.startsWith(API_PREFIX)) return answerPreflight(response);
    throw new HttpRefusal(405, "This method is not known here.");
  }
  if (url.pathname.startsWith(TRPC_PREFIX)) return answerTrpc(services, request, response, url, client);
  if (url.pathname.startsWith(`${AUTH_PREFIX}/`)) return answerAuth(services, request, response, url, client);
  if (await dispatch(httpRoutes, services, request, response, url)) return;
  if (url.pathname.startsWith("/api/") || !pages)
    return sendJson(response, 404, { tag: "not-found", what: "There is nothing at this address." });
  if (!isReading(request)) throw new HttpRefusal(405, "Pages are only read.");
  const script = url.pathname === "/offline.html" ? offlineScript() : nonce();
  const policy = pagePolicy(script, client, development, url.pathname.startsWith(BUILT_SCRIPTS));
  request.headers["content-security-policy"] = policy; // Next takes the nonce of its scripts from here
  response.setHeader("content-security-policy", policy);
  pages.render(request, response);
}

/** Answers one request; whatever it is, the process goes on. */
export function answerRequest(site: Site, request: IncomingMessage, response: ServerResponse): void {
  const { network, address } = clientOf(request, site.services.environment.trustedProxies);
  const origin = { clientAddress: address, requestId: currentRequest()?.id ?? newRequestId() };
  const run = () => withRequestOrigin(origin, () => answer(site, request, response));
  hashingFor(network, run).catch((error) => {
    sendFailure(
      response,
      error instanceof URIError ? new HttpRefusal(400, "A % stands wrong in this address.") : error,
    );
  });
}
