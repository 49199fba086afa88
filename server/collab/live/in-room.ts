import { Problem } from "../../../core/problem.ts";
import { atHolder } from "../../servers/at-holder.ts";
import { HeldElsewhere } from "../../servers/leases.ts";
import type { Operation } from "../../servers/operation.ts";
import type { Services } from "../../services.ts";
import { RoomTaken } from "../journal/room-store.ts";
import type { LiveVolume } from "./live-volume.ts";
import { leaseOfRoom, liveVolumesOf, restarting } from "./live-volumes.ts";

/**
 * What is done in the room of a volume, at the server that owns it, whichever was asked: the only way to a room but its socket.
 * Input and output are plain data. All operations are listed in `server/http/operations.ts`.
 */
export const roomOperation = <I, O>(
  name: string,
  work: (live: LiveVolume, services: Services, input: I) => Promise<O>,
): Operation<I, O> => ({
  name,
  leaseOf: leaseOfRoom,
  takesLease: true,
  run: (services, volumeId, input) =>
    liveVolumesOf(services)
      .use(volumeId, (live) => work(live, services, input))
      .catch((error) => {
        // Taken from under the work: it is done again where the room is.
        throw error instanceof RoomTaken ? new HeldElsewhere(leaseOfRoom(volumeId)) : error;
      }),
});

/** Rejects with a Problem when the volume is not ready, or restarts, here or at a server that takes it over. */
export const inRoom = <I, O>(services: Services, operation: Operation<I, O>, volumeId: string, input: I): Promise<O> =>
  atHolder(services, operation, volumeId, input).catch((error) => {
    throw error instanceof HeldElsewhere ? new Problem(restarting, { cause: error }) : error;
  });
