import { accountRouter } from "./routers/account.ts";
import { boxRouter } from "./routers/box/index.ts";
import { eventRouter } from "./routers/event.ts";
import { installationRouter } from "./routers/installation/index.ts";
import { router } from "./trpc.ts";

/** The whole API by name. One noun, one router, one file or folder in routers/. */
export const appRouter = router({
  account: accountRouter,
  box: boxRouter,
  event: eventRouter,
  installation: installationRouter,
});
