import { z } from "zod";
import { MOST_NOTIFICATIONS } from "../../../core/notifications/notification.ts";
import { announce } from "../../notifications/notify.ts";
import { markRead, readNotifications } from "../../notifications/read-notifications.ts";
import { router, signedInProcedure } from "../../trpc.ts";

/** What the signed-in person is told of. */
export const notificationRouter = router({
  list: signedInProcedure.query(({ ctx }) => readNotifications(ctx.services.db, ctx.user.id)),

  /** Whether this installation sends mails at all. */
  mail: signedInProcedure.query(({ ctx }) => ({ isSent: ctx.services.environment.mail !== null })),

  /** Without `ids`, all of them. */
  markRead: signedInProcedure
    .input(z.object({ ids: z.array(z.uuid()).max(MOST_NOTIFICATIONS).optional() }))
    .mutation(async ({ ctx, input }) => {
      await markRead(ctx.services.db, ctx.user.id, input.ids ?? null);
      announce(ctx.services, [ctx.user.id]);
    }),
});
