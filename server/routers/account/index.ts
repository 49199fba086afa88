import { router } from "../../trpc.ts";
import { createAdministrator, isLinkLive, resetPassword } from "./links.ts";
import { changePassword, confirm, me, rename } from "./own-account.ts";
import { beginApp, confirmApp, removeApp, renewRecoveryCodes, secondFactors } from "./second-factors.ts";
import { endOtherSessions, endSession, sessions } from "./sessions.ts";

export const accountRouter = router({
  me,
  rename,
  changePassword,
  confirm,
  secondFactors,
  beginApp,
  confirmApp,
  removeApp,
  renewRecoveryCodes,
  sessions,
  endSession,
  endOtherSessions,
  isLinkLive,
  createAdministrator,
  resetPassword,
});
