import type { EditRecord, LabelValue } from "../../core/edit/label-document.ts";
import type { LabelFold } from "../../core/sync/label-fold.ts";
import type { LabelGrid } from "../../core/sync/label-grid.ts";
import { gridPositionZyx } from "../../core/sync/label-grid.ts";
import { type PlannedRecord, planRecord } from "../../core/sync/plan-act.ts";
import { type PaintBody, recordIdOf } from "../../core/sync/record.ts";
import { encodeRecord } from "../../core/sync/record-codec.ts";
import type { BrickKey } from "../../core/volume/brick.ts";
import { labelBlob } from "../../db/schema/index.ts";
import { readLabelChunk } from "../label-images/read-label-chunk.ts";
import type { Services } from "../services.ts";
import { decodeBlobBeside } from "./decode-blob-beside.ts";
import { inRoom, roomOperation } from "./in-room.ts";
import { paintBlobKey } from "./label-blob-keys.ts";
import type { LiveVolume } from "./live-volume.ts";
import type { AuthoredRecord } from "./room-work.ts";
import { startSession } from "./start-session.ts";

/** Bricks per act: they have to be loaded together, beside what else is. */
const BRICKS_PER_ACT = 24;
const FACTS_PER_ACT = 500;
const noBodies: ReadonlyMap<string, PaintBody> = new Map();
/** Somebody paints in the same bricks at the same moment: plan again, but not for ever. */
const MAX_ATTEMPTS = 20;

/**
 * Writes labels into a volume that people have painted in, as records of the person who imports them: over background
 * only, whatever is painted meanwhile. The label values must have been leased from the volume's counter. Each label gets
 * the origin `import`. Resolves when all of it is durable; begun again, it paints what is missing.
 */
export const authorLabels = (services: Services, volumeId: string, given: GivenLabels): Promise<void> =>
  inRoom(services, authorLabelsOperation, volumeId, given);

export interface GivenLabels {
  readonly userId: string;
  readonly brickKeys: readonly BrickKey[];
  /** The label image of the import, in the store. */
  readonly prefix: string;
  /** Its labels' values in the volume. */
  readonly names: ReadonlyMap<number, LabelValue>;
}

export const authorLabelsOperation = roomOperation(
  "author-labels",
  (live, services, { userId, brickKeys, prefix, names }: GivenLabels) =>
    authorIn(live, services, {
      userId,
      brickKeys,
      labels: [...names.values()],
      readBrick: async (key) =>
        (await readLabelChunk(services.blobs, prefix, key))?.map((label) => names.get(label) ?? 0) ?? null,
    }),
);

interface AuthoredLabels {
  readonly userId: string;
  readonly brickKeys: readonly BrickKey[];
  readonly labels: readonly LabelValue[];
  /** 64³ labels under their values in the volume; null = background. */
  readBrick(key: BrickKey): Promise<Uint32Array | null>;
}

/** The same in a room that is here. */
export async function authorIn(live: LiveVolume, services: Services, given: AuthoredLabels): Promise<void> {
  const { db, blobs } = services;
  const { userId, labels } = given;
  const { volumeId } = live;
  const { grid } = live.room.fold;
  const { row, labelCounter } = await startSession(db, volumeId, userId, null, 0);
  live.room.addSession(row, labelCounter);
  let seq = 0;

  const numbered = (planned: readonly PlannedRecord[], fold: LabelFold, bodies = noBodies): AuthoredRecord[] =>
    planned.map(({ kind, body, blob }, i) => {
      const next = seq + 1 + i;
      const stamp = fold.highestStamp + 1 + i;
      const voxels = blob && bodies.get(blob.sha256);
      return {
        id: recordIdOf(row.session, next),
        stored: encodeRecord({ kind, session: row.session, seq: next, stamp }, body),
        ...(blob && voxels && { blob: { sha256: blob.sha256, body: voxels } }),
      };
    });

  for (let from = 0; from < given.brickKeys.length; from += BRICKS_PER_ACT) {
    const keys = given.brickKeys.slice(from, from + BRICKS_PER_ACT);
    const incoming = new Map<BrickKey, Uint32Array>();
    for (const key of keys) {
      const voxels = await given.readBrick(key);
      if (voxels) incoming.set(key, voxels);
    }
    for (let attempt = 1; ; attempt++) {
      await live.labels.load([...incoming.keys()]);
      const planned = planOverBackground(incoming, live.room.fold, grid) ?? [];
      const bodies = new Map<string, PaintBody>();
      for (const { blob } of planned) {
        if (!blob) continue;
        bodies.set(blob.sha256, await decodeBlobBeside(blob.bytes, grid));
        await blobs.put(paintBlobKey(volumeId, blob.sha256), blob.bytes);
        await db
          .insert(labelBlob)
          .values({ volumeId, sha256: blob.sha256, sizeBytes: blob.bytes.length, createdBy: userId })
          .onConflictDoNothing();
      }
      const written = await live.room.author((fold) =>
        sameBodies(planned, planOverBackground(incoming, fold, grid)) ? numbered(planned, fold, bodies) : null,
      );
      if (written) {
        seq += planned.length;
        break;
      }
      if (attempt === MAX_ATTEMPTS) throw new Error("these bricks are being painted without a pause");
    }
  }
  for (let from = 0; from < labels.length; from += FACTS_PER_ACT) {
    const facts = labels
      .slice(from, from + FACTS_PER_ACT)
      .flatMap((label) => planRecord({ kind: "field", label, field: "origin", value: "import" }, grid));
    await live.room.author((fold) => numbered(facts, fold));
    seq += facts.length;
  }
}

/** What the incoming bricks paint where the volume is background now; null when one of them is not loaded any more. */
function planOverBackground(
  incoming: ReadonlyMap<BrickKey, Uint32Array>,
  fold: LabelFold,
  grid: LabelGrid,
): PlannedRecord[] | null {
  const runsOf = new Map<LabelValue, number[]>();
  for (const [key, labels] of incoming) {
    const present = fold.bricks.read(key);
    if (present === undefined) return null;
    collectRuns(labels, present, key, grid, runsOf);
  }
  if (runsOf.size === 0) return [];
  const groups = [...runsOf].map(([label, runs]) => ({ label, runs: Int32Array.from(runs) }));
  const record: EditRecord = { kind: "paintGroups", groups };
  return planRecord(record, grid);
}

function collectRuns(
  labels: Uint32Array,
  present: Uint32Array | null,
  key: BrickKey,
  { brickSize }: LabelGrid,
  into: Map<LabelValue, number[]>,
): void {
  const [bz, by, bx] = gridPositionZyx(key);
  for (let z = 0; z < brickSize; z++)
    for (let y = 0; y < brickSize; y++) {
      const line = (y + z * brickSize) * brickSize;
      for (let x = 0; x < brickSize; ) {
        const label = labels[line + x];
        let end = x + 1;
        if (label === 0 || present?.[line + x]) {
          x = end;
          continue;
        }
        while (end < brickSize && labels[line + end] === label && !present?.[line + end]) end++;
        const runs = into.get(label) ?? [];
        runs.push(bz * brickSize + z, by * brickSize + y, bx * brickSize + x, bx * brickSize + end);
        into.set(label, runs);
        x = end;
      }
    }
}

const sameBodies = (a: readonly PlannedRecord[], b: readonly PlannedRecord[] | null): boolean =>
  b !== null &&
  a.length === b.length &&
  a.every(({ body }, i) => body.length === b[i].body.length && body.every((v, at) => v === b[i].body[at]));
