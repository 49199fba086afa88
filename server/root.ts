import { accountRouter } from "./routers/account.ts";
import { boxRouter } from "./routers/box/index.ts";
import { eventRouter } from "./routers/event.ts";
import { installationRouter } from "./routers/installation/index.ts";
import { invitationRouter } from "./routers/invitation.ts";
import { memberRouter } from "./routers/member.ts";
import { nucleusClassRouter } from "./routers/nucleus-class.ts";
import { projectRouter } from "./routers/project.ts";
import { router } from "./trpc.ts";

/** The whole API by name. One noun, one router, one file or folder in routers/. */
export const appRouter = router({
  account: accountRouter,
  box: boxRouter,
  event: eventRouter,
  installation: installationRouter,
  invitation: invitationRouter,
  member: memberRouter,
  nucleusClass: nucleusClassRouter,
  project: projectRouter,
});
