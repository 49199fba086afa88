import { router } from "../../trpc.ts";
import { engineStatus } from "./engine-status.ts";
import { makeResetLink, people, setAdministrator } from "./people.ts";
import { createTrainerToken, projectNames, revokeTrainerToken, trainerTokens } from "./trainer-tokens.ts";

export const installationRouter = router({
  engineStatus,
  people,
  makeResetLink,
  setAdministrator,
  trainerTokens,
  projectNames,
  createTrainerToken,
  revokeTrainerToken,
});
