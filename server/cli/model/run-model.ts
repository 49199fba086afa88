import { poolingFactor } from "../../../core/checkpoint/network-layout.ts";
import type { TrainedModel } from "../../../core/checkpoint/trained-model.ts";
import { voxelCount, type Zyx } from "../../../core/volume/voxel-space.ts";
import { startEngine } from "../../trainer/engine/start-engine.ts";

import { Predictor } from "../../trainer/network/predictor.ts";

/** Two steps of the coarsest level along every axis. */
const COARSEST = 2;

/** No network of ours comes near; one in a file of strangers may ask for all memory. */
const MAX_VOXELS = 1 << 20;

/** A test tensor for any network of ours: a bright ball in a gradient, normalised as images are. */
function testImage([depth, height, width]: Zyx): Float32Array {
  const image = new Float32Array(depth * height * width);
  const inside = (at: number, size: number) => (at + 0.5) / size - 0.5;
  for (let z = 0, i = 0; z < depth; z++)
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++, i++) {
        const radius = Math.hypot(inside(z, depth), inside(y, height), inside(x, width));
        image[i] = (radius < 0.3 ? 2 : -0.5) + x / width;
      }
  return image;
}

/** Runs a network on a test tensor; what is wrong with what comes out, or null. */
export async function runModel({ config, weights }: TrainedModel): Promise<string | null> {
  const factor = poolingFactor(config);
  const shapeZyx: Zyx = [factor[0] * COARSEST, factor[1] * COARSEST, factor[2] * COARSEST];
  if (voxelCount(shapeZyx) > MAX_VOXELS)
    return `its network is too large to be tried: it sees ${shapeZyx.join(" × ")} voxels at least`;
  // Small enough for any engine, and this one needs no look for libraries.
  await startEngine({ only: "wasm" });
  const predictor = new Predictor(config, weights);
  try {
    const values = await predictor.predictTile(testImage(shapeZyx), shapeZyx);
    const expected = voxelCount(shapeZyx) * config.heads.length;
    if (values.length !== expected) return `gives ${values.length} values for a test image, not ${expected}`;
    const strange = values.find((value) => !(value >= 0 && value <= 1));
    return strange === undefined ? null : `gives ${strange} for a probability in a test image`;
  } finally {
    predictor.dispose();
  }
}
