import type { LabelValue } from "../../../core/edit/label-document.ts";
import { Problem } from "../../../core/problem.ts";
import { type PlannedRecord, planRecord } from "../../../core/sync/record/plan-act.ts";
import { type PaintBody, type PaintVoxels, recordIdOf } from "../../../core/sync/record/record.ts";
import { encodeRecord } from "../../../core/sync/record/record-codec.ts";
import type { BrickKey } from "../../../core/volume/brick.ts";
import { labelBlob } from "../../../db/schema/index.ts";
import { labelWorkerOf } from "../../label-worker/label-worker.ts";
import type { Services } from "../../services.ts";
import { paintBlobKey } from "../base/label-blob-keys.ts";
import { besideEverythingElse, decodeBlobBeside } from "../event-loop/decode-blob-beside.ts";
import type { FrozenState } from "../frozen/frozen-labels.ts";
import type { PlannedAct } from "../frozen/plan-over-background.ts";
import { startSession } from "../journal/start-session.ts";
import { inRoom, roomOperation } from "../live/in-room.ts";
import type { LiveVolume } from "../live/live-volume.ts";
import type { Room } from "../room/room.ts";
import { frozenStateOf } from "./freeze-labels.ts";

/** Planned from one state of the volume, a few seconds' work: what is painted meanwhile makes it plan those bricks again. */
const BRICKS_PER_PLAN = 240;
const FACTS_PER_ACT = 100;
/** Somebody paints in the same brick at the same moment: plan again, but not for ever. */
export const MAX_PLANS = 100;

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
  /** Classes of labels in the volume, whether they are painted here or there already. */
  readonly classes?: ReadonlyMap<LabelValue, string>;
}

export const authorLabelsOperation = roomOperation(
  "author-labels",
  (live, services, { userId, brickKeys, prefix, names, classes }: GivenLabels) => {
    const pairs = Uint32Array.from([...names].flat());
    return authorIn(live, services, {
      userId,
      brickKeys,
      labels: [...names.values()],
      classes,
      plan: async (frozen, keys) =>
        (await labelWorkerOf(services).plan({ frozen, brickKeys: keys, prefix, names: pairs })).acts,
    });
  },
);

interface AuthoredLabels {
  readonly userId: string;
  readonly brickKeys: readonly BrickKey[];
  readonly labels: readonly LabelValue[];
  readonly classes?: ReadonlyMap<LabelValue, string>;
  /** `planOverBackground`, wherever it runs. */
  plan(frozen: FrozenState, keys: readonly BrickKey[]): Promise<readonly PlannedAct[]>;
}

/** The same in a room that is here. */
export async function authorIn(live: LiveVolume, services: Services, given: AuthoredLabels): Promise<void> {
  const author = await LabelAuthor.begin(live, services, given.userId);
  for (let from = 0; from < given.brickKeys.length; from += BRICKS_PER_PLAN) {
    const keys = given.brickKeys.slice(from, from + BRICKS_PER_PLAN);
    // Where people paint, each brick by itself: a moment without a stroke is found sooner in one than in many.
    for (const key of await paintOnce(live, author, keys, given.plan))
      for (let plans = 1; (await paintOnce(live, author, [key], given.plan)).length > 0; plans++)
        if (plans === MAX_PLANS) throw paintedWithoutPause(key);
  }
  const { grid } = live.room.fold;
  const facts = [
    ...given.labels.map((label) => ({ kind: "field", label, field: "origin", value: "import" }) as const),
    ...[...(given.classes ?? [])].map(([label, value]) => ({ kind: "field", label, field: "class", value }) as const),
  ];
  for (let from = 0; from < facts.length; from += FACTS_PER_ACT)
    await author.write(facts.slice(from, from + FACTS_PER_ACT).flatMap((fact) => planRecord(fact, grid)));
}

export const paintedWithoutPause = (brick: BrickKey): Problem =>
  new Problem({
    tag: "painted-without-pause",
    what: "People paint without a pause where these labels belong, so not all of them could be written.",
    where: `brick ${brick}`,
    hint: "Try again in a quieter minute: what is there already is left as it is, and only the rest is written.",
  });

