import type { WebSocket } from "ws";
import { isProblem } from "../../core/problem.ts";
import { roomName } from "../../core/sync/document-layout.ts";
import { MessageType } from "../../core/sync/messages.ts";
import { isUuid, membershipForVolume } from "../access.ts";
import { HttpRefusal } from "../http/route.ts";
import type { SocketRoute } from "../http/socket-route.ts";
import { liveVolumesOf } from "./live-volumes.ts";
import type { Room } from "./room.ts";

/** One difference can hold all that a person painted in days without a network. */
const MAX_PAYLOAD_BYTES = 32 * 1024 * 1024;

/**
 * Clients take half a minute without a message for a broken line, and a socket's own pings are none. The time is kept
 * here, as browsers slow down the clocks of hidden tabs.
 */
const SIGN_OF_LIFE_MS = 10_000;
/** An awareness update about nobody. */
const SIGN_OF_LIFE = Uint8Array.of(MessageType.awareness, 1, 0);

/** `/collab/vol/<volumeId>/e<epoch>`: the shared document of a volume, for y-websocket's client. */
export const collabSocketRoute: SocketRoute = {
  prefix: "/collab/",
  maxPayloadBytes: MAX_PAYLOAD_BYTES,
  async admit({ services, user, name }) {
    const [, volumeId] = /^vol\/([^/]+)\/e\d+$/.exec(name) ?? [];
    if (!volumeId || !isUuid(volumeId)) throw new HttpRefusal(404, "Not Found");
    const membership = await membershipForVolume(services.db, user.id, volumeId);
    if (!membership) throw new HttpRefusal(403, "Forbidden");
    const volumes = liveVolumesOf(services);
    const live = await volumes.get(volumeId).catch((error) => {
      throw isProblem(error) ? new HttpRefusal(409, "Conflict") : error;
    });
    if (name !== roomName(volumeId, live.room.epoch)) throw new HttpRefusal(410, "Gone");
    return (socket) => serve(socket, live.room, { userId: user.id, name: user.name, role: membership.role });
  },
};

function serve(socket: WebSocket, room: Room, who: Parameters<typeof room.connect>[1]): void {
  socket.binaryType = "nodebuffer";
  const connection = room.connect(
    {
      send: (bytes) => socket.send(bytes),
      close: (code, reason) => socket.close(code, reason),
      get bufferedBytes() {
        return socket.bufferedAmount;
      },
    },
    who,
  );
  const signOfLife = setInterval(() => connection.send(SIGN_OF_LIFE), SIGN_OF_LIFE_MS);
  socket.on("error", () => socket.terminate());
  socket.on("close", () => {
    clearInterval(signOfLife);
    room.disconnect(connection);
  });
  socket.on("message", (data: Buffer) => {
    // What arrives after the server began to close it does not count.
    if (socket.readyState !== socket.OPEN) return;
    room.receive(connection, Uint8Array.from(data)); // a copy: y types refuse Node's Buffer
  });
}
