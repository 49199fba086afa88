import { initTRPC, TRPCError } from "@trpc/server";
import superjson from "superjson";
import { z } from "zod";
import { isProblem, type ProblemFields } from "../core/problem.ts";
import { hasRole, type Role } from "../core/roles.ts";
import { type Access, membershipForVolume, membershipInProject } from "./access.ts";
import type { SignedInUser } from "./auth/authentication.ts";
import type { Services } from "./services.ts";
import { diskProblemOf } from "./storage/disk-room.ts";

export interface RequestContext {
  readonly services: Services;
  readonly user: SignedInUser | null;
}

/** A Problem thrown in a procedure reaches the page with its fields, as `error.data.problem`. */
const problemOf = (error: TRPCError): ProblemFields | null => {
  const source = isProblem(error.cause) ? error.cause : null;
  return source ? source.toJSON() : null;
};

const t = initTRPC
  .context<RequestContext>()
  .meta<{ access: Access }>()
  .create({
    transformer: superjson,
    errorFormatter: ({ shape, error }) => ({
      ...shape,
      // Messages of unexpected errors can hold SQL or paths: they stay in the log.
      message:
        error.code === "INTERNAL_SERVER_ERROR" && !problemOf(error)
          ? "Something went wrong on the server."
          : shape.message,
      data: { ...shape.data, stack: undefined, problem: problemOf(error) },
    }),
  });

export const router = t.router;
export const createCallerFactory = t.createCallerFactory;

const problemsAreAnswers = t.middleware(async ({ next }) => {
  const result = await next();
  if (result.ok) return result;
  const { cause } = result.error;
  const problem = isProblem(cause) ? cause : diskProblemOf(cause);
  if (!problem) return result;
  throw new TRPCError({ code: "UNPROCESSABLE_CONTENT", message: problem.message, cause: problem });
});

const signedIn = t.middleware(({ ctx, next }) => {
  if (!ctx.user) throw new TRPCError({ code: "UNAUTHORIZED", message: "Sign in first." });
  return next({ ctx: { user: ctx.user } });
});

const notHere = () =>
  new TRPCError({ code: "NOT_FOUND", message: "There is nothing here, or you are not a member of its project." });
const tooLow = (role: Role) => new TRPCError({ code: "FORBIDDEN", message: `This needs the role ${role}.` });

const base = t.procedure.use(problemsAreAnswers);

export const publicProcedure = base.meta({ access: { kind: "public" } });
export const signedInProcedure = base.meta({ access: { kind: "signed-in" } }).use(signedIn);
export const administratorProcedure = base
  .meta({ access: { kind: "administrator" } })
  .use(signedIn)
  .use(({ ctx, next }) => {
    if (!ctx.user.isAdministrator)
      throw new TRPCError({ code: "FORBIDDEN", message: "Only an administrator may do this." });
    return next();
  });

/** Input has `projectId`; the context gains `projectId` and the person's `role`. Strangers get NOT_FOUND. */
export const projectProcedure = (role: Role) =>
  base
    .meta({ access: { kind: "project", role } })
    .use(signedIn)
    .input(z.object({ projectId: z.uuid() }))
    .use(async ({ ctx, input, next }) => {
      const membership = await membershipInProject(ctx.services.db, ctx.user.id, input.projectId);
      if (!membership) throw notHere();
      if (!hasRole(membership.role, role)) throw tooLow(role);
      return next({ ctx: membership });
    });

/** Input has `volumeId`; the context gains its `projectId` and the person's `role`. */
export const volumeProcedure = (role: Role) =>
  base
    .meta({ access: { kind: "volume", role } })
    .use(signedIn)
    .input(z.object({ volumeId: z.uuid() }))
    .use(async ({ ctx, input, next }) => {
      const membership = await membershipForVolume(ctx.services.db, ctx.user.id, input.volumeId);
      if (!membership) throw notHere();
      if (!hasRole(membership.role, role)) throw tooLow(role);
      return next({ ctx: membership });
    });
