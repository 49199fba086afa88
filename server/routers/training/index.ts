import { router } from "../../trpc.ts";
import { cancelTraining } from "./cancel-training.ts";
import { keepSpecimenOut } from "./keep-specimen-out.ts";
import { startTraining } from "./start-training.ts";
import { trainingActivity } from "./training-activity.ts";
import { trainingMetrics } from "./training-metrics.ts";
import { trainingState } from "./training-state.ts";

export const trainingRouter = router({
  state: trainingState,
  activity: trainingActivity,
  metrics: trainingMetrics,
  start: startTraining,
  cancel: cancelTraining,
  keepSpecimenOut,
});
