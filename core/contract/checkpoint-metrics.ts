import { z } from "zod";

const share = z.number().min(0).max(1);

/** Scores of a checkpoint where people kept something out of training. Without such a place there is none of this. */
export const checkpointMetricsSchema = z.strictObject({
  ap50: share,
  ap75: share,
  dice: share,
  /** True nuclei they were measured on, over all places. */
  nuclei: z.int().min(1),
  places: z
    .array(
      z.strictObject({
        volumeId: z.uuid(),
        /** A kept-out volume's whole specimen was never trained on; a box's volume may have been, outside the box. */
        kind: z.enum(["validation-box", "kept-out-volume"]),
        nuclei: z.int().min(0),
        ap50: share.nullable(),
        ap75: share.nullable(),
        dice: share.nullable(),
      }),
    )
    .min(1)
    .max(10_000),
});

export type CheckpointMetrics = z.infer<typeof checkpointMetricsSchema>;

/** A new checkpoint makes proposals unless it is worse than the one before by more than this. */
const TOLERATED_AP_LOSS = 0.01;

/** Both measured in the same places. Where nothing is kept out nobody can tell, and the newer one is used. */
export const isPromoted = (newAp50: number | null, oldAp50: number | null): boolean =>
  newAp50 === null || oldAp50 === null || newAp50 >= oldAp50 - TOLERATED_AP_LOSS;
