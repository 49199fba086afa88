import type { LabelBrickSource } from "../../../core/edit/label-document.ts";
import { type JudgedProposal, rejectProposalAct, takeProposalAct } from "../../../core/edit/review-acts.ts";
import { planRecord } from "../../../core/sync/record/plan-act.ts";
import { type BrickKey, backgroundBrick, brickKeysOfBox } from "../../../core/volume/brick.ts";
import type { Zyx } from "../../../core/volume/voxel-space.ts";
import { readLabelChunk } from "../../label-images/read-label-chunk.ts";
import type { Services } from "../../services.ts";
import { paintBlobKey } from "../base/label-blob-keys.ts";
import type { PlannedPaint } from "../frozen/plan-over-background.ts";
import { inRoom, roomOperation } from "../live/in-room.ts";
import type { LiveVolume } from "../live/live-volume.ts";
import { LabelAuthor, MAX_PLANS, paintedWithoutPause, sourceOf } from "./author-labels.ts";

export interface GivenJudgement {
  readonly userId: string;
  readonly proposal: JudgedProposal;
  /** The label image of its prediction, in the store. */
  readonly prefix: string;
  readonly voxelSizeZyx: Zyx;
  readonly kind: "accepted" | "rejected";
}

/**
 * What a page does when its person accepts or rejects a proposal, done here for a program of theirs: the same act, as records of the
 * person. Resolves when it is durable. What became of the question is written down by `decide`, afterwards.
 */
export const judgeProposal = (services: Services, volumeId: string, given: GivenJudgement): Promise<void> =>
  inRoom(services, judgeProposalOperation, volumeId, given);

export const judgeProposalOperation = roomOperation("judge-proposal", async (live, services, given: GivenJudgement) => {
  const author = await LabelAuthor.begin(live, services, given.userId);
  if (given.kind === "rejected") {
    const { records } = rejectProposalAct(given.proposal);
    await author.write(records.flatMap((record) => planRecord(record, live.room.fold.grid)));
    return;
  }
  const keys = brickKeysOfBox(given.proposal.box);
  for (let plans = 0; plans < MAX_PLANS; plans++) if (await takeOnce(live, services, author, given, keys)) return;
  throw paintedWithoutPause(keys[0]);
});

/** False where somebody has painted in its bricks while it was planned. */
async function takeOnce(
  live: LiveVolume,
  services: Services,
  author: LabelAuthor,
  { proposal, prefix, voxelSizeZyx }: GivenJudgement,
  keys: readonly BrickKey[],
): Promise<boolean> {
  const { room } = live;
  const sources = new Map(keys.map((key) => [key, sourceOf(room, key)]));
  const isAsPlanned = () => keys.every((key) => sourceOf(room, key) === sources.get(key));
  const space = { shapeZyx: room.fold.grid.shapeZyx, voxelSizeZyx };
  const present = await readAll(keys, (key) => live.labels.readBrick(key));
  const proposed = await readAll(keys, (key) => readLabelChunk(services.blobs, prefix, key));
  const act = await takeProposalAct(
    sourceOfBricks(space, present),
    sourceOfBricks(space, proposed),
    proposal,
    "accepted",
  );
  const records: PlannedPaint[] = [];
  for (const { blob, ...record } of act.records.flatMap((one) => planRecord(one, room.fold.grid))) {
    if (blob) await services.blobs.put(paintBlobKey(live.volumeId, blob.sha256), blob.bytes, { maySpendReserve: true });
    records.push({ ...record, blob: blob ? { sha256: blob.sha256, sizeBytes: blob.bytes.length } : null });
  }
  return author.paint({ brickKeys: keys, records }, isAsPlanned);
}

type Bricks = ReadonlyMap<BrickKey, Uint32Array>;

async function readAll(
  keys: readonly BrickKey[],
  read: (key: BrickKey) => Promise<Uint32Array | null>,
): Promise<Bricks> {
  const bricks = new Map<BrickKey, Uint32Array>();
  // A copy: the room paints on in its own.
  for (const key of keys) bricks.set(key, (await read(key))?.slice() ?? backgroundBrick);
  return bricks;
}

const sourceOfBricks = (
  space: Pick<LabelBrickSource, "shapeZyx" | "voxelSizeZyx">,
  bricks: Bricks,
): LabelBrickSource => ({
  ...space,
  readBrick: (key) => bricks.get(key),
  loadBricks: async () => {},
  onBricksChanged: () => () => {},
  keepLoaded: () => {},
});
