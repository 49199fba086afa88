import { and, eq } from "drizzle-orm";
import { z } from "zod";
import { plottedMeasureNames } from "../../../core/morphometry/distribution/plotted-measures.ts";
import { Problem } from "../../../core/problem.ts";
import { datasetVersion } from "../../../db/schema/index.ts";
import { costlyCall } from "../../call-rate.ts";
import { datasetDescriptionSchema } from "../../export/frozen/dataset-description.ts";
import { plotGroupings, shapeDistribution } from "../../export/table/shape-distribution.ts";
import { atMost, projectProcedure } from "../../trpc.ts";

/** What the page of shapes plots: counts and quartiles, not the nuclei. */
export const shapeDistributionOf = projectProcedure("viewer")
  .use(atMost(costlyCall("export.shapes", 60, 2)))
  .input(z.object({ versionId: z.uuid(), measure: z.enum(plottedMeasureNames), by: z.enum(plotGroupings) }))
  .query(async ({ ctx, input: { versionId, ...asked } }) => {
    const [row] = await ctx.services.db
      .select({ version: datasetVersion.version, description: datasetVersion.description })
      .from(datasetVersion)
      .where(
        and(
          eq(datasetVersion.id, versionId),
          eq(datasetVersion.projectId, ctx.projectId),
          eq(datasetVersion.state, "ready"),
        ),
      );
    if (!row)
      throw new Problem({
        tag: "no-such-version",
        what: "There is no such dataset version, or it is not ready.",
        hint: "Go back to the page Publish, which lists them.",
      });
    const description = datasetDescriptionSchema.parse(row.description);
    return { version: row.version, ...(await shapeDistribution(ctx.services.blobs, description, asked)) };
  });
