import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocketServer } from "ws";
import { failureLog } from "../failure-log.ts";
import type { Services } from "../services.ts";
import { HttpRefusal } from "./route.ts";
import { isSameOrigin } from "./same-origin.ts";
import type { SocketRoute } from "./socket-route.ts";

function refuse(socket: Duplex, status: number, text: string): void {
  socket.end(`HTTP/1.1 ${status} ${text}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

export interface SocketDoors {
  /** False when no door of ours has that path. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<boolean>;
  closeAll(code: number, reason: string): void;
}

export function openSocketDoors(routes: readonly SocketRoute[], services: Services): SocketDoors {
  const doors = routes.map((route) => ({
    route,
    server: new WebSocketServer({ noServer: true, maxPayload: route.maxPayloadBytes, perMessageDeflate: false }),
  }));
  return {
    async upgrade(request, socket, head) {
      socket.on("error", () => socket.destroy());
      const { pathname } = new URL(request.url ?? "/", "http://local");
      const door = doors.find(({ route }) => pathname.startsWith(route.prefix));
      if (!door) return false;
      try {
        if (!isSameOrigin(request)) throw new HttpRefusal(403, "Forbidden");
        const user = await services.authentication.userOf(request.headers);
        if (!user) throw new HttpRefusal(401, "Unauthorized");
        const name = decodeURIComponent(pathname.slice(door.route.prefix.length));
        const connect = await door.route.admit({ services, user, request, name });
        door.server.handleUpgrade(request, socket, head, (webSocket) => connect(webSocket));
      } catch (error) {
        if (error instanceof HttpRefusal) refuse(socket, error.status, error.message.split("\n")[0]);
        else {
          failureLog.failed("a socket", error);
          refuse(socket, 500, "Internal Server Error");
        }
      }
      return true;
    },
    closeAll(code, reason) {
      for (const { server } of doors) for (const client of server.clients) client.close(code, reason);
    },
  };
}
