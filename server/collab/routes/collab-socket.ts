import type { WebSocket } from "ws";
import { isProblem } from "../../../core/problem.ts";
import { roomName } from "../../../core/sync/document/document-layout.ts";
import { CloseCode, MessageType, maxFrameBytes } from "../../../core/sync/link/messages.ts";
import { isUuid, membershipForVolume } from "../../access.ts";
import { HttpRefusal } from "../../entrance/route.ts";
import type { SocketRoute } from "../../entrance/socket-route.ts";
import { HeldElsewhere } from "../../servers/leases.ts";
import { leaseOfRoom, liveVolumesOf } from "../live/live-volumes.ts";
import type { Room } from "../room/room.ts";
import type { RoomConnection } from "../room/room-connection.ts";

/** Each kind of frame has its own bound below this. */
const MAX_PAYLOAD_BYTES = maxFrameBytes.update + 64;

/**
 * Clients take half a minute without a message for a broken line, and a socket's own pings are none. The time is kept
 * here, as browsers slow down the clocks of hidden tabs.
 */
const SIGN_OF_LIFE_MS = 10_000;
/** An awareness update about nobody. */
const SIGN_OF_LIFE = Uint8Array.of(MessageType.awareness, 1, 0);

/** Every page asks for the document at once: a socket that has not by then is no page. */
const FIRST_WORD_MS = 30_000;
/** Without an answer to a ping, a message, or a byte that has left: a line that is cut somewhere. */
const SILENCE_MS = 60_000;

/** Frames read in a window; more wait in their sender's line until it is over. */
const FRAMES_PER_WINDOW = 500;
const WINDOW_MS = 250;

/** `/collab/vol/<volumeId>/e<epoch>`: the shared document of a volume, for y-websocket's client. */
export const collabSocketRoute: SocketRoute = {
  prefix: "/collab/",
  maxPayloadBytes: MAX_PAYLOAD_BYTES,
  async admit({ services, user, name, isPassedOn }) {
    const [, volumeId] = /^vol\/([^/]+)\/e\d+$/.exec(name) ?? [];
    if (!volumeId || !isUuid(volumeId)) throw new HttpRefusal(404, "Not Found");
    const membership = await membershipForVolume(services.db, user.id, volumeId);
    if (!membership) throw new HttpRefusal(403, "Forbidden");
    const volumes = liveVolumesOf(services);
    const holder = await services.cluster?.leases.holder(leaseOfRoom(volumeId));
    // The page asks again in a moment, when it is clear whose the room is.
    if (isPassedOn && !holder?.isMine) throw new HttpRefusal(503, "Service Unavailable");
    if (holder?.isMine === false) return { to: holder, lease: leaseOfRoom(volumeId) };
    // Should the room close before the socket is open: `connect` sends the page back.
    const live = await volumes
      .use(volumeId, async (live) => live)
      .catch((error) => {
        if (error instanceof HeldElsewhere) throw new HttpRefusal(503, "Service Unavailable");
        throw isProblem(error) ? new HttpRefusal(409, "Conflict") : error;
      });
    if (name !== roomName(volumeId, live.room.epoch)) throw new HttpRefusal(410, "Gone");
    return (socket) => {
      const tooMany = volumes.sockets.admit(user.id, live.room.connections.size);
      if (tooMany) {
        socket.on("error", () => socket.terminate());
        socket.close(CloseCode.tooMany, tooMany);
        return;
      }
      socket.on("close", () => volumes.sockets.closed(user.id));
      serveSocket(socket, live.room, { userId: user.id, name: user.name, role: membership.role });
    };
  },
};

export function serveSocket(socket: WebSocket, room: Room, who: Parameters<Room["connect"]>[1]): void {
  socket.binaryType = "nodebuffer";
  const line = new SocketLine(socket);
  const connection = room.connect(line, who);
  const stopWatching = watch(socket, line, connection);
  socket.on("error", () => socket.terminate());
  socket.on("close", () => {
    stopWatching();
    line.close();
    room.disconnect(connection);
  });
  socket.on("message", (data: Buffer) => {
    // What arrives after the server began to close it does not count.
    if (socket.readyState !== socket.OPEN) return;
    line.count();
    // A copy: y types refuse Node's Buffer.
    room.receive(connection, Uint8Array.from(data));
  });
}

/** A socket as its room sees it, read no faster than frames may come. */
class SocketLine {
  readonly #socket: WebSocket;
  #frames = 0;
  #windowEndsMs = 0;
  #isPausedByRoom = false;
  #window: NodeJS.Timeout | null = null;

  constructor(socket: WebSocket) {
    this.#socket = socket;
  }

  get bufferedBytes(): number {
    return this.#socket.bufferedAmount;
  }

  get isPaused(): boolean {
    return this.#socket.isPaused;
  }

  send(bytes: Uint8Array): void {
    this.#socket.send(bytes);
  }

  close(code?: number, reason?: string): void {
    if (this.#window) clearTimeout(this.#window);
    // A paused socket does not read the other side's answer to the close.
    this.#socket.resume();
    if (code !== undefined) this.#socket.close(code, reason);
  }

  pause(): void {
    this.#isPausedByRoom = true;
    this.#socket.pause();
  }

  resume(): void {
    this.#isPausedByRoom = false;
    if (!this.#window) this.#socket.resume();
  }

  /** One more frame has been read. */
  count(): void {
    const now = performance.now();
    if (now > this.#windowEndsMs) {
      this.#windowEndsMs = now + WINDOW_MS;
      this.#frames = 0;
    }
    if (++this.#frames < FRAMES_PER_WINDOW || this.#window) return;
    this.#socket.pause();
    this.#window = setTimeout(() => {
      this.#window = null;
      if (!this.#isPausedByRoom) this.#socket.resume();
    }, this.#windowEndsMs - now);
  }
}

/** Signs of life for the page, and the end of a socket that gives none. Returns what stops it. */
function watch(socket: WebSocket, line: SocketLine, connection: RoomConnection): () => void {
  let heardMs = performance.now();
  let buffered = 0;
  const hear = () => {
    heardMs = performance.now();
  };
  const firstWord = setTimeout(() => connection.close(1008, "nothing was said"), FIRST_WORD_MS);
  const signs = setInterval(() => {
    // A slow line that takes in a large document answers the ping behind it late.
    if (line.isPaused || line.bufferedBytes < buffered) hear();
    buffered = line.bufferedBytes;
    if (performance.now() - heardMs > SILENCE_MS) socket.terminate();
    else {
      connection.send(SIGN_OF_LIFE);
      socket.ping();
    }
  }, SIGN_OF_LIFE_MS);
  socket.on("pong", hear);
  socket.on("message", () => {
    clearTimeout(firstWord);
    hear();
  });
  return () => {
    clearTimeout(firstWord);
    clearInterval(signs);
  };
}
