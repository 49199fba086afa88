import { listNuclei } from "../collab/list-nuclei.ts";
import { router, volumeProcedure } from "../trpc.ts";

/** Nuclei of a volume as they are now. Pages ask again when they hear the topic `nuclei`. */
export const nucleusRouter = router({
  list: volumeProcedure("viewer").query(({ ctx, input }) => listNuclei(ctx.services, input.volumeId)),
});
