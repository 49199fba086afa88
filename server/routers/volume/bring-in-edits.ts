import { eq } from "drizzle-orm";
import { z } from "zod";
import { Problem } from "../../../core/problem.ts";
import { PIECE_BYTES } from "../../../core/sync/unsent/sealed-piece.ts";
import { volume } from "../../../db/schema/index.ts";
import { auditedPerson, recordAudit } from "../../audit/record-audit.ts";
import { inRoom, roomOperation } from "../../collab/live/in-room.ts";
import { liveVolumesOf } from "../../collab/live/live-volumes.ts";
import { checkEdits, editsUnits, writeEdits } from "../../collab/operations/bring-in-edits.ts";
import { volumeProcedure } from "../../trpc.ts";

/**
 * A piece of a file of edits that somebody's browser kept: they become acts of the person who made them. Pieces come in order;
 * what is there already stays as it is, so that a file may be brought in again after whatever went wrong.
 */
export const bringInEdits = volumeProcedure("owner")
  .input(
    z.object({
      /** Of the whole file, for the record of this act. */
      fileSha256: z.string().regex(/^[0-9a-f]{64}$/),
      /** `core/sync/unsent/sealed-piece.ts`, base64. */
      piece: z
        .base64()
        .min(4)
        .max(4 * Math.ceil(PIECE_BYTES / 3)),
    }),
  )
  .mutation(async ({ ctx, input }) => {
    const { services, projectId } = ctx;
    const { volumeId } = input;
    const budget = liveVolumesOf(services).budgets.of(ctx.user.id);
    if (budget.waitMs > 0)
      throw new Problem({
        tag: "too-fast",
        what: "You send faster than this server works.",
        hint: "It goes on by itself in a moment.",
        waitSeconds: Math.ceil(budget.waitMs / 1000),
      });
    const piece = new Uint8Array(Buffer.from(input.piece, "base64"));
    const given = { piece, file: input.fileSha256, by: ctx.user.id, projectId };
    const { cost, ...answer } = await inRoom(services, bringInOperation, volumeId, given);
    budget.charge(cost);
    return answer;
  });

export const bringInOperation = roomOperation(
  "bring-in-edits",
  async (
    live,
    services,
    { piece, file, by, projectId }: { piece: Uint8Array; file: string; by: string; projectId: string },
  ) => {
    const { volumeId } = live;
    const checked = await checkEdits(live, services, volumeId, piece);
    const person = await auditedPerson(services.db, checked.userId);
    if (checked.fresh.length > 0) {
      // Before them: an act that nobody wrote down would be worse than one that was only begun.
      const [{ name }] = await services.db.select({ name: volume.name }).from(volume).where(eq(volume.id, volumeId));
      const details = { volumeId, name, person, edits: checked.fresh.length, file };
      await recordAudit(services.db, { act: "volume.edits-brought-in", by, projectId, details });
      await writeEdits(live, checked);
    }
    return {
      madeBy: person.name,
      broughtIn: checked.fresh.length,
      alreadyThere: checked.alreadyThere,
      cost: editsUnits(checked),
    };
  },
);
