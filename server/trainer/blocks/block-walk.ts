import type { VoxelBox, Zyx } from "../../../core/volume/voxel-space.ts";
import { type BlockFindings, judgeBlock } from "./judge-block.ts";
import { type PerceivedBlock, perceiveBlock } from "./perceive-block.ts";
import { marginsOf } from "./plan-blocks.ts";
import type { ProposingModel, VolumeToPropose } from "./volume-to-propose.ts";

export interface WalkHooks {
  onProgress(share: number): void;
  readonly signal: AbortSignal;
}

/**
 * Goes from block to block. What is found in one does not depend on where else the walk has been: it only begins with the
 * margin that a block before had to grow to.
 */
export class BlockWalk {
  readonly model: ProposingModel;
  readonly volume: VolumeToPropose;
  readonly #firstMarginZyx: Zyx;
  /** How often a margin has had to grow. */
  #grown = 0;

  constructor(model: ProposingModel, volume: VolumeToPropose, firstMarginZyx: Zyx) {
    this.model = model;
    this.volume = volume;
    this.#firstMarginZyx = firstMarginZyx;
  }

  perceive(
    core: VoxelBox,
    hooks: WalkHooks,
    { marginZyx = this.#firstMarginZyx, isLastTry = false } = {},
  ): Promise<PerceivedBlock> {
    return perceiveBlock(this.model, this.volume, { core, marginZyx, isLastTry }, hooks);
  }

  /** `perceived`: where the block has been seen before. */
  async judge(
    core: VoxelBox,
    outlineUm: number | null,
    perceived: PerceivedBlock | null,
    hooks: WalkHooks,
  ): Promise<BlockFindings> {
    const margins = marginsOf(core, this.#firstMarginZyx, this.volume.shapeZyx, this.model.maxBlockVoxels);
    const last = margins.length - 1;
    let tried = Math.min(this.#grown, last);
    let findings = judgeBlock(
      perceived ?? (await this.perceive(core, hooks, { marginZyx: margins[tried] })),
      outlineUm,
      this.model,
    );
    while (!findings) {
      const isLastTry = tried === last;
      tried = Math.min(last, tried + 1);
      this.#grown = Math.max(this.#grown, tried);
      const seen = await this.perceive(core, hooks, { marginZyx: margins[tried], isLastTry });
      findings = judgeBlock(seen, outlineUm, this.model);
    }
    return findings;
  }
}
