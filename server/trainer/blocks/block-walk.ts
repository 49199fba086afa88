import type { VoxelBox, Zyx } from "../../../core/volume/voxel-space.ts";
import { type BlockFindings, judgeBlock } from "./judge-block.ts";
import { type PerceivedBlock, perceiveBlock } from "./perceive-block.ts";
import { growMargin } from "./plan-blocks.ts";
import type { ProposingModel, VolumeToPropose } from "./volume-to-propose.ts";

export interface WalkHooks {
  onProgress(share: number): void;
  readonly signal: AbortSignal;
}

/** Goes from block to block; a margin that once had to grow stays as large. */
export class BlockWalk {
  readonly model: ProposingModel;
  readonly volume: VolumeToPropose;
  /** Blocks of which not even the largest margin told enough: there the result is the block's own. */
  unsettled = 0;
  #marginZyx: Zyx;

  constructor(model: ProposingModel, volume: VolumeToPropose, marginZyx: Zyx) {
    this.model = model;
    this.volume = volume;
    this.#marginZyx = marginZyx;
  }

  perceive(core: VoxelBox, hooks: WalkHooks, isLastTry = false): Promise<PerceivedBlock> {
    return perceiveBlock(this.model, this.volume, { core, marginZyx: this.#marginZyx, isLastTry }, hooks);
  }

  /** `perceived`: where the block has been seen before. */
  async judge(
    core: VoxelBox,
    outlineUm: number | null,
    perceived: PerceivedBlock | null,
    hooks: WalkHooks,
  ): Promise<BlockFindings> {
    let findings = judgeBlock(perceived ?? (await this.perceive(core, hooks)), outlineUm);
    while (!findings) {
      const grown = growMargin(core, this.#marginZyx, this.volume.shapeZyx, this.model.maxBlockVoxels);
      if (grown) this.#marginZyx = grown;
      else this.unsettled++;
      findings = judgeBlock(await this.perceive(core, hooks, !grown), outlineUm);
    }
    return findings;
  }
}
