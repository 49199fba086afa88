import { keepAuditLog } from "./audit/keep-audit-log.ts";
import { datasetFreezerOf } from "./export/freezing/dataset-freezer.ts";
import { importQueueOf } from "./imports/import-queue.ts";
import { stopPreparations } from "./ingest/preparations/preparations.ts";
import { startSweeper } from "./jobs/start-sweeper.ts";
import { logOf } from "./log/log.ts";
import { mailQueueOf } from "./mail/mail-queue.ts";
import { leadBackground } from "./servers/lead-background.ts";
import type { Services } from "./services.ts";
import { readInstallationSettings } from "./settings/installation-settings.ts";
import { sweepSnapshots } from "./snapshots/sweep-snapshots.ts";
import { studyQueueOf } from "./studies/study-queue.ts";
import { deliveryQueueOf } from "./webhooks/delivery-queue.ts";
import { depositQueueOf } from "./zenodo/deposit-queue.ts";

/** What is done once in an installation, however many servers it has: imports, frozen datasets, sweeps, the audit log's age. */
interface BackgroundWork {
  stop(): Promise<void>;
}

async function begin(services: Services): Promise<BackgroundWork> {
  await sweepSnapshots(services, { atStart: !services.cluster });
  await importQueueOf(services).resume();
  datasetFreezerOf(services).resume();
  depositQueueOf(services).resume();
  deliveryQueueOf(services).resume();
  mailQueueOf(services).resume();
  studyQueueOf(services).resume();
  const stopSweeper = startSweeper(services);
  const auditKeeper = keepAuditLog(services.db, async () => (await readInstallationSettings(services.db)).auditDays);
  return {
    async stop() {
      stopSweeper();
      await auditKeeper.stop();
      await stopPreparations(services);
      await importQueueOf(services).close();
      await datasetFreezerOf(services).close();
      await depositQueueOf(services).close();
      await deliveryQueueOf(services).close();
      await mailQueueOf(services).close();
      await studyQueueOf(services).close();
    },
  };
}

/** Of several servers one does it, and the next when that one goes. */
export async function startBackgroundWork(services: Services): Promise<BackgroundWork> {
  const { cluster, db } = services;
  if (!cluster) return begin(services);
  let work: BackgroundWork | null = null;
  const leading = leadBackground(db, cluster, {
    async begin() {
      work = await begin(services);
      logOf("server").info("This server does the background work of the installation.");
    },
    onLost() {
      // What runs in other processes cannot be called back: it ends with this one, which its manager starts again.
      logOf("server").error("This server stood still, and another does the background work. It stops at once.");
      process.exit(1);
    },
  });
  return {
    async stop() {
      await leading.stop();
      await work?.stop();
    },
  };
}
