import { eq } from "drizzle-orm";
import { z } from "zod";
import { Problem } from "../../../core/problem.ts";
import { busyStates } from "../../../core/publication/deposit.ts";
import { deposit } from "../../../db/schema/index.ts";
import { recordAudit } from "../../audit/record-audit.ts";
import { costlyCall } from "../../call-rate.ts";
import { atMost, projectProcedure } from "../../trpc.ts";
import { nudgeDeposits, stopDeposit } from "../../zenodo/deposit-queue.ts";
import { depositInput, detailsOf, findDeposit, moveDeposit } from "./find-deposit.ts";

const asked = (name: string) => atMost(costlyCall(name, 20, 15));

/** Goes on with what was cancelled or failed, where it was. */
export const goOn = projectProcedure("owner")
  .use(asked("zenodo.goOn"))
  .input(depositInput)
  .mutation(async ({ ctx, input }) => {
    const given = { projectId: ctx.projectId, depositId: input.depositId, by: ctx.user.id };
    await moveDeposit(ctx.services, { ...given, act: "goOn", audited: "deposit.gone-on" });
    nudgeDeposits(ctx.services);
  });

/** Stops the sending. What is there stays there, as a draft that nobody sees. */
export const cancel = projectProcedure("owner")
  .input(depositInput)
  .mutation(async ({ ctx, input }) => {
    const given = { projectId: ctx.projectId, depositId: input.depositId, by: ctx.user.id };
    await moveDeposit(ctx.services, { ...given, act: "cancel", audited: "deposit.cancelled" });
    await stopDeposit(ctx.services, input.depositId);
  });

/** Makes the draft public for ever. `doi` is typed by a person who looks at it: a page that shows another draft publishes nothing. */
export const publish = projectProcedure("owner")
  .use(asked("zenodo.publish"))
  .input(depositInput.extend({ doi: z.string().trim().min(1).max(300) }))
  .mutation(async ({ ctx, input }) => {
    const given = { projectId: ctx.projectId, depositId: input.depositId, by: ctx.user.id, doi: input.doi };
    await moveDeposit(ctx.services, { ...given, act: "publish", audited: "deposit.publish-asked" });
    nudgeDeposits(ctx.services);
  });

/** Deletes the draft there, and then here. */
export const discard = projectProcedure("owner")
  .use(asked("zenodo.discard"))
  .input(depositInput)
  .mutation(async ({ ctx, input }) => {
    const given = { projectId: ctx.projectId, depositId: input.depositId, by: ctx.user.id };
    await moveDeposit(ctx.services, { ...given, act: "discard", audited: "deposit.discard-asked" });
    nudgeDeposits(ctx.services);
  });

/** Takes it off the list, whoever's it is; at Zenodo nothing changes. Not while a program works on it, and not what is published. */
export const forget = projectProcedure("owner")
  .input(depositInput)
  .mutation(async ({ ctx, input }) => {
    const { services, projectId, user } = ctx;
    await services.db.transaction(async (tx) => {
      const row = await findDeposit(tx, projectId, input.depositId);
      if (row.state === "published" || (busyStates as readonly string[]).includes(row.state))
        throw new Problem({
          tag: "deposit-stays",
          what:
            row.state === "published"
              ? "What is published stays on the list."
              : "A program works on this draft just now.",
          hint: row.state === "published" ? undefined : "Cancel it first, or wait a moment.",
        });
      await tx.delete(deposit).where(eq(deposit.id, row.id));
      const details = { ...detailsOf(row), ...(row.doi !== null && { doi: row.doi }) };
      await recordAudit(tx, { act: "deposit.forgotten", by: user.id, projectId, details });
    });
    services.events.publish({ topic: "deposit", projectId });
  });
