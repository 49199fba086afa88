import { TRPCError } from "@trpc/server";
import { z } from "zod";
import { consensusMethods, MOST_ANNOTATORS, studyBeginnings } from "../../../core/agreement/blind-study.ts";
import { costlyCall } from "../../call-rate.ts";
import { layerStanding, listStudies, readStudy, studiesOf } from "../../studies/read-studies.ts";
import { startStudy } from "../../studies/start-study.ts";
import {
  closeStudy,
  compareAgain,
  finishStudy,
  propose,
  removeStudy,
  type StudyActor,
  sayDone,
} from "../../studies/study-acts.ts";
import { atMost, projectProcedure, router, signedInProcedure, volumeProcedure } from "../../trpc.ts";

const changing = atMost(costlyCall("study.change", 60, 2));
const costly = atMost(costlyCall("study.start", 20, 30));

const corner = z.int().min(0).max(65_536);
const cornerZyx = z.tuple([corner, corner, corner]);
const personId = z.string().min(1).max(100);
const ofStudy = z.object({ studyId: z.uuid() });

const actorOf = (ctx: {
  readonly projectId: string;
  readonly role: StudyActor["role"];
  readonly user: { readonly id: string };
}): StudyActor => ({ projectId: ctx.projectId, role: ctx.role, userId: ctx.user.id });

/** Several people draw one box, blind to each other (docs/adr/0052). */
export const studyRouter = router({
  ofProject: projectProcedure("viewer").query(({ ctx }) =>
    listStudies(ctx.services.db, ctx.projectId, { userId: ctx.user.id, role: ctx.role }),
  ),

  byId: projectProcedure("viewer")
    .input(ofStudy)
    .query(async ({ ctx, input }) => {
      const reader = { userId: ctx.user.id, role: ctx.role };
      const found = await readStudy(ctx.services.db, ctx.projectId, input.studyId, reader);
      if (!found) throw new TRPCError({ code: "NOT_FOUND", message: "This study is not there any more." });
      return found;
    }),

  /** Of the signed-in person, over all projects. */
  mine: signedInProcedure.query(({ ctx }) => studiesOf(ctx.services.db, ctx.user.id)),

  ofLayer: volumeProcedure("viewer").query(({ ctx, input }) =>
    layerStanding(ctx.services.db, input.volumeId, ctx.user.id),
  ),

  start: projectProcedure("owner")
    .use(costly)
    .input(
      z.object({
        volumeId: z.uuid(),
        box: z.object({ minZyx: cornerZyx, maxZyx: cornerZyx }),
        annotatorIds: z.array(personId).max(MOST_ANNOTATORS),
        adjudicatorId: personId,
        beginsWith: z.enum(studyBeginnings),
      }),
    )
    .mutation(({ ctx, input }) => startStudy(ctx.services, { ...input, projectId: ctx.projectId, by: ctx.user.id })),

  /** Of the layer that is `volumeId`, by whom it is. */
  sayDone: volumeProcedure("annotator")
    .use(changing)
    .input(z.object({ isDone: z.boolean() }))
    .mutation(({ ctx, input }) =>
      sayDone(ctx.services, { userId: ctx.user.id, volumeId: input.volumeId }, input.isDone),
    ),

  close: projectProcedure("owner")
    .use(changing)
    .input(ofStudy)
    .mutation(({ ctx, input }) => closeStudy(ctx.services, actorOf(ctx), input.studyId)),

  compareAgain: projectProcedure("owner")
    .use(costly)
    .input(ofStudy)
    .mutation(({ ctx, input }) => compareAgain(ctx.services, actorOf(ctx), input.studyId)),

  propose: projectProcedure("annotator")
    .use(costly)
    .input(ofStudy.extend({ method: z.enum(consensusMethods) }))
    .mutation(({ ctx, input }) => propose(ctx.services, actorOf(ctx), input)),

  finish: projectProcedure("annotator")
    .use(changing)
    .input(ofStudy)
    .mutation(({ ctx, input }) => finishStudy(ctx.services, actorOf(ctx), input.studyId)),

  remove: projectProcedure("owner")
    .use(changing)
    .input(ofStudy)
    .mutation(({ ctx, input }) => removeStudy(ctx.services, actorOf(ctx), input.studyId)),
});
