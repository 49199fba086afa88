import { linkUrl, renewAdministratorLink } from "./auth/one-time-link.ts";
import type { Environment } from "./env.ts";
import { logOf } from "./log/log.ts";
import { ensurePageBuild } from "./pages/page-build.ts";
import { openNextPages } from "./pages/pages.ts";
import { type RunningServer, startServer } from "./start-server.ts";

const log = logOf("server");

/** A server with its pages, as people use it. Says where its data lies and, when it answers, at which one address. */
export async function runServer(environment: Environment): Promise<RunningServer> {
  log.info("Data root:", { folder: environment.dataRoot });
  const running = await startServer(environment, async ({ port }) =>
    openNextPages({
      buildFolder: environment.development ? null : await ensurePageBuild((text) => log.info(text)),
      host: environment.host,
      port,
    }),
  );
  const url = running.services.publicUrl();
  const token = await renewAdministratorLink(running.services.db);
  if (token)
    log.info("Nobody administers this installation yet. This link makes the first account, once:", {
      link: linkUrl(url, "welcome", token),
    });
  log.info(`Karyoloop answers at ${url}`);
  return running;
}
