import { setTimeout as sleep } from "node:timers/promises";
import type { BlockPlan, BlockTurn } from "../../../core/contract/shared-blocks.ts";
import type { VoxelBox } from "../../../core/volume/voxel-space.ts";
import type { WalkHooks } from "./block-walk.ts";
import type { BlockFindings } from "./judge-block.ts";

/** Trainers that may take blocks of the plan, as the one that leads sees them. */
export interface OtherTrainers {
  /** From here on the block is the asker's, unless its findings are there or somebody else is at it. */
  takeTurn(index: number, isFound: boolean): Promise<BlockTurn>;
  /** Null where they are damaged. */
  readFindings(blob: string, core: VoxelBox): Promise<BlockFindings | null>;
}

export type SharePlan = (plan: BlockPlan) => Promise<OtherTrainers>;

export const nobodyElse: OtherTrainers = {
  takeTurn: async () => ({ findings: null, isHeld: false, othersAtWork: false, foundBeyond: 0 }),
  readFindings: async () => null,
};

export interface FindHooks {
  /** `foundBeyond`: blocks after this one that others have found. */
  onProgress(share: number, foundBeyond: number): void;
  readonly signal: AbortSignal;
}

/** How often the one that leads asks how others are getting on, while there are any. */
const ASK_EVERY_MS = 3000;

/**
 * What is in a block: somebody else's findings where they are there, and this trainer's own otherwise. It never waits: a block
 * that somebody else is at is looked at here as well, until the first of both has found what there is. So a trainer that is lost,
 * or slow, costs nothing, and both find the same.
 */
export async function findBlock(
  others: OtherTrainers,
  { index, core }: { readonly index: number; readonly core: VoxelBox },
  { onProgress, signal }: FindHooks,
  work: (hooks: WalkHooks) => Promise<BlockFindings>,
  askEveryMs = ASK_EVERY_MS,
): Promise<BlockFindings> {
  let turn = await others.takeTurn(index, false);
  const there = turn.findings && (await others.readFindings(turn.findings, core));
  if (there) return there;
  const ownWork = (until: AbortSignal) =>
    work({ signal: until, onProgress: (share) => onProgress(share, turn.foundBeyond) });
  if (!turn.othersAtWork) return ownWork(signal);

  const [overtaken, over] = [new AbortController(), new AbortController()];
  const theirs: { findings: BlockFindings | null } = { findings: null };
  const lookOut = async () => {
    do {
      await sleep(askEveryMs, undefined, { signal: over.signal });
      turn = await others.takeTurn(index, false);
    } while (turn.findings === null);
    theirs.findings = await others.readFindings(turn.findings, core);
    if (theirs.findings) overtaken.abort();
  };
  // What goes wrong here goes wrong again, and is told, when this trainer next speaks to the server.
  const looking = lookOut().catch(() => {});
  try {
    const own = await ownWork(AbortSignal.any([signal, overtaken.signal]));
    if (turn.isHeld) await others.takeTurn(index, true);
    return own;
  } catch (error) {
    if (theirs.findings && !signal.aborted) return theirs.findings;
    throw error;
  } finally {
    over.abort();
    await looking;
  }
}
