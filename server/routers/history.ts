import { eq } from "drizzle-orm";
import { z } from "zod";
import { maxLineLabels } from "../../core/history/history-line.ts";
import { user, volumeSession } from "../../db/schema/index.ts";
import { costlyCall } from "../call-rate.ts";
import { placeOfTime, readHistoryPage } from "../history/history-page.ts";
import { previewUndo } from "../history/undo-preview.ts";
import { readInstallationSettings } from "../settings/installation-settings.ts";
import { atMost, router, volumeProcedure } from "../trpc.ts";

const place = z.int().min(0).max(65_536);
const corner = z.tuple([place, place, place]);
const number = z.int().min(0).max(Number.MAX_SAFE_INTEGER);
const label = z
  .int()
  .min(1)
  .max(2 ** 32 - 1);
const userId = z.string().min(1).max(64);

const filterSchema = z.object({
  nucleus: z
    .object({
      labels: z.array(label).min(1).max(maxLineLabels),
      box: z.object({ minZyx: corner, maxZyx: corner }).nullable(),
    })
    .optional(),
  userId: userId.optional(),
  from: z.coerce.date().optional(),
  until: z.coerce.date().optional(),
});

const spanSchema = z.object({ session: number, first: number, last: number });

/** What was done to the labels of a volume, as long as it is remembered. */
export const historyRouter = router({
  /** Newest first; the cursor is where the last page ended. */
  page: volumeProcedure("viewer")
    .input(
      z.object({
        filter: filterSchema.default({}),
        cursor: z.object({ position: number, session: number, seq: number }).nullish(),
      }),
    )
    .query(({ ctx, input }) =>
      readHistoryPage(ctx.services.db, input.volumeId, { filter: input.filter, cursor: input.cursor ?? null }),
    ),

  /** Everybody who ever opened the volume to label. */
  people: volumeProcedure("viewer").query(({ ctx, input }) =>
    ctx.services.db
      .selectDistinct({ id: user.id, name: user.name })
      .from(volumeSession)
      .innerJoin(user, eq(user.id, volumeSession.userId))
      .where(eq(volumeSession.volumeId, input.volumeId)),
  ),

  /** For so many days acts are remembered. */
  kept: volumeProcedure("viewer").query(async ({ ctx }) => ({
    days: (await readInstallationSettings(ctx.services.db)).labelHistoryDays,
  })),

  /** The moment before a time: what the journal held by then. */
  moment: volumeProcedure("viewer")
    .input(z.object({ at: z.coerce.date() }))
    .query(async ({ ctx, input }) => {
      const { position } = await placeOfTime(ctx.services.db, input.volumeId, input.at);
      return { position: Math.max(0, position - 1) };
    }),

  /** What taking acts back would change; the page then does it as any other act, past the gate of the room. */
  previewUndo: volumeProcedure("annotator")
    .use(atMost(costlyCall("history.previewUndo", 120, 2)))
    .input(
      z.object({
        choice: z.union([
          z.object({ spans: z.array(spanSchema).min(1).max(100) }),
          z.object({ userId, from: z.coerce.date(), until: z.coerce.date() }),
        ]),
      }),
    )
    .query(({ ctx, input }) => previewUndo(ctx.services, input.volumeId, input.choice)),
});
