import type { IncomingMessage, ServerResponse } from "node:http";
import { isProblem } from "../../core/problem.ts";
import { hasRole } from "../../core/roles.ts";
import { isUuid, type Membership, membershipForVolume, membershipInProject } from "../access.ts";
import { isTrainerToken } from "../auth/trainer-token.ts";
import { failureLog } from "../failure-log.ts";
import type { Services } from "../services.ts";
import { diskProblemOf } from "../storage/disk-room.ts";
import { HttpRefusal, type HttpRoute, type RouteRequest, sendJson } from "./route.ts";

function matchPath(pattern: string, pathname: string): Record<string, string> | null {
  const wanted = pattern.split("/");
  const given = pathname.split("/");
  const parameters: Record<string, string> = {};
  for (let i = 0; i < wanted.length; i++) {
    if (wanted[i] === "*") {
      parameters["*"] = given.slice(i).join("/");
      return given.length > i ? parameters : null;
    }
    if (given[i] === undefined) return null;
    if (wanted[i].startsWith(":")) parameters[wanted[i].slice(1)] = decodeURIComponent(given[i]);
    else if (wanted[i] !== given[i]) return null;
  }
  return wanted.length === given.length ? parameters : null;
}

async function passDoor(
  route: HttpRoute,
  services: Services,
  request: IncomingMessage,
  parameters: Record<string, string>,
): Promise<Pick<RouteRequest, "user" | "projectId" | "role">> {
  const { access } = route;
  if (access.kind === "public") return { user: null, projectId: "", role: null };
  if (access.kind === "trainer") {
    if (!(await isTrainerToken(services.db, request.headers.authorization)))
      throw new HttpRefusal(401, "A trainer's token is needed.");
    return { user: null, projectId: "", role: null };
  }
  const user = await services.authentication.userOf(request.headers);
  if (!user) throw new HttpRefusal(401, "Sign in first.");
  if (access.kind === "signed-in") return { user, projectId: "", role: null };
  if (access.kind === "administrator") {
    if (!user.isAdministrator) throw new HttpRefusal(403, "Only an administrator may do this.");
    return { user, projectId: "", role: null };
  }
  const id = access.kind === "volume" ? parameters.volumeId : parameters.projectId;
  let membership: Membership | null = null;
  if (isUuid(id))
    membership =
      access.kind === "volume"
        ? await membershipForVolume(services.db, user.id, id)
        : await membershipInProject(services.db, user.id, id);
  if (!membership) throw new HttpRefusal(404, "There is nothing here, or you are not a member of its project.");
  if (!hasRole(membership.role, access.role)) throw new HttpRefusal(403, `This needs the role ${access.role}.`);
  return { user, ...membership };
}

async function readBounded(request: IncomingMessage, maxBytes: number): Promise<Uint8Array> {
  if (Number(request.headers["content-length"] ?? 0) > maxBytes)
    throw new HttpRefusal(413, `At most ${maxBytes} bytes.`);
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += (chunk as Buffer).length;
    if (size > maxBytes) throw new HttpRefusal(413, `At most ${maxBytes} bytes.`);
    chunks.push(chunk as Buffer);
  }
  return new Uint8Array(Buffer.concat(chunks));
}

function sendFailure(response: ServerResponse, error: unknown): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const full = diskProblemOf(error);
  // Worth trying again, unlike other Problems: somebody may free some space.
  if (full) sendJson(response, 507, full.toJSON());
  else if (error instanceof HttpRefusal) sendJson(response, error.status, { tag: "refused", what: error.message });
  else if (isProblem(error)) sendJson(response, 422, error.toJSON());
  else {
    failureLog.failed("a request", error);
    sendJson(response, 500, {
      tag: "server-error",
      what: "Something went wrong on the server.",
      hint: "Try again; the server's log says more.",
    });
  }
}

/** True when a route of ours took the request. */
export async function dispatch(
  routes: readonly HttpRoute[],
  services: Services,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<boolean> {
  const url = new URL(request.url ?? "/", "http://local");
  for (const route of routes) {
    if (route.method !== request.method) continue;
    let parameters: Record<string, string> | null;
    try {
      parameters = matchPath(route.path, url.pathname);
    } catch {
      parameters = null; // a malformed % sequence names nothing
    }
    if (!parameters) continue;
    const gone = new AbortController();
    response.on("close", () => gone.abort());
    try {
      const passed = await passDoor(route, services, request, parameters);
      await route.handle({
        services,
        request,
        response,
        url,
        parameters,
        ...passed,
        signal: gone.signal,
        readBody: () => readBounded(request, route.maxBodyBytes),
      });
    } catch (error) {
      sendFailure(response, error);
    }
    return true;
  }
  return false;
}
