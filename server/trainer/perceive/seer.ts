import { type AnyModel, isForestModel } from "../../../core/forest/any-model.ts";
import { featureReach } from "../../../core/forest/features.ts";
import type { ForestModel } from "../../../core/forest/forest-model.ts";
import { influenceRadius } from "../../../core/perception/canonical-size.ts";
import type { IntensityWindow } from "../../../core/perception/intensity-window.ts";
import type { ProbabilityMaps } from "../../../core/perception/probability-maps.ts";
import type { ImageSource } from "../../../core/volume/image-source.ts";
import type { VoxelBox, VoxelSpace, Zyx } from "../../../core/volume/voxel-space.ts";
import { Predictor } from "../network/predictor.ts";
import { countPasses, type PredictOptions, predictBox } from "../predict/predict.ts";
import { FOREST_PASSES, predictForestBox } from "./predict-forest-box.ts";

/** A pixel classifier that is ready to predict, as a `Predictor` is a network that is. */
export class ForestSeer {
  readonly model: Pick<ForestModel, "forest" | "sigmasUm">;

  constructor(model: Pick<ForestModel, "forest" | "sigmasUm">) {
    this.model = model;
  }

  dispose(): void {}
}

/** What sees a volume by a model of either kind. */
export type Seer = Predictor | ForestSeer;

export const seerOf = (model: AnyModel): Seer =>
  isForestModel(model) ? new ForestSeer(model) : new Predictor(model.config, model.weights);

/** How many passes `perceiveBox` makes. */
export const passesOf = (seer: Seer, space: VoxelSpace, options: PredictOptions): number =>
  seer instanceof ForestSeer
    ? Math.min(FOREST_PASSES, seer.model.forest.roots.length, options.maxPasses ?? FOREST_PASSES)
    : countPasses(space, options);

/** What is seen in a box of a volume, pass by pass: of a network by symmetry, of a pixel classifier by part of its trees. */
export const perceiveBox = (
  seer: Seer,
  source: ImageSource,
  box: VoxelBox,
  options: PredictOptions & { readonly window: IntensityWindow },
): AsyncGenerator<{ readonly maps: ProbabilityMaps }> =>
  seer instanceof ForestSeer
    ? predictForestBox(seer.model, source, box, options)
    : predictBox(seer, source, box, options);

/** Voxels on each side that can influence what is said of one. */
export const reachOf = (seer: Seer, space: VoxelSpace, sideUm: number | null): Zyx =>
  seer instanceof ForestSeer
    ? featureReach(space.voxelSizeZyx, seer.model.sigmasUm)
    : influenceRadius(seer.config, space, sideUm);
