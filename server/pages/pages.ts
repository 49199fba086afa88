import { createServer } from "node:http";
import next from "next";
import type { PageRenderer } from "../http/answer-request.ts";
import { failureLog } from "../log/failure-log.ts";
import { PROJECT_FOLDER } from "./page-build.ts";

/**
 * Next renders pages from a finished build (`buildFolder`, relative to the project), or from the sources while somebody
 * develops (null). It adds an `upgrade` listener to the server it is given and closes sockets it does not know, so it
 * gets one that never listens; development needs that listener for its own socket.
 */
export async function openNextPages(options: {
  buildFolder: string | null;
  host: string;
  port: number;
}): Promise<PageRenderer> {
  const sink = createServer();
  // Read by next.config.mjs: the custom server's own `conf` is not handed on to the part that serves files.
  if (options.buildFolder !== null) process.env.KARYOLOOP_PAGES_FOLDER = options.buildFolder;
  const app = next({
    dev: options.buildFolder === null,
    dir: PROJECT_FOLDER,
    hostname: options.host,
    port: options.port,
    httpServer: sink,
  });
  await app.prepare();
  const handler = app.getRequestHandler();
  return {
    render(request, response) {
      handler(request, response).catch((error) => {
        failureLog.failed("a page", error);
        response.destroy();
      });
    },
    upgrade: (request, socket, head) => sink.emit("upgrade", request, socket, head),
    close: () => app.close(),
  };
}
