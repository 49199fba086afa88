import { and, eq } from "drizzle-orm";
import { z } from "zod";
import { chosenEvents } from "../../../core/webhook/webhook.ts";
import { webhook } from "../../../db/schema/index.ts";
import { recordAudit } from "../../audit/record-audit.ts";
import { costlyCall } from "../../call-rate.ts";
import { atMost, projectProcedure, router } from "../../trpc.ts";
import { nudgeDeliveries } from "../../webhooks/delivery-queue.ts";
import {
  addWebhook,
  listWebhooks,
  namedProject,
  noSuchWebhook,
  putMessage,
  removeWebhook,
} from "../../webhooks/webhooks.ts";

const one = z.object({ webhookId: z.uuid() });

/** Addresses that are told when a version is frozen or a training is done. For owners: what they are told leaves the installation. */
export const webhookRouter = router({
  list: projectProcedure("owner").query(({ ctx }) => listWebhooks(ctx.services, ctx.projectId)),

  /** The secret is in the answer, and nowhere else. */
  create: projectProcedure("owner")
    .use(atMost(costlyCall("webhook.create", 20, 60)))
    .input(
      z.object({
        address: z.string().min(1).max(1000),
        events: z.array(z.enum(chosenEvents)).min(1).max(chosenEvents.length),
      }),
    )
    .mutation(({ ctx, input: { address, events } }) =>
      addWebhook(ctx.services, {
        projectId: ctx.projectId,
        by: ctx.user.id,
        address,
        events: [...new Set(events)],
      }),
    ),

  remove: projectProcedure("owner")
    .input(one)
    .mutation(({ ctx, input }) =>
      removeWebhook(ctx.services, { projectId: ctx.projectId, by: ctx.user.id, id: input.webhookId }),
    ),

  /** A message that says nothing but that it arrived. */
  sendTest: projectProcedure("owner")
    .use(atMost(costlyCall("webhook.sendTest", 10, 30)))
    .input(one)
    .mutation(async ({ ctx, input: { webhookId } }) => {
      const { projectId, services } = ctx;
      await services.db.transaction(async (tx) => {
        const [there] = await tx
          .select({ id: webhook.id })
          .from(webhook)
          .where(and(eq(webhook.id, webhookId), eq(webhook.projectId, projectId)));
        if (!there) throw noSuchWebhook();
        await putMessage(tx, webhookId, { type: "test", data: { project: await namedProject(tx, projectId) } });
        await recordAudit(tx, { act: "webhook.tested", by: ctx.user.id, projectId, details: { webhookId } });
      });
      nudgeDeliveries(services);
    }),
});
