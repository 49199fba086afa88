import type { NetworkConfig } from "../checkpoint/network-config.ts";
import type { IntensityWindow } from "../perception/intensity-window.ts";
import type { LookAround } from "../perception/look-around.ts";
import { seeTile } from "../perception/see-tile.ts";
import { boxShape, type VoxelSpace, type Zyx } from "../volume/voxel-space.ts";
import { answerClicks, type ClickAnswer, type ClickQuestion, type SeenTile } from "./answer-clicks.ts";
import type { ClickEngine } from "./find-clicked-nucleus.ts";

/** A network on whatever backend. */
export interface TileNetwork {
  readonly config: NetworkConfig;
  /** Probabilities `[z, y, x, head]` of a normalised tile. */
  predictTile(image: Float32Array, shapeZyx: Zyx): Promise<Float32Array>;
}

/** Answers clicks in one volume by a network, and keeps what it saw last. */
export class TileEngine implements ClickEngine {
  readonly #network: TileNetwork;
  readonly #volume: VoxelSpace;
  readonly #window: IntensityWindow;
  #seen: SeenTile | null = null;

  constructor(network: TileNetwork, volume: VoxelSpace, window: IntensityWindow) {
    this.#network = network;
    this.#volume = volume;
    this.#window = window;
  }

  hasSeen(look: LookAround): boolean {
    return this.#seen !== null && isSameLook(this.#seen.look, look);
  }

  async answer(look: LookAround, image: Float32Array | null, question: ClickQuestion): Promise<ClickAnswer | null> {
    if (image) {
      const tile = seeTile(image, look, this.#volume, this.#window);
      const probabilities = await this.#network.predictTile(tile, boxShape(look.tile));
      this.#seen = { look, heads: this.#network.config.heads, probabilities };
    }
    if (!this.#seen || !this.hasSeen(look)) throw new Error("a look that was not seen");
    return answerClicks(this.#seen, this.#volume, question);
  }
}

/** Looks of one volume are the same where their tiles are. */
export const isSameLook = ({ tile: a }: LookAround, { tile: b }: LookAround): boolean =>
  a.minZyx.every((min, axis) => min === b.minZyx[axis] && a.maxZyx[axis] === b.maxZyx[axis]);
