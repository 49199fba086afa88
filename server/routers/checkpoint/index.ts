import { router } from "../../trpc.ts";
import { listCheckpoints } from "./list-checkpoints.ts";
import { makeCheckpointCurrent } from "./make-checkpoint-current.ts";

export const checkpointRouter = router({ list: listCheckpoints, makeCurrent: makeCheckpointCurrent });
