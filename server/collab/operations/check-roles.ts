import type { Services } from "../../services.ts";
import { inRoom, roomOperation } from "../live/in-room.ts";
import { liveVolumesOf } from "../live/live-volumes.ts";

/** Once it resolves, nobody writes in the room who may not any more, as the database says now. */
export const checkRolesNow = (services: Services, volumeId: string): Promise<void> =>
  inRoom(services, checkRolesOperation, volumeId, null);

export const checkRolesOperation = roomOperation("check-roles", async (live, services, _input: null) => {
  for (const connection of [...live.room.connections])
    await liveVolumesOf(services).checkRole(live.volumeId, connection);
});
