import { createServer } from "node:http";
import { fileURLToPath } from "node:url";
import next from "next";
import type { PageRenderer } from "./start-server.ts";

const PROJECT_FOLDER = fileURLToPath(new URL("..", import.meta.url));

/**
 * Next renders pages from its build. It adds an `upgrade` listener to the server it is given and closes sockets it
 * does not know, so it gets one that never listens.
 */
export async function openNextPages(options: {
  development: boolean;
  host: string;
  port: number;
}): Promise<PageRenderer> {
  const app = next({
    dev: options.development,
    dir: PROJECT_FOLDER,
    hostname: options.host,
    port: options.port,
    httpServer: createServer(),
  });
  await app.prepare();
  const handler = app.getRequestHandler();
  return {
    render: (request, response) => void handler(request, response),
    close: () => app.close(),
  };
}
