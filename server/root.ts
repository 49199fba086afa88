import { eventRouter } from "./routers/event.ts";
import { router } from "./trpc.ts";

/** The whole API by name. One noun, one router, one file or folder in routers/. */
export const appRouter = router({
  event: eventRouter,
});
