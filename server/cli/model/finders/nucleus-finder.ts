import { type CheckpointFiles, loadCheckpoint } from "../../../../core/checkpoint/checkpoint-files.ts";
import type { InstanceThresholds, TrainedModel } from "../../../../core/checkpoint/trained-model.ts";
import { type ForestModel, isForest, loadForest } from "../../../../core/forest/forest-model.ts";
import { seeVolume } from "../../../../core/perception/canonical-size.ts";
import { measureWindow } from "../../../../core/perception/intensity-window.ts";
import type { ProbabilityMaps } from "../../../../core/perception/probability-maps.ts";
import { imageInMemory } from "../../../../core/volume/image-source.ts";
import { type VoxelSpace, wholeBox } from "../../../../core/volume/voxel-space.ts";
import { type Engine, startEngine } from "../../../trainer/engine/start-engine.ts";
import { segmentInstances } from "../../../trainer/instances/instances.ts";
import { Predictor } from "../../../trainer/network/predictor.ts";
import { predictForestBox } from "../../../trainer/perceive/predict-forest-box.ts";
import { MeanMaps, predictSymmetries } from "../../../trainer/predict/predict.ts";

export interface FoundNuclei {
  readonly found: Uint32Array<ArrayBuffer>;
  readonly passes: number;
  /** What the image or the labels said; null for a model that asks for none. */
  readonly diameterUm: number | null;
}

/** A model of any kind, ready to find nuclei in whole volumes. Call `dispose` when done. */
export interface NucleusFinder {
  readonly outlineUm: number | null;
  findNuclei(
    /** `diameterUm`: what a person says of the nuclei; a pixel classifier asks for none. */
    volume: VoxelSpace & { readonly image: Float32Array; readonly diameterUm?: number | null },
    onPass?: (pass: number) => void,
  ): Promise<FoundNuclei>;
  dispose(): void;
}

/** A pixel classifier needs no engine: none is started for it. */
export async function finderOfFiles(
  files: CheckpointFiles,
  only: "native" | "wasm" | undefined,
  say: (line: string) => void,
): Promise<NucleusFinder> {
  if (isForest(files)) return forestFinder(loadForest(files));
  const { model } = loadCheckpoint(files);
  const engine = await startEngine({ only });
  say(`engine ${engine.name} (${engine.reason})`);
  return networkFinder(model, engine);
}

export function networkFinder(model: TrainedModel, engine: Pick<Engine, "maxTileVoxels">): NucleusFinder {
  const predictor = new Predictor(model.config, model.weights);
  return {
    outlineUm: model.outlineUm,
    async findNuclei(volume, onPass) {
      const { sideUm, thresholds, diameterUm } = seeVolume(model, volume, volume.diameterUm);
      const passes = predictSymmetries(predictor, volume.image, volume, { ...engine, sideUm });
      return { ...(await nucleiOf(passes, volume, thresholds, onPass)), diameterUm };
    },
    dispose: () => predictor.dispose(),
  };
}

export const forestFinder = (model: ForestModel): NucleusFinder => ({
  outlineUm: model.outlineUm,
  async findNuclei(volume, onPass) {
    const window = measureWindow(volume.image);
    const source = imageInMemory(volume.image, volume);
    const passes = predictForestBox(model, source, wholeBox(volume.shapeZyx), { window });
    const { found } = await nucleiOf(passes, volume, model.thresholds, onPass);
    // Its passes are parts of one look.
    return { found, passes: 1, diameterUm: null };
  },
  dispose: () => {},
});

async function nucleiOf(
  passes: AsyncIterable<{ readonly maps: ProbabilityMaps }>,
  space: VoxelSpace,
  thresholds: InstanceThresholds,
  onPass: (pass: number) => void = () => {},
): Promise<Pick<FoundNuclei, "found" | "passes">> {
  const mean = new MeanMaps();
  let count = 0;
  for await (const { maps } of passes) {
    mean.add(maps);
    onPass(++count);
  }
  return { found: segmentInstances(mean.mean(), space, thresholds), passes: count };
}
