import { router } from "../../trpc.ts";
import { listCheckpoints } from "./list-checkpoints.ts";
import { guessNuclei, makeCheckpointCurrent } from "./make-checkpoint-current.ts";

export const checkpointRouter = router({
  list: listCheckpoints,
  makeCurrent: makeCheckpointCurrent,
  guess: guessNuclei,
});
