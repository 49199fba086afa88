import { shownCounts } from "../collab/nuclei/nucleus-count.ts";
import { countsOfProject } from "../collab/operations/count-project.ts";
import { listNuclei } from "../collab/operations/list-nuclei.ts";
import { projectProcedure, router, volumeProcedure } from "../trpc.ts";

/** Nuclei of a volume as they are now. Pages keep theirs by what the topic `nuclei` brings. */
export const nucleusRouter = router({
  /** Of every ready volume of a project, as it was last counted; opens none of them. */
  counts: projectProcedure("viewer").query(async ({ ctx }) => {
    const volumes = await countsOfProject(ctx.services, ctx.projectId);
    return volumes.map(({ volumeId, counted }) => ({
      volumeId,
      counts: counted && shownCounts(counted),
    }));
  }),

  list: volumeProcedure("viewer").query(({ ctx, input }) => listNuclei(ctx.services, input.volumeId)),
});
