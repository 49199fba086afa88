import type { IncomingMessage, ServerResponse } from "node:http";
import { isProblem } from "../../core/problem.ts";
import { hasRole, type Role } from "../../core/roles.ts";
import { administratorProblem, isUuid, membershipInProject } from "../access.ts";
import { findBlockOfToken } from "../auth/block-token.ts";
import { findJobOfToken } from "../auth/job-token.ts";
import { findTrainerToken } from "../auth/trainer-token.ts";
import { isUnfitText } from "../database/unfit-text.ts";
import { readBody } from "../entrance/read-body.ts";
import { HttpRefusal, type HttpRoute, type RouteRequest, sendJson } from "../entrance/route.ts";
import { failureLog } from "../log/failure-log.ts";
import { currentRequest, noteRoute } from "../log/request-context.ts";
import type { Services } from "../services.ts";
import { diskProblemOf } from "../storage/disk-room.ts";
import { authoriseToken } from "./authorise-token.ts";
import { refusalLog } from "./refusal-log.ts";

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

type Passed = Pick<
  RouteRequest,
  "user" | "projectId" | "role" | "volume" | "token" | "trainerTokenHash" | "job" | "block"
>;
const NOBODY: Passed = {
  user: null,
  projectId: "",
  role: null,
  volume: null,
  token: null,
  trainerTokenHash: null,
  job: null,
  block: null,
};

async function authorise(
  route: HttpRoute,
  services: Services,
  request: IncomingMessage,
  parameters: Record<string, string>,
): Promise<Passed> {
  const { access } = route;
  if (access.kind === "public") return NOBODY;
  const { authorization } = request.headers;
  if (access.kind === "token") {
    const { user, token, membership, volume } = await authoriseToken(services, request, access, parameters);
    return { ...NOBODY, user, token, ...membership, volume };
  }
  if (access.kind === "trainer") {
    const trainerTokenHash = await findTrainerToken(services.db, authorization);
    if (!trainerTokenHash) throw new HttpRefusal(401, "A trainer's token is needed.");
    return { ...NOBODY, trainerTokenHash };
  }
  if (access.kind === "job") {
    const job = isUuid(parameters.jobId) ? await findJobOfToken(services.db, parameters.jobId, authorization) : null;
    if (!job)
      throw new HttpRefusal(
        401,
        "The token of this job is needed: whoever claims it gets one, and the one before ends then.",
      );
    return { ...NOBODY, job };
  }
  if (access.kind === "block") {
    const { blockId } = parameters;
    const block = isUuid(blockId) ? await findBlockOfToken(services.db, blockId, authorization) : null;
    if (!block) throw new HttpRefusal(401, "The token of this block is needed: it is somebody else's, or over.");
    return { ...NOBODY, block };
  }
  if (access.kind === "volume") return authoriseVolume(services, request, parameters.volumeId, access.role);
  const user = await services.authentication.userOf(request.headers);
  if (!user) throw notSignedIn();
  if (access.kind === "signed-in") return { ...NOBODY, user };
  if (access.kind === "administrator") {
    if (!user.isAdministrator) throw new HttpRefusal(403, "Only an administrator may do this.");
    const problem = await administratorProblem(services.db, user);
    if (problem) throw new HttpRefusal(403, problem.message);
    return { ...NOBODY, user };
  }
  const { projectId } = parameters;
  const membership = isUuid(projectId) ? await membershipInProject(services.db, user.id, projectId) : null;
  if (!membership) throw nothingHere();
  if (!hasRole(membership.role, access.role)) throw roleTooLow(access.role);
  // Nothing is uploaded or downloaded at the desk of a blind study.
  if (membership.isDesk) throw nothingHere();
  return { ...NOBODY, user, projectId: membership.projectId, role: membership.role };
}

const notSignedIn = () => new HttpRefusal(401, "Sign in first.");
const nothingHere = () => new HttpRefusal(404, "There is nothing here, or you are not a member of its project.");
const roleTooLow = (role: Role) => new HttpRefusal(403, `This needs the role ${role}.`);

/** Chunks of images pass here, thousands for one viewer: the database is asked once. */
async function authoriseVolume(
  { authentication }: Services,
  { headers }: IncomingMessage,
  volumeId: string,
  role: Role,
): Promise<Passed> {
  if (!isUuid(volumeId)) throw (await authentication.userOf(headers)) ? nothingHere() : notSignedIn();
  const visitor = await authentication.visitorOf(headers, volumeId);
  if (!visitor) throw notSignedIn();
  const { user, visited } = visitor;
  if (!visited) throw nothingHere();
  if (!hasRole(visited.role, role)) throw roleTooLow(role);
  return { ...NOBODY, user, projectId: visited.projectId, role: visited.role, volume: visited };
}

/** A download or an upload ends with the session or the role that let it in. */
function holdLine(
  services: Services,
  { access }: HttpRoute,
  { user, projectId }: Pick<RouteRequest, "user" | "projectId">,
  response: ServerResponse,
): void {
  if (!user) return;
  const needs = "role" in access && projectId !== "" ? { projectId, role: access.role } : null;
  const end = () => void response.destroy();
  const release = services.openLines.hold({ userId: user.id, sessionId: user.sessionId, needs, end });
  response.on("close", release);
}

export function sendFailure(response: ServerResponse, error: unknown): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const full = diskProblemOf(error);
  // Worth trying again, unlike other Problems: somebody may free some space.
  if (full) sendJson(response, 507, full.toJSON());
  else if (error instanceof HttpRefusal) {
    if (error.status === 401 || error.status === 403) refusalLog.refused(error.status);
    sendJson(response, error.status, error.fields);
  } else if (isProblem(error)) {
    if (error.waitSeconds !== undefined) response.setHeader("retry-after", error.waitSeconds);
    sendJson(response, error.waitSeconds === undefined ? 422 : 429, error.toJSON());
  } else if (isUnfitText(error))
    sendJson(response, 400, { tag: "text-unfit", what: "A text holds a NUL character, which no text may." });
  else {
    failureLog.failed("a request", error);
    sendJson(response, 500, {
      tag: "server-error",
      what: "Something went wrong on the server.",
      hint: "Try again. If it happens again, tell whoever runs this server which request failed:",
      requestId: currentRequest()?.id,
    });
  }
}

/** True when a route of ours took the request. */
export async function dispatch(
  routes: readonly HttpRoute[],
  services: Services,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
): Promise<boolean> {
  for (const route of routes) {
    if (route.method !== request.method) continue;
    let parameters: Record<string, string> | null;
    try {
      parameters = matchPath(route.path, url.pathname);
    } catch {
      parameters = null; // a malformed % sequence names nothing
    }
    if (!parameters) continue;
    noteRoute(route.path);
    const gone = new AbortController();
    response.on("close", () => gone.abort());
    try {
      const passed = await authorise(route, services, request, parameters);
      holdLine(services, route, passed, response);
      await route.handle({
        services,
        request,
        response,
        url,
        parameters,
        ...passed,
        signal: gone.signal,
        readBody: () => readBody(request, route.maxBodyBytes),
      });
    } catch (error) {
      sendFailure(response, error);
    }
    return true;
  }
  return false;
}
