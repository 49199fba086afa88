import type { NetworkConfig } from "../checkpoint/network-config.ts";
import type { Sight } from "../perception/canonical-size.ts";
import { type LookAround, lookAround, MARGIN_DIAMETERS, usualDiameterUm } from "../perception/look-around.ts";
import { Problem } from "../problem.ts";
import type { VoxelBox, VoxelSpace, Zyx } from "../volume/voxel-space.ts";
import type { ClickAnswer, ClickQuestion } from "./answer-clicks.ts";
import type { Click } from "./click.ts";

/** What runs the network: a worker of the page, or the process itself. It keeps what it saw in the last look. */
export interface ClickEngine {
  hasSeen(look: LookAround): boolean;
  /** `image`: intensities in `look.image`; null where the look has been seen. */
  answer(look: LookAround, image: Float32Array | null, question: ClickQuestion): Promise<ClickAnswer | null>;
}

export interface ClickedVolume extends VoxelSpace {
  readImage(box: VoxelBox, signal?: AbortSignal): Promise<Float32Array>;
  /** Not 0 where other nuclei are. */
  readForbidden(box: VoxelBox, signal?: AbortSignal): Promise<Uint8Array>;
}

export interface ClickWish {
  readonly config: NetworkConfig;
  readonly sight: Sight;
  readonly clicks: readonly Click[];
  readonly outlineUm: number;
  readonly moveUm: number;
}

/** A nucleus in a part of the volume's own grid. */
export interface ClickedNucleus extends ClickAnswer {
  readonly look: LookAround;
}

/** A nucleus that reaches out of the first look is looked at once more, farther. */
const MARGINS = [MARGIN_DIAMETERS, 1.25 * MARGIN_DIAMETERS];
/** A look is good for further clicks so far from its end, in nucleus diameters. */
const INNER_DIAMETERS = 0.6;

/**
 * The nucleus at some clicks, as the model sees it. `last`: where it looked for the clicks before, so that further ones cost no
 * pass of the network. Null where the model sees no nucleus. Throws a Problem `clicks-too-far-apart`.
 */
export async function findClickedNucleus(
  engine: ClickEngine,
  volume: ClickedVolume,
  wish: ClickWish,
  last: LookAround | null,
  signal?: AbortSignal,
): Promise<ClickedNucleus | null> {
  const { config, sight, clicks, outlineUm, moveUm } = wish;
  const diameterUm = usualDiameterUm(sight);
  const places = clicks.map(({ voxelZyx }) => voxelZyx);
  const looks = MARGINS.map((margin) => () => lookAround(config, sight, volume, places, margin));
  if (last && places.every((place) => isWellInside(last, place, volume, INNER_DIAMETERS * diameterUm)))
    looks.unshift(() => last);
  let found: ClickedNucleus | null = null;
  for (const planned of looks) {
    const look = planned();
    if (!look) break;
    const [image, forbidden] = await Promise.all([
      engine.hasSeen(look) ? null : volume.readImage(look.image, signal),
      volume.readForbidden(look.box, signal),
    ]);
    const question = { clicks, forbidden, thresholds: sight.thresholds, outlineUm, moveUm, diameterUm };
    const answer = await engine.answer(look, image, question);
    signal?.throwIfAborted();
    if (!answer) return null;
    found = { ...answer, look };
    if (!answer.isCut) return found;
  }
  if (!found) throw tooFarApart();
  return found;
}

const tooFarApart = (): Problem =>
  new Problem({
    tag: "clicks-too-far-apart",
    what: "These clicks are too far apart for one nucleus.",
    hint: "Keep the first one (Enter) or drop it (Escape), then click the next.",
  });

function isWellInside({ box }: LookAround, place: Zyx, volume: VoxelSpace, byUm: number): boolean {
  return place.every((at, axis) => {
    const by = byUm / volume.voxelSizeZyx[axis];
    return (
      (box.minZyx[axis] === 0 || at - box.minZyx[axis] >= by) &&
      (box.maxZyx[axis] === volume.shapeZyx[axis] || box.maxZyx[axis] - 1 - at >= by)
    );
  });
}
