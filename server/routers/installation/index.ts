import { router } from "../../trpc.ts";
import { engineStatus } from "./engine-status.ts";
import {
  endSessions,
  makeResetLink,
  people,
  resetSecondFactor,
  revokeTokens,
  setAccountOn,
  setAdministrator,
} from "./people.ts";
import { changeSettings, settings } from "./settings.ts";
import { measureStorage, storage } from "./storage.ts";
import { createTrainerToken, projectNames, revokeTrainerToken, trainerTokens } from "./trainer-tokens.ts";

export const installationRouter = router({
  engineStatus,
  people,
  makeResetLink,
  setAdministrator,
  setAccountOn,
  endSessions,
  resetSecondFactor,
  revokeTokens,
  trainerTokens,
  projectNames,
  createTrainerToken,
  revokeTrainerToken,
  settings,
  changeSettings,
  storage,
  measureStorage,
});
