import { text } from "node:stream/consumers";
import type { NetworkConfig } from "../core/checkpoint/network-config.ts";
import { countParameters } from "../core/checkpoint/network-layout.ts";
import type { Zyx } from "../core/volume/voxel-space.ts";
import { startEngine } from "../server/trainer/engine/start-engine.ts";
import { Predictor } from "../server/trainer/network/predictor.ts";
import {
  createNetworkState,
  TrainableNetwork,
  type TrainingPatch,
} from "../server/trainer/network/trainable-network.ts";
import { createRandom } from "../server/trainer/random.ts";

/** Our side of bench/training-step.ts: the same wish on stdin, the same answer on stdout as peer_pytorch.py. */
interface Wish {
  readonly levels: NetworkConfig["levels"];
  readonly patch: Zyx;
  readonly tile: Zyx;
  readonly steps: number;
  readonly predictions: number;
}

const random = createRandom(0);
const noise = (shape: Zyx, draw = random.uniform) =>
  Float32Array.from({ length: shape[0] * shape[1] * shape[2] }, draw);

async function medianMs(run: () => unknown, repeats: number, warmUp: number): Promise<number> {
  const times: number[] = [];
  for (let turn = 0; turn < repeats + warmUp; turn++) {
    const began = performance.now();
    await run();
    if (turn >= warmUp) times.push(performance.now() - began);
  }
  return times.sort((a, b) => a - b)[Math.floor(times.length / 2)];
}

const wish: Wish = JSON.parse(await text(process.stdin));
await startEngine({ only: "native" });
const config: NetworkConfig = { levels: wish.levels, heads: ["foreground", "distance"] };
const state = createNetworkState(config, 0);
const network = new TrainableNetwork(config, state);
const patch: TrainingPatch = {
  shapeZyx: wish.patch,
  image: noise(wish.patch),
  known: noise(wish.patch, () => 1),
  foreground: noise(wish.patch, () => (random.uniform() > 0.7 ? 1 : 0)),
  distance: noise(wish.patch),
  boundary: noise(wish.patch, () => 0),
};
const stepMs = await medianMs(() => network.learn([patch], 1e-3), wish.steps, 3);
const predictor = new Predictor(config, state);
const tile = noise(wish.tile);
const predictMs = await medianMs(() => predictor.predictTile(tile, wish.tile), wish.predictions, 1);
console.log(JSON.stringify({ stepMs, predictMs, parameters: countParameters(config) }));
