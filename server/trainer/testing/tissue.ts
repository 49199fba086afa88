import type { InstanceThresholds } from "../../../core/checkpoint/trained-model.ts";
import type { NucleusClassifier } from "../../../core/classes/nucleus-classifier.ts";
import { featureNames } from "../../../core/classes/nucleus-features.ts";
import { measureWindow } from "../../../core/perception/intensity-window.ts";
import { BRICK_SIZE, brickBox } from "../../../core/volume/brick.ts";
import { cropBox, imageInMemory } from "../../../core/volume/image-source.ts";
import { type VoxelSpace, voxelCount, type Zyx } from "../../../core/volume/voxel-space.ts";
import { type ProposedNuclei, type ProposeHooks, proposeNuclei } from "../blocks/propose-nuclei.ts";
import type { ProposingModel, VolumeToPropose } from "../blocks/volume-to-propose.ts";
import { planNetwork } from "../network/network-config.ts";
import type { Predictor } from "../network/predictor.ts";
import { createRandom } from "../random.ts";

export interface Tissue extends VoxelSpace {
  readonly image: Float32Array;
  /** Some nuclei as people have drawn them: a little wider. */
  readonly labelled: Uint32Array;
}

/** Bright balls at random places, some of them dim where that is asked for, touching and overlapping, with noise and a haze that fades. */
export function createTissue(seed: number, space: VoxelSpace, nuclei: number, someDim = false): Tissue {
  const { shapeZyx, voxelSizeZyx } = space;
  const random = createRandom(seed);
  const image = new Float32Array(voxelCount(shapeZyx));
  const labelled = new Uint32Array(image.length);
  const balls = Array.from({ length: nuclei }, () => ({
    centre: shapeZyx.map((size, axis) => random.uniform() * size * voxelSizeZyx[axis]),
    radiusUm: random.between(0.9, 1.5),
  }));
  let i = 0;
  for (let z = 0; z < shapeZyx[0]; z++)
    for (let y = 0; y < shapeZyx[1]; y++)
      for (let x = 0; x < shapeZyx[2]; x++, i++) {
        const at = [z, y, x].map((place, axis) => (place + 0.5) * voxelSizeZyx[axis]);
        balls.forEach(({ centre, radiusUm }, ball) => {
          const away = Math.hypot(...at.map((place, axis) => place - centre[axis])) / radiusUm;
          image[i] = Math.max(image[i], (someDim && ball % 7 === 3 ? 0.45 : 1) * (1 - away ** 2 / 2));
          if (ball % 5 === 0 && away < 1.1) labelled[i] = 70_000 + ball;
        });
        image[i] = 100 + 200 * image[i] + 12 * random.normal() + (x / shapeZyx[2]) * 20;
      }
  return { ...space, image, labelled };
}

/** Says of every voxel what its brightness says: no network is needed to see how blocks are put together. */
export const brightness = {
  config: planNetwork({ voxelSizeZyx: [1, 1, 1], baseChannels: 4, levelCount: 2 }),
  async predictTile(image: Float32Array) {
    const values = new Float32Array(2 * image.length);
    image.forEach((value, i) => {
      values[2 * i] = value;
      values[2 * i + 1] = value ** 2;
    });
    return values;
  },
  dispose() {},
} as unknown as Predictor;

export const TISSUE_THRESHOLDS: InstanceThresholds = {
  foreground: 0.5,
  seed: 0.3,
  minSeparationUm: 0.7,
  minVolumeUm3: 0.6,
  maxVolumeUm3: 60,
  wall: 0.1,
};

/** Listens to every feature a little, so that none can be measured otherwise without another probability. */
const TISSUE_CLASSES: NucleusClassifier = {
  classes: ["one", "another", "a third"],
  features: [...featureNames],
  means: featureNames.map(() => 0.5),
  scales: featureNames.map(() => 2),
  weights: [0, 1, 2].map((k) => Array.from({ length: 2 * featureNames.length + 1 }, (_, t) => Math.sin(7 * k + t) / 3)),
};

export const modelOf = (tissue: Tissue, maxBlockVoxels: number, outlineUm: number | null): ProposingModel => ({
  seer: brightness,
  window: measureWindow(tissue.image),
  sight: { sideUm: null, diameterUm: null, thresholds: TISSUE_THRESHOLDS },
  outlineUm,
  classifier: TISSUE_CLASSES,
  moves: [],
  maxTileVoxels: 12_000,
  maxBlockVoxels,
});

export const volumeOf = (tissue: Tissue): VolumeToPropose => ({
  ...imageInMemory(tissue.image, tissue),
  readLabelled: async (box) => cropBox(tissue.labelled, tissue.shapeZyx, box, Uint32Array),
  isTruth: (label) => label % 2 === 0,
});

export const propose = (
  tissue: Tissue,
  maxBlockVoxels: number,
  outlineUm: number | null,
  hooks: Partial<ProposeHooks> = {},
): Promise<ProposedNuclei> =>
  proposeNuclei(modelOf(tissue, maxBlockVoxels, outlineUm), volumeOf(tissue), {
    onProgress() {},
    signal: new AbortController().signal,
    ...hooks,
  });

export function labelsOf(proposed: ProposedNuclei, shapeZyx: Zyx): Uint32Array {
  const labels = new Uint32Array(voxelCount(shapeZyx));
  for (const key of proposed.brickKeys) {
    const brick = proposed.readBrick(key);
    const { minZyx, maxZyx } = brickBox(key, shapeZyx);
    for (let z = minZyx[0]; z < maxZyx[0]; z++)
      for (let y = minZyx[1]; y < maxZyx[1]; y++) {
        const from = ((z - minZyx[0]) * BRICK_SIZE + y - minZyx[1]) * BRICK_SIZE;
        labels.set(brick.subarray(from, from + maxZyx[2] - minZyx[2]), (z * shapeZyx[1] + y) * shapeZyx[2] + minZyx[2]);
      }
  }
  return labels;
}
