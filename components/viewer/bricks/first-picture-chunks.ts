import { brickPositionZyx } from "../../../core/volume/brick.ts";
import { brickKeysOfSlice } from "../geometry/brick-cuts.ts";
import { paneAxes } from "../geometry/pane-axes.ts";
import type { ImageSource } from "../viewer-contract.ts";

/** A coarse picture of a slice must come from no more bricks than this. */
export const PREVIEW_BRICKS = 4;

/** Chunks of the coarse picture that a viewer opens with: the middle XY slice at the finest level that needs few of them. */
export function firstPictureChunks(image: ImageSource): string[] {
  const middle = (level: ImageSource["levels"][number]) => {
    const [nz, ny, nx] = level.shapeZyx;
    return brickKeysOfSlice(paneAxes("xy"), Math.min(nz - 1, Math.floor(nz / 2)), [0, 0], [nx, ny]);
  };
  const [finest, ...coarser] = image.levels;
  const level = coarser.find((of) => middle(of).length <= PREVIEW_BRICKS) ?? coarser.at(-1) ?? finest;
  return middle(level)
    .slice(0, PREVIEW_BRICKS)
    .map((key) => image.chunkUrl(level.scaleLevel, ...brickPositionZyx(key)));
}
