import { BrickSet } from "../../core/sync/fold/brick-set.ts";

/** Loaded bricks that pages folded by themselves since the program began: as the server did, and otherwise (I14). */
export const localFolds = { same: 0, otherwise: 0 };

const { foldIn } = BrickSet.prototype;

BrickSet.prototype.foldIn = function (this: BrickSet, key, folded, painted, hash) {
  const isReady =
    this.isLoaded(key) && !this.awaitingKeys().includes(key) && painted.every(({ body }) => body !== null);
  const isSame = foldIn.call(this, key, folded, painted, hash);
  if (isReady) localFolds[isSame ? "same" : "otherwise"]++;
  return isSame;
};