/** Plans bricks and paints those in which nothing has changed meanwhile; returns the others. */
async function paintOnce(
  live: LiveVolume,
  author: LabelAuthor,
  keys: readonly BrickKey[],
  plan: AuthoredLabels["plan"],
): Promise<BrickKey[]> {
  const { room } = live;
  const state = await room.readState();
  // Before anything else can happen: of the document as it was read.
  const sources = new Map(keys.map((key) => [key, sourceOf(room, key)]));
  const isAsPlanned = (act: PlannedAct) => act.brickKeys.every((key) => sourceOf(room, key) === sources.get(key));
  const changed: BrickKey[] = [];
  for (const act of await plan(await frozenStateOf(live, state), keys)) {
    const isWritten = isAsPlanned(act) && (await author.paint(act, () => isAsPlanned(act)));
    if (!isWritten) changed.push(...act.brickKeys);
  }
  return changed;
}

/** What a brick's voxels are made of: equal texts, equal voxels. */
export const sourceOf = ({ fold, versions }: Room, key: BrickKey): string =>
  [
    versions.newest(key)?.rev ?? 0,
    ...fold.bricks.itemsOf(key).map(({ owner: { record, undone } }) => `${record.id}${undone ? "-" : ""}`),
  ].join();

/** A session of somebody for whom the server writes: numbers its records and writes them. */
export class LabelAuthor {
  readonly #live: LiveVolume;
  readonly #services: Services;
  readonly #userId: string;
  readonly #session: number;
  #seq = 0;

  private constructor(live: LiveVolume, services: Services, userId: string, session: number) {
    this.#live = live;
    this.#services = services;
    this.#userId = userId;
    this.#session = session;
  }

  static async begin(live: LiveVolume, services: Services, userId: string): Promise<LabelAuthor> {
    const { row, labelCounter } = await startSession(services.db, live.volumeId, userId, null, 0);
    live.room.addSession(row, labelCounter);
    return new LabelAuthor(live, services, userId, row.session);
  }

  /** False where `holds` says so in the turn in which it would be written. */
  async paint({ records }: PlannedAct, holds: () => boolean): Promise<boolean> {
    const bodies = new Map<string, PaintBody>();
    // Held until it is written: bricks that are loaded are painted at that moment.
    const held: PaintVoxels[] = [];
    for (const { blob } of records) {
      if (!blob) continue;
      const body = await this.#readBlob(blob);
      bodies.set(blob.sha256, body);
      held.push(await body.hold(besideEverythingElse));
    }
    const isWritten = await this.write(records, bodies, holds);
    held.length = 0;
    return isWritten;
  }

  async write(
    records: readonly (Pick<PlannedRecord, "kind" | "body"> & { readonly blob?: { readonly sha256: string } | null })[],
    bodies: ReadonlyMap<string, PaintBody> = new Map(),
    holds: () => boolean = () => true,
  ): Promise<boolean> {
    const isWritten = await this.#live.room.author((fold) => {
      if (!holds()) return null;
      return records.map(({ kind, body, blob }, i) => {
        const seq = this.#seq + 1 + i;
        const voxels = blob && bodies.get(blob.sha256);
        return {
          id: recordIdOf(this.#session, seq),
          stored: encodeRecord({ kind, session: this.#session, seq, stamp: fold.highestStamp + 1 + i }, body),
          ...(blob && voxels && { blob: { sha256: blob.sha256, body: voxels } }),
        };
      });
    });
    if (isWritten) this.#seq += records.length;
    return isWritten;
  }

  async #readBlob({ sha256, sizeBytes }: { readonly sha256: string; readonly sizeBytes: number }): Promise<PaintBody> {
    const { volumeId } = this.#live;
    const bytes = await this.#services.blobs.get(paintBlobKey(volumeId, sha256));
    if (!bytes) throw new Error(`the voxels ${sha256} are missing`);
    await this.#services.db
      .insert(labelBlob)
      .values({ volumeId, sha256, sizeBytes, createdBy: this.#userId })
      .onConflictDoNothing();
    return decodeBlobBeside(bytes, this.#live.room.fold.grid);
  }
}
