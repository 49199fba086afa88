import { router } from "../../trpc.ts";
import { engineStatus } from "./engine-status.ts";

export const installationRouter = router({
  engineStatus,
});
