import { eq } from "drizzle-orm";
import { volume } from "../../db/schema/index.ts";
import type { Services } from "../services.ts";
import { listBaseBricks, readBaseBrick } from "./base-bricks.ts";
import { PostgresRoomStore } from "./postgres-room-store.ts";
import { Room } from "./room.ts";
import { VolumeLabels } from "./volume-labels.ts";

/** R29: a turn every 25 to 50 ms while there is work; the first after a pause goes at once. */
const TICK_MS = 25;
const PRESENCE_MS = 60;

/** A room with its clock, its labels as voxels, and its database. */
export interface LiveVolume {
  readonly volumeId: string;
  readonly projectId: string;
  /** What its base is made of. */
  readonly baseLabels: string;
  readonly room: Room;
  readonly labels: VolumeLabels;
  /** When somebody last needed it. */
  usedAtMs: number;
  close(): void;
}

export async function openLiveVolume(
  services: Services,
  volumeId: string,
  onGone: (error: unknown) => void,
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
  let lastTickMs = 0;
  let closed = false;
  const announce = () => events.publish({ topic: "nuclei", projectId, volumeId });
  const fetchBlob = async (sha256: string) => {
    const bytes = await store.readBlob(sha256);
    if (!bytes) throw new Error(`the voxels ${sha256} are missing`);
    return bytes;
  };

  const room: Room = new Room(store, stored, {
    onWork() {
      if (tickTimer || closed) return;
      const wait = Math.max(0, TICK_MS - (Date.now() - lastTickMs));
      tickTimer = setTimeout(() => {
        tickTimer = null;
        lastTickMs = Date.now();
        void room.tick();
      }, wait);
    },
    onPresence() {
      if (presenceTimer || closed) return;
      presenceTimer = setTimeout(() => {
        presenceTimer = null;
        room.presence.flush();
      }, PRESENCE_MS);
    },
    onRecords(_labels, bricks) {
      if (bricks.size > 0) labels.touch(bricks);
      else announce();
    },
    onCrash: onGone,
    now: () => new Date(),
  });
  const labels = new VolumeLabels(room.fold, {
    fetchBrick: (key) => readBaseBrick(blobs, volumeId, key),
    fetchBlob,
    listBase: () => listBaseBricks(blobs, volumeId),
    onRefreshed: announce,
  });
  return {
    volumeId,
    projectId,
    baseLabels,
    room,
    labels,
    usedAtMs: Date.now(),
    close() {
      closed = true;
      if (tickTimer) clearTimeout(tickTimer);
      if (presenceTimer) clearTimeout(presenceTimer);
      labels.close();
    },
  };
}
