import { z } from "zod";
import { depositPlaces } from "../../../core/publication/deposit.ts";
import { costlyCall } from "../../call-rate.ts";
import { atMost, signedInProcedure } from "../../trpc.ts";
import { ZENODO_TIMING } from "../../zenodo/ask-zenodo.ts";
import { keepRepositoryToken, listRepositoryTokens, removeRepositoryToken } from "../../zenodo/repository-tokens.ts";
import { assertLooksLikeToken } from "../../zenodo/token-shape.ts";
import { createZenodoClient } from "../../zenodo/zenodo-client.ts";
import { originOf } from "../../zenodo/zenodo-of.ts";

const placeInput = z.object({ place: z.enum(depositPlaces) });

/** For which places the signed-in person keeps a token, since when, and whether deposits are offered at all. */
export const myTokens = signedInProcedure.query(async ({ ctx }) => ({
  isOffered: ctx.services.environment.zenodo !== null,
  kept: await listRepositoryTokens(ctx.services, ctx.user.id),
}));

/** Keeps a token of the signed-in person, once the place has said that it opens something. */
export const keepToken = signedInProcedure
  .use(atMost(costlyCall("zenodo.keepToken", 10, 30)))
  .input(placeInput.extend({ token: z.string().trim().min(1).max(300) }))
  .mutation(async ({ ctx, input: { place, token } }) => {
    assertLooksLikeToken(token);
    const base = originOf(ctx.services, place);
    // A person waits: it is asked once.
    const timing = { ...ZENODO_TIMING, answerMs: 20_000, retriesMs: [] };
    const zenodo = createZenodoClient({ base, token, timing, signal: new AbortController().signal });
    await zenodo.assertTokenWorks();
    await keepRepositoryToken(ctx.services, { userId: ctx.user.id, place, token });
  });

export const removeToken = signedInProcedure
  .input(placeInput)
  .mutation(({ ctx, input }) => removeRepositoryToken(ctx.services, ctx.user.id, input.place));
