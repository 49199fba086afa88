import { router } from "../../trpc.ts";
import { createAdministrator, isLinkLive, resetPassword } from "./links.ts";
import { changePassword, confirm, me, rename, signInWays } from "./own-account.ts";
import {
  beginApp,
  confirmApp,
  removeApp,
  removePasskey,
  renamePasskey,
  renewRecoveryCodes,
  secondFactors,
  unlinkInstitution,
} from "./second-factors.ts";
import { endOtherSessions, endSession, sessions } from "./sessions.ts";
import { keepSetting, settings } from "./settings.ts";
import { createToken, revokeToken, tokens } from "./tokens.ts";

export const accountRouter = router({
  me,
  rename,
  changePassword,
  confirm,
  signInWays,
  secondFactors,
  renamePasskey,
  removePasskey,
  unlinkInstitution,
  beginApp,
  confirmApp,
  removeApp,
  renewRecoveryCodes,
  sessions,
  endSession,
  endOtherSessions,
  settings,
  keepSetting,
  tokens,
  createToken,
  revokeToken,
  isLinkLive,
  createAdministrator,
  resetPassword,
});
