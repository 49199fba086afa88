import { linkUrl, renewAdministratorLink } from "./auth/one-time-link.ts";
import type { Environment } from "./env.ts";
import { ensurePageBuild } from "./page-build.ts";
import { openNextPages } from "./pages.ts";
import { type RunningServer, startServer } from "./start-server.ts";

/** A server with its pages, as people use it. Says where its data lies and, when it answers, at which one address. */
export async function runServer(environment: Environment): Promise<RunningServer> {
  console.log(`Data root: ${environment.dataRoot}`);
  const running = await startServer(environment, async ({ port }) =>
    openNextPages({
      buildFolder: environment.development ? null : await ensurePageBuild((text) => console.log(text)),
      host: environment.host,
      port,
    }),
  );
  const url = running.services.publicUrl();
  const token = await renewAdministratorLink(running.services.db);
  if (token) {
    console.log("Nobody administers this installation yet. This link makes the first account, once:");
    console.log(`  ${linkUrl(url, "welcome", token)}`);
  }
  console.log(`Karyoloop answers at ${url}`);
  return running;
}
