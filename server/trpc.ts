import { initTRPC, TRPCError } from "@trpc/server";
import { z } from "zod";
import { apiTransformer } from "../core/contract/api-transformer.ts";
import { isProblem, type ProblemFields } from "../core/problem.ts";
import { hasRole, type Role } from "../core/roles.ts";
import { hasNul } from "../core/text/name.ts";
import {
  type Access,
  administratorProblem,
  isOpenAtDesks,
  type Membership,
  membershipForVolume,
  membershipInProject,
} from "./access.ts";
import type { WaitRule } from "./auth/attempt-limit.ts";
import type { SignedInUser } from "./auth/authentication.ts";
import { countCall } from "./call-rate.ts";
import type { Client } from "./entrance/client-address.ts";
import { currentRequest } from "./log/request-context.ts";
import { procedureSeconds } from "./process/process-metrics.ts";
import type { Services } from "./services.ts";
import { diskProblemOf } from "./storage/disk-room.ts";

export interface RequestContext {
  readonly services: Services;
  readonly user: SignedInUser | null;
  /** Absent where a program of ours calls. */
  readonly client?: Client;
}

/** What limits count by. */
export const networkOf = ({ client }: RequestContext): string => client?.network ?? "this process";

/** Address that people type, for links; no trailing slash. A trusted proxy knows it where KARYOLOOP_URL does not say it. */
export function publicUrlOf({ services, client }: RequestContext): string {
  if (services.environment.publicUrl || !client?.proxied) return services.publicUrl();
  return `${client.secure ? "https" : "http"}://${client.host}`;
}

/** A Problem thrown in a procedure reaches the page with its fields, as `error.data.problem`. */
const problemOf = ({ cause, code }: TRPCError): ProblemFields | null => {
  if (isProblem(cause)) return cause.toJSON();
  return code === "BAD_REQUEST" && cause instanceof z.ZodError ? problemOfInput(cause) : null;
};

/** The first field that cannot be taken, by its name, for the form to show it there. Values are not repeated. */
export function problemOfInput({ issues: [{ path, message }] }: z.ZodError): ProblemFields {
  const field = path.join(".").slice(0, 100);
  const name = field.replace(/^./, (first) => first.toUpperCase());
  return { tag: "bad-input", what: `${name && `${name}: `}${message.slice(0, 200)}`, where: field };
}

const t = initTRPC
  .context<RequestContext>()
  .meta<{ access: Access }>()
  .create({
    transformer: apiTransformer,
    // A stream that is silent for long is taken for a dead one, by the server too (server/entrance/connections.ts).
    sse: { ping: { enabled: true, intervalMs: 15_000 } },
    errorFormatter: ({ shape, error }) => ({
      ...shape,
      // Messages of unexpected errors can hold SQL or paths: they stay in the log.
      message:
        error.code === "INTERNAL_SERVER_ERROR" && !problemOf(error)
          ? "Something went wrong on the server."
          : shape.message,
      data: { ...shape.data, stack: undefined, problem: problemOf(error), requestId: currentRequest()?.id },
    }),
  });

export const router = t.router;
export const createCallerFactory = t.createCallerFactory;

const problemsAreAnswers = t.middleware(async ({ next }) => {
  const result = await next();
  if (result.ok) return result;
  const { cause, code } = result.error;
  const problem = isProblem(cause) ? cause : diskProblemOf(cause);
  if (!problem || code !== "INTERNAL_SERVER_ERROR") return result;
  throw new TRPCError({
    code: problem.waitSeconds === undefined ? "UNPROCESSABLE_CONTENT" : "TOO_MANY_REQUESTS",
    message: problem.message,
    cause: problem,
  });
});

/** PostgreSQL holds no NUL, and nobody types one: refused before a query fails on it. */
const textsAreClean = t.middleware(async ({ getRawInput, next }) => {
  if (hasNul(await getRawInput()))
    throw new TRPCError({ code: "BAD_REQUEST", message: "A text holds a NUL character, which no text may." });
  return next();
});

const signedIn = t.middleware(({ ctx, next }) => {
  if (!ctx.user) throw new TRPCError({ code: "UNAUTHORIZED", message: "Sign in first." });
  return next({ ctx: { user: ctx.user } });
});

/** For what costs much: `projectProcedure("owner").use(atMost(costlyCall("export.create", 20, 60)))`. */
export const atMost = (rule: WaitRule) =>
  t.middleware(({ ctx, next }) => {
    countCall(ctx.services, rule, ctx.user?.id ?? networkOf(ctx));
    return next();
  });

const notHere = () =>
  new TRPCError({ code: "NOT_FOUND", message: "There is nothing here, or you are not a member of its project." });
const tooLow = (role: Role) => new TRPCError({ code: "FORBIDDEN", message: `This needs the role ${role}.` });

type ProcedureKind = "query" | "mutation" | "subscription";

function assertMayPass(
  membership: Membership | null,
  role: Role,
  path: string,
  type: ProcedureKind,
): asserts membership is Membership {
  if (!membership) throw notHere();
  if (!hasRole(membership.role, role)) throw tooLow(role);
  if (membership.isDesk && !isOpenAtDesks(type, path))
    throw new TRPCError({ code: "FORBIDDEN", message: "In a blind study one labels, and does nothing else." });
}

const measured = t.middleware(async ({ path, type, next }) => {
  const startedAt = performance.now();
  const result = await next();
  const labels = { procedure: path, outcome: result.ok ? "ok" : result.error.code };
  if (type !== "subscription") procedureSeconds.observe(labels, (performance.now() - startedAt) / 1000);
  return result;
});

const base = t.procedure.use(measured).use(problemsAreAnswers).use(textsAreClean);

export const publicProcedure = base.meta({ access: { kind: "public" } });
export const signedInProcedure = base.meta({ access: { kind: "signed-in" } }).use(signedIn);
export const administratorProcedure = base
  .meta({ access: { kind: "administrator" } })
  .use(signedIn)
  .use(async ({ ctx, next }) => {
    if (!ctx.user.isAdministrator)
      throw new TRPCError({ code: "FORBIDDEN", message: "Only an administrator may do this." });
    const problem = await administratorProblem(ctx.services.db, ctx.user);
    if (problem) throw new TRPCError({ code: "FORBIDDEN", message: problem.message, cause: problem });
    return next();
  });

/** Input has `projectId`; the context gains `projectId` and the person's `role`. Strangers get NOT_FOUND. */
export const projectProcedure = (role: Role) =>
  base
    .meta({ access: { kind: "project", role } })
    .use(signedIn)
    .input(z.object({ projectId: z.uuid() }))
    .use(async ({ ctx, input, path, type, next }) => {
      const membership = await membershipInProject(ctx.services.db, ctx.user.id, input.projectId);
      assertMayPass(membership, role, path, type);
      return next({ ctx: membership });
    });

/** Input has `volumeId`; the context gains its `projectId` and the person's `role`. */
export const volumeProcedure = (role: Role) =>
  base
    .meta({ access: { kind: "volume", role } })
    .use(signedIn)
    .input(z.object({ volumeId: z.uuid() }))
    .use(async ({ ctx, input, path, type, next }) => {
      const membership = await membershipForVolume(ctx.services.db, ctx.user.id, input.volumeId);
      assertMayPass(membership, role, path, type);
      return next({ ctx: membership });
    });
