import type { IncomingMessage } from "node:http";
import { connect, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { Client } from "../entrance/client-address.ts";
import type { PassedOn } from "../entrance/socket-route.ts";
import type { Cluster } from "./cluster.ts";
import { SIGNATURE_HEADER, signRequest } from "./internal-signature.ts";

/** Who the browser is, as the server that it reached knows: base64url of JSON, under the signature. */
export const CLIENT_HEADER = "x-karyoloop-client";

const CONNECT_MS = 5_000;
/** A room gives a sign of life every ten seconds, and its page answers. */
const SILENT_MS = 75_000;
/** Said by us alone: what a browser sends under these names goes no further. */
const OURS = /^x-(?:karyoloop-|forwarded-)/i;

/**
 * Passes a socket whose person may come in on to the server that holds the room: the upgrade as it was asked for, signed, then
 * bytes both ways, no faster than the slower side takes them. That server looks at the session and the role again.
 * `onRefused` is called instead where it cannot be reached. Returns what ends the socket.
 */
export function passSocket(
  cluster: Cluster,
  holder: PassedOn["to"],
  given: {
    readonly request: IncomingMessage;
    readonly socket: Duplex;
    readonly head: Buffer;
    readonly client: Client;
    readonly lease: string;
  },
  onRefused: () => void,
): () => void {
  const { request, head, client } = given;
  const socket = given.socket as Socket;
  const { hostname, port } = new URL(holder.address);
  const there = connect({ host: hostname.replace(/^\[|\]$/g, ""), port: Number(port), noDelay: true });
  let isAnswered = false;
  const end = (): void => {
    there.destroy();
    socket.destroy();
  };
  there.setTimeout(CONNECT_MS, () => there.destroy());
  there.once("connect", () => {
    there.setTimeout(SILENT_MS, end);
    there.write(upgradeOf(cluster, holder.ownerId, request, client));
    if (head.length > 0) there.write(head);
    socket.pipe(there);
  });
  there.once("data", (first: Buffer) => {
    isAnswered = true;
    socket.setTimeout(SILENT_MS, end);
    socket.setNoDelay(true);
    socket.write(first);
    there.pipe(socket);
  });
  there.once("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "ECONNREFUSED") cluster.leases.noteGone(holder.ownerId);
  });
  there.once("close", () => {
    if (isAnswered) socket.end(() => socket.destroy());
    else if (!socket.destroyed) {
      socket.unpipe(there);
      onRefused();
    }
  });
  // An owner that stands still keeps its sockets, and says nothing: the page would wait for half a minute.
  const unwatch = cluster.leases.watch(given.lease, holder.ownerId, end);
  socket.once("close", () => {
    unwatch();
    there.destroy();
  });
  return end;
}

function upgradeOf(cluster: Cluster, to: string, request: IncomingMessage, client: Client): string {
  const { method = "GET", url: path = "/", headers, rawHeaders } = request;
  const told = Buffer.from(JSON.stringify(client)).toString("base64url");
  const { cookie = "" } = headers;
  const signature = signRequest(cluster.secret, { method, path, to, cookie, told, body: new Uint8Array() });
  const lines = [`${method} ${path} HTTP/1.1`];
  for (let i = 0; i < rawHeaders.length; i += 2)
    if (!OURS.test(rawHeaders[i])) lines.push(`${rawHeaders[i]}: ${rawHeaders[i + 1]}`);
  lines.push(`${CLIENT_HEADER}: ${told}`, `${SIGNATURE_HEADER}: ${signature.header}`);
  return `${lines.join("\r\n")}\r\n\r\n`;
}
