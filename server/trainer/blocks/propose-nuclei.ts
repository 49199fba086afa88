import type { PredictedInstance } from "../../../core/contract/predicted-instance.ts";
import { MAX_SHARED_BLOCKS } from "../../../core/contract/shared-blocks.ts";
import { findObjects } from "../../../core/labels/object-boxes.ts";
import { UNCERTAIN } from "../../../core/labels/watershed.ts";
import { nucleusDiameterUm, type Sight } from "../../../core/perception/canonical-size.ts";
import { containsPoint, type Zyx } from "../../../core/volume/voxel-space.ts";
import { segmentRegion } from "../instances/instances.ts";
import { bestMoves, medianMove } from "../instances/outline-convention.ts";
import { BlockWalk, type WalkHooks } from "./block-walk.ts";
import { findBlock, nobodyElse, type SharePlan } from "./find-block.ts";
import { type GatheredProposals, Gathering } from "./gather-findings.ts";
import type { PerceivedBlock } from "./perceive-block.ts";
import { type PlannedBlocks, planBlocks } from "./plan-blocks.ts";
import type { ProposingModel, VolumeToPropose } from "./volume-to-propose.ts";

export interface ProposedNuclei extends GatheredProposals {
  readonly instances: readonly PredictedInstance[];
  /** By which the outlines were moved. */
  readonly outlineUm: number | null;
  /** Blocks that were too small to see what the whole volume shows: there nuclei are as the block sees them. */
  readonly unsettledBlocks: number;
}

export interface ProposeHooks {
  /** Blocks found by anybody, of all. */
  onProgress(share: number, found: number, blocks: number): void;
  readonly signal: AbortSignal;
  /** Shows the plan to other trainers, who may then take blocks of it. */
  readonly sharePlan?: SharePlan;
}

/**
 * Nuclei of a volume where nobody has labelled, each with its doubt, and places where one may have been missed. A large
 * volume is looked at block by block, with the same result (docs/adr/0033), by whoever is there (docs/adr/0036).
 */
export async function proposeNuclei(
  model: ProposingModel,
  volume: VolumeToPropose,
  hooks: ProposeHooks,
): Promise<ProposedNuclei> {
  const { signal, sharePlan } = hooks;
  const { cores, coreZyx, marginZyx } = planBlocks(volume, {
    maxVoxels: model.maxBlockVoxels,
    diameterUm: largestDiameterUm(model.sight),
  });
  const walk = new BlockWalk(model, volume, marginZyx);
  const gathering = new Gathering(volume);
  const beforehand = { signal, onProgress: (share: number) => hooks.onProgress(share, 0, cores.length) };
  const only = cores.length === 1 ? await walk.perceive(cores[0], beforehand) : null;
  const outlineUm = model.outlineUm ?? (await learnOutline(walk, { cores, marginZyx }, only, beforehand));
  const { maxBlockVoxels, maxTileVoxels, window, sight } = model;
  const others =
    sharePlan && cores.length > 1 && cores.length <= MAX_SHARED_BLOCKS
      ? await sharePlan({ coreZyx, marginZyx, maxBlockVoxels, maxTileVoxels, window, sight, outlineUm })
      : nobodyElse;
  let unsettledBlocks = 0;
  for (const [index, core] of cores.entries()) {
    const onProgress = (share: number, foundBeyond: number) =>
      hooks.onProgress((index + foundBeyond + share) / cores.length, index + foundBeyond, cores.length);
    const findings = await findBlock(others, { index, core }, { signal, onProgress }, (given) =>
      walk.judge(core, outlineUm, only, given),
    );
    if (!findings.isSettled) unsettledBlocks++;
    gathering.add(findings);
  }
  const proposals = gathering.finish();
  hooks.onProgress(1, cores.length, cores.length);
  return { ...proposals, outlineUm, unsettledBlocks };
}

/** The model's nuclei where nothing better is known are those of its largest tenth part in volume. */
function largestDiameterUm(sight: Sight): number {
  const diameterUm = nucleusDiameterUm(sight);
  if (diameterUm !== null) return 1.5 * diameterUm;
  // Seeds of the median nucleus lie half its radius apart, or up to a little more than the whole (tune-thresholds.ts).
  return 4 * sight.thresholds.minSeparationUm;
}

/** What the labelled nuclei of this volume and of those before it say; null while they are too few. */
async function learnOutline(
  walk: BlockWalk,
  { cores, marginZyx: [z, y, x] }: Pick<PlannedBlocks, "cores" | "marginZyx">,
  only: PerceivedBlock | null,
  hooks: WalkHooks,
): Promise<number | null> {
  const { moves } = walk.model;
  const quiet = { ...hooks, onProgress: () => hooks.onProgress(0) };
  // Whatever is uncertain here is left out for good: no margin grows.
  const marginZyx: Zyx = [2 * z, 2 * y, 2 * x];
  for (const core of cores) {
    const labelled = only?.labelled ?? (await walk.volume.readLabelled(core));
    if (!labelled.some((label) => label !== 0 && walk.volume.isTruth(label))) continue;
    moves.push(...movesOf(only ?? (await walk.perceive(core, quiet, { marginZyx })), walk));
  }
  return medianMove(moves);
}

/** Moves of the truth nuclei whose boxes have their middle in the core. */
function movesOf({ maps, region, seenAs, core, labelled }: PerceivedBlock, { model, volume }: BlockWalk): number[] {
  const truth = labelled.map((label) => (label !== 0 && volume.isTruth(label) ? label : 0));
  const owned = new Set(
    findObjects(truth, region.shapeZyx)
      .filter(({ box: { minZyx, maxZyx } }) => {
        const middle = minZyx.map((min, axis) => Math.floor((min + maxZyx[axis]) / 2));
        return containsPoint(core, middle[0], middle[1], middle[2]);
      })
      .map(({ label }) => label),
  );
  const found = segmentRegion(maps, seenAs, model.sight.thresholds).labels.map((label) =>
    label === UNCERTAIN ? 0 : label,
  );
  return bestMoves({ ...region, truth, found }, (label) => owned.has(label));
}
