import { readFileSync } from "node:fs";
import { z } from "zod";
import { headNames } from "../../../core/checkpoint/network-config.ts";
import { poolingFactor } from "../../../core/checkpoint/network-layout.ts";
import type { TrainedModel } from "../../../core/checkpoint/trained-model.ts";
import { seenVoxelSizeUm } from "./tensor-sizes.ts";

/** The same for every model: from maps to nuclei, in Python without a package. Tests compare it with the trainer. */
export const nucleiPython = (): Uint8Array => readFileSync(new URL("./nuclei.py", import.meta.url));

const number = z.number();
const zyx = z.tuple([number, number, number]);

/** `nuclei.json`: what `nuclei.py` has to know of a model. Names as Python writes them. */
export const nucleiSettingsSchema = z.strictObject({
  format: z.literal("karyoloop-nuclei/1"),
  heads: z.array(z.enum(headNames)).min(2),
  size_step_zyx: zyx,
  voxel_size_um_zyx: zyx,
  canonical: z
    .strictObject({
      voxels_per_diameter: number.gt(0),
      diameter_um: number.gt(0),
      diameter_from: z.enum(["labels", "image"]),
    })
    .nullable(),
  outline_um: number.nullable(),
  thresholds: z.strictObject({
    foreground: number,
    seed: number,
    min_separation_um: number.min(0),
    min_volume_um3: number.min(0),
    max_volume_um3: number.gt(0),
    wall: number,
  }),
});

export type NucleiSettings = z.infer<typeof nucleiSettingsSchema>;

export function nucleiSettings(trained: TrainedModel): NucleiSettings {
  const { config, canonical, outlineUm, thresholds } = trained;
  return {
    format: "karyoloop-nuclei/1",
    heads: [...config.heads],
    size_step_zyx: [...poolingFactor(config)],
    voxel_size_um_zyx: [...seenVoxelSizeUm(trained)],
    canonical: canonical && {
      voxels_per_diameter: canonical.voxelsPerDiameter,
      diameter_um: canonical.diameterUm,
      diameter_from: canonical.diameterFrom,
    },
    outline_um: outlineUm,
    thresholds: {
      foreground: thresholds.foreground,
      seed: thresholds.seed,
      min_separation_um: thresholds.minSeparationUm,
      min_volume_um3: thresholds.minVolumeUm3,
      max_volume_um3: thresholds.maxVolumeUm3,
      wall: thresholds.wall,
    },
  };
}
