import { eq } from "drizzle-orm";
import { z } from "zod";
import { SAMPLE_SPACE } from "../../../core/simulator/sample/generate-sample.ts";
import { volume } from "../../../db/schema/index.ts";
import { costlyCall } from "../../call-rate.ts";
import { atMost, projectProcedure } from "../../trpc.ts";
import { insertVolume } from "./insert-volume.ts";

/** Share of the true labels that come with the sample. */
const SHARES = { none: 0, third: 1 / 3, all: 1 } as const;

/** The synthetic volume: another seed for each that a project has, so that several can be told apart by a split. */
export const createSample = projectProcedure("reviewer")
  .use(atMost(costlyCall("volume.createSample", 20, 60)))
  .input(z.object({ labels: z.enum(["none", "third", "all"]).default("none") }))
  .mutation(async ({ ctx, input }) => {
    const taken = await ctx.services.db
      .select({ name: volume.name })
      .from(volume)
      .where(eq(volume.projectId, ctx.projectId));
    const names = new Set(taken.map(({ name }) => name));
    let seed = 1;
    while (names.has(nameOf(seed))) seed++;
    const share = SHARES[input.labels];
    return insertVolume(
      ctx.services,
      {
        projectId: ctx.projectId,
        name: nameOf(seed),
        specimen: `synthetic tissue ${seed}`,
        ...SAMPLE_SPACE,
        voxelSizeFrom: "file",
        pixelType: "uint16",
        sourceFileName: `generated with seed ${seed}`,
        createdBy: ctx.user.id,
        origin: {
          kind: "others",
          citation: "Simulated volume that comes with Karyoloop.",
          licence: "CC0-1.0",
          link: "",
        },
      },
      {
        image: { kind: "sample", seed, share: 1 },
        labels: share > 0 ? { origin: { kind: "sample", seed, share }, mode: "accepted", complete: share === 1 } : null,
      },
    );
  });

const nameOf = (seed: number): string => `Sample ${seed}`;
