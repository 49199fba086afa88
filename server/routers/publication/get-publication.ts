import { readOrigins, readPublication } from "../../publication/describe-publication.ts";
import { projectProcedure } from "../../trpc.ts";

/** The form as it was saved, empty where it never was, and where each volume comes from. */
export const getPublication = projectProcedure("viewer").query(async ({ ctx }) => {
  const { db } = ctx.services;
  const { fields, revision } = await readPublication(db, ctx.projectId);
  return { fields, revision, volumes: await readOrigins(db, ctx.projectId) };
});
