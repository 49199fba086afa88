import type { IncomingMessage, Server, ServerOptions, ServerResponse } from "node:http";
import type { BlockList, Socket } from "node:net";
import { clientOf } from "./client-address.ts";

/** Every wait and every number of a connection is bounded. Bodies have their own clock (read-body.ts). */
export interface ConnectionBounds {
  readonly headersMs: number;
  /** A whole request, the largest piece over a slow line included. */
  readonly requestMs: number;
  /** Between requests; longer than the minute that proxies keep theirs, so that they end first. */
  readonly keepAliveMs: number;
  /** No byte either way, while an answer is made or sent. Streams of events have a sign of life more often. */
  readonly silentMs: number;
  /** An upgrade that gets no answer; opening a large volume takes some seconds. */
  readonly upgradeMs: number;
  /** What is left of a request that was answered may still come for so long, so that the answer is read. */
  readonly lingerMs: number;
  readonly perNetwork: number;
}

export const connectionBounds: ConnectionBounds = {
  headersMs: 15_000,
  requestMs: 75 * 60_000,
  keepAliveMs: 65_000,
  silentMs: 10 * 60_000,
  upgradeMs: 30_000,
  lingerMs: 30_000,
  perNetwork: 600,
};

const MAX_HEADERS = 100;
const MAX_CONNECTIONS = 8_000;
/** A piece of an upload: what is larger is not waited for. */
const MAX_LINGER_BYTES = 9 << 20;
const LINGER_LOOK_MS = 20;
/** For the answer to arrive where nothing more is read. */
const LAST_WORD_MS = 1_000;

export const boundedServerOptions = (bounds: ConnectionBounds): ServerOptions => ({
  maxHeaderSize: 16 << 10,
  headersTimeout: bounds.headersMs,
  requestTimeout: bounds.requestMs,
  keepAliveTimeout: bounds.keepAliveMs,
  connectionsCheckingInterval: Math.min(2_000, bounds.headersMs),
  requireHostHeader: true,
});

/** `proxies` speak for many: their connections are not counted by address. */
export function boundConnections(server: Server, bounds: ConnectionBounds, proxies: BlockList): void {
  server.maxHeadersCount = MAX_HEADERS + 1; // one more, to see that there are too many
  server.maxRequestsPerSocket = 10_000;
  server.maxConnections = MAX_CONNECTIONS;
  server.timeout = bounds.silentMs;
  const open = new Map<string, number>();
  server.on("connection", (socket: Socket) => {
    const { address, network } = clientOf({ headers: {}, socket } as IncomingMessage, proxies);
    if (proxies.check(address, address.includes(":") ? "ipv6" : "ipv4")) return;
    const count = (open.get(network) ?? 0) + 1;
    if (count > bounds.perNetwork) {
      socket.destroy();
      return;
    }
    open.set(network, count);
    socket.once("close", () => {
      const left = (open.get(network) ?? 1) - 1;
      if (left > 0) open.set(network, left);
      else open.delete(network);
    });
  });
  // A client that waits to be asked for its body gets no: nothing here needs that.
  const expectsNothing = (_request: IncomingMessage, response: ServerResponse) => {
    response.writeHead(417, { connection: "close", "content-length": 0 }).end();
  };
  server.on("checkContinue", expectsNothing);
  server.on("checkExpectation", expectsNothing);
  server.on("connect", (_request, socket) => {
    socket.end("HTTP/1.1 405 Method Not Allowed\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", () =>
      socket.destroy(),
    );
    socket.on("error", () => socket.destroy());
  });
}

/** Too many, or two hosts of which others might read the second. */
export const hasWildHeaders = ({ rawHeaders }: IncomingMessage): boolean =>
  rawHeaders.length / 2 > MAX_HEADERS ||
  rawHeaders.filter((name, i) => i % 2 === 0 && name.toLowerCase() === "host").length > 1;

/** Ends the connection of a request that was answered before its body had come. What still comes is dropped. */
export function endAfterAnswer(request: IncomingMessage, response: ServerResponse, bounds: ConnectionBounds): void {
  response.once("finish", () => {
    const { socket } = request;
    if (request.complete || socket.destroyed) return;
    const before = socket.bytesRead;
    const hopeless = Number(request.headers["content-length"] ?? 0) > MAX_LINGER_BYTES;
    if (hopeless) socket.pause();
    const looking = setInterval(() => {
      if (socket.bytesRead - before > MAX_LINGER_BYTES) socket.destroy();
    }, LINGER_LOOK_MS);
    const timer = setTimeout(
      () => socket.destroy(),
      hopeless ? Math.min(LAST_WORD_MS, bounds.lingerMs) : bounds.lingerMs,
    );
    const stop = () => {
      clearInterval(looking);
      clearTimeout(timer);
    };
    socket.once("close", stop);
    request.once("end", stop);
    if (!hopeless) request.resume();
  });
}
