import { z } from "zod";
import { commentTextSchema } from "../../../core/comments/comment-text.ts";
import { labelValueSchema } from "../../../core/contract/voxel-shapes.ts";
import { costlyCall } from "../../call-rate.ts";
import { listThreads } from "../../comments/list-threads.ts";
import {
  beginThread,
  changeComment,
  deleteComment,
  reply,
  resolveThread,
  type Writer,
} from "../../comments/write-comments.ts";
import { atMost, router, volumeProcedure } from "../../trpc.ts";

/** Forty in a breath, then one in two seconds: no conversation is quicker. */
const writing = volumeProcedure("annotator").use(atMost(costlyCall("comment.write", 40, 2)));

const place = z
  .number()
  .min(0)
  .max(2 ** 31);
const threadInput = z.object({ threadId: z.uuid() });
const commentInput = z.object({ commentId: z.uuid() });

const writerOf = (
  ctx: { readonly projectId: string; readonly role: Writer["role"]; readonly user: { id: string; name: string } },
  { volumeId }: { readonly volumeId: string },
): Writer => ({
  projectId: ctx.projectId,
  volumeId,
  userId: ctx.user.id,
  userName: ctx.user.name,
  role: ctx.role,
});

/** What people say to each other about places and nuclei of a volume. */
export const commentRouter = router({
  /** The cursor is when the oldest one was begun that the page has. */
  list: volumeProcedure("viewer")
    .input(z.object({ isResolved: z.boolean(), cursor: z.date().nullish() }))
    .query(({ ctx, input }) =>
      listThreads(ctx.services.db, { ...input, before: input.cursor ?? null, projectId: ctx.projectId }),
    ),

  begin: writing
    .input(
      z.object({
        placeZyx: z.tuple([place, place, place]),
        label: labelValueSchema.nullable(),
        text: commentTextSchema,
      }),
    )
    .mutation(({ ctx, input }) => beginThread(ctx.services, writerOf(ctx, input), input)),

  reply: writing
    .input(threadInput.extend({ text: commentTextSchema }))
    .mutation(({ ctx, input }) => reply(ctx.services, writerOf(ctx, input), input.threadId, input.text)),

  change: writing
    .input(commentInput.extend({ text: commentTextSchema }))
    .mutation(({ ctx, input }) => changeComment(ctx.services, writerOf(ctx, input), input.commentId, input.text)),

  delete: writing
    .input(commentInput)
    .mutation(({ ctx, input }) => deleteComment(ctx.services, writerOf(ctx, input), input.commentId)),

  resolve: writing
    .input(threadInput.extend({ isResolved: z.boolean() }))
    .mutation(({ ctx, input }) => resolveThread(ctx.services, writerOf(ctx, input), input.threadId, input.isResolved)),
});
