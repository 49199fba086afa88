import type { Services } from "../../services.ts";
import { FACTS_KEY } from "../base/base-store.ts";
import { type FrozenState, type FrozenVolumeLabels, openFrozenLabels } from "../frozen/frozen-labels.ts";
import { inRoom, roomOperation } from "../live/in-room.ts";
import type { LiveVolume } from "../live/live-volume.ts";
import type { RoomState } from "../room/room-work.ts";

/** What is needed to open the labels as they are durable at this moment, elsewhere and later. */
export const readFrozenState = (services: Services, volumeId: string): Promise<FrozenState> =>
  inRoom(services, frozenStateOperation, volumeId, null);

export const frozenStateOperation = roomOperation("frozen-state", async (live, _services, _input: null) =>
  frozenStateOf(live, await live.room.readState()),
);

export async function frozenStateOf(live: LiveVolume, state: RoomState): Promise<FrozenState> {
  const { epoch, position, rev } = state;
  const { versions } = live.room;
  await versions.reach(rev);
  const folded = new Map<number, string | null>();
  for (const key of versions.brickKeys()) {
    const version = versions.asOf(key, rev);
    if (version) folded.set(key, version.blob);
  }
  return {
    ...state,
    volumeId: live.volumeId,
    grid: live.room.fold.grid,
    folded,
    facts: versions.asOf(FACTS_KEY, rev)?.blob ?? null,
    baseKeys: await live.occupiedBase(rev),
    version: `${epoch} ${live.baseLabels} ${position}`,
  };
}

/** Opened in this process: for small volumes and tests; what reads whole volumes does so in `label-images/worker`. */
export async function freezeLabels(services: Services, volumeId: string): Promise<FrozenVolumeLabels> {
  return openFrozenLabels(services.blobs, await readFrozenState(services, volumeId));
}
