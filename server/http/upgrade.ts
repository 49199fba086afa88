import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import { CloseCode } from "../../core/sync/link/messages.ts";
import { type AllowedHosts, UNKNOWN_HOST } from "../entrance/allowed-hosts.ts";
import { type Client, clientOf } from "../entrance/client-address.ts";
import { hasWildHeaders } from "../entrance/connections.ts";
import { readTarget } from "../entrance/read-target.ts";
import { HttpRefusal } from "../entrance/route.ts";
import { isSameOrigin } from "../entrance/same-origin.ts";
import type { SocketRoute } from "../entrance/socket-route.ts";
import { failureLog } from "../log/failure-log.ts";
import { passSocket } from "../servers/pass-socket.ts";
import type { Services } from "../services.ts";

const CLOSE_BOUND_MS = 2_000;
/** Tabs with a volume; what is more is no person. */
const SOCKETS_PER_PERSON = 48;

function refuse(socket: Duplex, status: number, reason: string, words = ""): void {
  const head = [
    `HTTP/1.1 ${status} ${reason.replace(/[^ -~]/g, "")}`,
    "Connection: close",
    "Content-Type: text/plain; charset=utf-8",
    `Content-Length: ${Buffer.byteLength(words)}`,
  ];
  // Not half closed: whoever does not hang up would keep the socket.
  socket.end(`${head.join("\r\n")}\r\n\r\n${words}`, () => socket.destroy());
}

/** Nothing more is read of it; a client that does not answer the close is cut off. */
function endSignedOut(webSocket: WebSocket): void {
  webSocket.close(CloseCode.signedOut, "You are signed out here. Reload this page.");
  const timer = setTimeout(() => webSocket.terminate(), CLOSE_BOUND_MS);
  webSocket.once("close", () => clearTimeout(timer));
}

export interface SocketUpgrades {
  /** Never throws: each socket gets an upgrade, a refusal, or is closed after a while. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** The same for one that another server has let in, for who is behind it (servers/internal-listener.ts). */
  takePassedOn(request: IncomingMessage, socket: Duplex, head: Buffer, client: Client): void;
  closeAll(code: number, reason: string): void;
}

export function listenForUpgrades(
  routes: readonly SocketRoute[],
  site: {
    readonly services: Services;
    readonly hosts: AllowedHosts;
    readonly answerWithinMs: number;
    /** Takes what no route of ours wants; null = 404. */
    readonly others: ((request: IncomingMessage, socket: Duplex, head: Buffer) => void) | null;
  },
): SocketUpgrades {
  const { services, hosts } = site;
  const { trustedProxies, publicUrl } = services.environment;
  const upgrades = routes.map((route) => ({
    route,
    server: new WebSocketServer({ noServer: true, maxPayload: route.maxPayloadBytes, perMessageDeflate: false }),
  }));
  const openOf = new Map<string, number>();

  /** Sockets that another server serves. */
  const passedOn = new Set<() => void>();

  const count = (userId: string): (() => void) => {
    openOf.set(userId, (openOf.get(userId) ?? 0) + 1);
    return () => {
      const left = (openOf.get(userId) ?? 1) - 1;
      if (left > 0) openOf.set(userId, left);
      else openOf.delete(userId);
    };
  };

  const admit = async (
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    passedBy: Client | null,
  ): Promise<void> => {
    const client = passedBy ?? clientOf(request, trustedProxies);
    const url = readTarget(request);
    if (!url || hasWildHeaders(request)) throw new HttpRefusal(400, "Bad Request");
    if (!passedBy && !hosts.has(client.host))
      return refuse(socket, 421, "Misdirected Request", `${UNKNOWN_HOST.what} ${UNKNOWN_HOST.hint}`);
    const { pathname } = url;
    const found = upgrades.find(({ route }) => pathname.startsWith(route.prefix));
    if (!found && site.others) return site.others(request, socket, head);
    if (!found) throw new HttpRefusal(404, "Not Found");
    if (!isSameOrigin(request.headers.origin, client, publicUrl)) throw new HttpRefusal(403, "Forbidden");
    const user = await services.authentication.userOf(request.headers);
    if (!user) throw new HttpRefusal(401, "Unauthorized");
    if ((openOf.get(user.id) ?? 0) >= SOCKETS_PER_PERSON) throw new HttpRefusal(429, "Too Many Requests");
    const name = decodeURIComponent(pathname.slice(found.route.prefix.length));
    let end = (): void => void socket.destroy();
    // A route looks after roles itself: it may lower a person's rights instead of closing.
    const line = { userId: user.id, sessionId: user.sessionId, needs: null, end: () => end() };
    socket.once("close", services.openLines.hold(line));
    const connect = await found.route.admit({ services, user, request, name, isPassedOn: passedBy !== null });
    if ("to" in connect) {
      if (!services.cluster) throw new Error("there is no other server");
      const given = { request, socket, head, client, lease: connect.lease };
      const cut = passSocket(services.cluster, connect.to, given, () => refuse(socket, 503, "Service Unavailable"));
      const uncount = count(user.id);
      end = cut;
      passedOn.add(cut);
      socket.once("close", () => {
        passedOn.delete(cut);
        uncount();
      });
      return;
    }
    found.server.handleUpgrade(request, socket, head, (webSocket) => {
      end = () => endSignedOut(webSocket);
      webSocket.once("close", count(user.id));
      connect(webSocket);
    });
  };

  const take = (request: IncomingMessage, socket: Duplex, head: Buffer, passedBy: Client | null): void => {
    socket.on("error", () => socket.destroy());
    // ws takes this back once the socket is open.
    (socket as Socket).setTimeout(site.answerWithinMs, () => socket.destroy());
    admit(request, socket, head, passedBy).catch((error) => {
      if (error instanceof URIError) refuse(socket, 400, "Bad Request");
      else if (error instanceof HttpRefusal) refuse(socket, error.status, error.message.split("\n")[0]);
      else {
        failureLog.failed("a socket", error);
        refuse(socket, 500, "Internal Server Error");
      }
    });
  };

  return {
    upgrade: (request, socket, head) => take(request, socket, head, null),
    takePassedOn: take,
    closeAll(code, reason) {
      for (const cut of passedOn) cut();
      for (const { server } of upgrades) for (const client of server.clients) client.close(code, reason);
    },
  };
}
