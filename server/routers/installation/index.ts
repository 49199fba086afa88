import { router } from "../../trpc.ts";
import { engineStatus } from "./engine-status.ts";
import { endSessions, makeResetLink, people, setAccountOn, setAdministrator } from "./people.ts";
import { createTrainerToken, revokeTrainerToken, trainerTokens } from "./trainer-tokens.ts";

export const installationRouter = router({
  engineStatus,
  people,
  makeResetLink,
  setAdministrator,
  setAccountOn,
  endSessions,
  trainerTokens,
  createTrainerToken,
  revokeTrainerToken,
});
