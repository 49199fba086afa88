import { router } from "../../trpc.ts";
import { createAdministrator, isLinkLive, resetPassword } from "./links.ts";
import { changePassword, confirm, me, rename } from "./own-account.ts";
import { endOtherSessions, endSession, sessions } from "./sessions.ts";

export const accountRouter = router({
  me,
  rename,
  changePassword,
  confirm,
  sessions,
  endSession,
  endOtherSessions,
  isLinkLive,
  createAdministrator,
  resetPassword,
});
