import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { WebSocketServer } from "ws";

/**
 * What a browser and a socket cost without any product: a page of one word and a canvas, and a socket that sends every
 * message to all the others.
 */
export async function serveBlank(): Promise<{ address: string; close(): Promise<void> }> {
  const http = createServer((_request, response) => {
    response.setHeader("content-type", "text/html; charset=utf-8");
    response.end('<!doctype html><title>blank</title><p>blank</p><canvas width="1000" height="600"></canvas>');
  });
  const sockets = new WebSocketServer({ server: http });
  sockets.on("connection", (socket) => {
    socket.on("message", (message, isBinary) => {
      for (const other of sockets.clients) if (other !== socket) other.send(message, { binary: isBinary });
    });
  });
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  const { port } = http.address() as AddressInfo;
  return {
    address: `http://127.0.0.1:${port}`,
    async close() {
      for (const socket of sockets.clients) socket.terminate();
      sockets.close();
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
}
