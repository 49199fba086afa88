import { publicProcedure, router } from "../trpc.ts";

export const accountRouter = router({
  /** The person signed in, or null. Never an error: the page decides where to go. */
  me: publicProcedure.query(({ ctx }) => ctx.user),
});
