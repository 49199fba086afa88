import { eq } from "drizzle-orm";
import { volume } from "../../db/schema/index.ts";
import type { Services } from "../services.ts";
import { readInstallationSettings } from "../settings/installation-settings.ts";
import type { BaseStore } from "./base/base-store.ts";
import { listFoldedBricks } from "./base-bricks.ts";
import { PostgresRoomStore } from "./postgres-room-store.ts";
import { Room } from "./room.ts";
import { VolumeLabels } from "./volume-labels.ts";
import type { WorkBudgets } from "./work-budget.ts";

/** R29: a turn every 25 to 50 ms while there is work; the first after a pause goes at once. */
const TICK_MS = 25;
const PRESENCE_MS = 60;
const TIDY_EVERY_MS = 60 * 60_000;

/** A room with its clock, its labels as voxels, and its database. */
export interface LiveVolume {
  readonly volumeId: string;
  readonly projectId: string;
  /** What its base is made of. */
  readonly baseLabels: string;
  readonly room: Room;
  readonly labels: VolumeLabels;
  readonly base: BaseStore;
  /** When somebody last needed it, by the clock that never goes back. */
  usedAtMs: number;
  /** Forgets old history and what nobody reads of the base, now and then. */
  tidyWhenDue(): Promise<void>;
  close(): void;
}

export async function openLiveVolume(
  services: Services,
  volumeId: string,
  budgets: WorkBudgets,
  listener: { onGone(error: unknown): void; onTrouble(error: unknown): void },
): Promise<LiveVolume> {
  const { db, blobs, events } = services;
  const store = new PostgresRoomStore(db, blobs, volumeId);
  const stored = await store.open();
  const [{ projectId, baseLabels }] = await db
    .select({ projectId: volume.projectId, baseLabels: volume.baseLabels })
    .from(volume)
    .where(eq(volume.id, volumeId));
  let tickTimer: NodeJS.Timeout | null = null;
  let presenceTimer: NodeJS.Timeout | null = null;
  let tickAtMs = 0;
  let lastTickMs = 0;
  let presenceAtMs = 0;
  let closed = false;
  let tidyAtMs = 0;
  const announce = () => events.publish({ topic: "nuclei", projectId, volumeId });
  const fetchBlob = async (sha256: string) => {
    const bytes = await store.readBlobBytes(sha256);
    if (!bytes) throw new Error(`the voxels ${sha256} are missing`);
    return bytes;
  };

  const room: Room = await Room.open(store, stored, {
    onWork(waitMs) {
      if (closed) return;
      const now = performance.now();
      const dueMs = Math.max(lastTickMs + TICK_MS, now + waitMs);
      if (tickTimer && tickAtMs <= dueMs) return;
      if (tickTimer) clearTimeout(tickTimer);
      tickAtMs = dueMs;
      tickTimer = setTimeout(() => {
        tickTimer = null;
        lastTickMs = performance.now();
        void room.tick();
      }, dueMs - now);
    },
    onPresence() {
      if (presenceTimer || closed) return;
      const waitMs = Math.max(PRESENCE_MS, presenceAtMs - performance.now());
      presenceTimer = setTimeout(() => {
        presenceTimer = null;
        presenceAtMs = performance.now() + room.presence.flush();
      }, waitMs);
    },
    onRecords(_labels, bricks) {
      if (bricks.size > 0) labels.touch(bricks);
      else announce();
    },
    onCrash: listener.onGone,
    onTrouble: listener.onTrouble,
    now: () => new Date(),
    monotonicMs: () => performance.now(),
    budgets,
  });
  const labels = new VolumeLabels(room.fold, {
    fetchBrick: (key, rev) => store.base.readBrick(key, room.versions.asOf(key, rev)),
    fetchBlob,
    rev: () => room.rev,
    listBase: () => listFoldedBricks(blobs, volumeId, room.versions, room.rev),
    onRefreshed: announce,
  });
  return {
    volumeId,
    projectId,
    baseLabels,
    room,
    labels,
    base: store.base,
    usedAtMs: performance.now(),
    async tidyWhenDue() {
      if (closed || performance.now() < tidyAtMs) return;
      tidyAtMs = performance.now() + TIDY_EVERY_MS;
      const { labelHistoryDays } = await readInstallationSettings(db);
      await room.whileBaseRests(() => store.tidy(room.versions, labelHistoryDays));
    },
    close() {
      closed = true;
      if (tickTimer) clearTimeout(tickTimer);
      if (presenceTimer) clearTimeout(presenceTimer);
      labels.close();
    },
  };
}
